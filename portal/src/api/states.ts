// The states of the API, which its description has as plain text. A test holds them to docs/API.md and to the service.
import type { Schemas } from './client';

export const BATCH_STATES = [
  'AWAITING_UPLOAD',
  'PARSING',
  'ASKING',
  'DRAFT',
  'SUBMITTED',
  'DISPATCHED',
  'DONE',
  'UNREADABLE',
  'RESET',
] as const;
export type BatchState = (typeof BATCH_STATES)[number];

export const ROW_STATES = ['READY', 'NEEDS_FIXING', 'DUPLICATE', 'REMOVED', 'SENT'] as const;
export type RowState = (typeof ROW_STATES)[number];

export const INVITE_STATES = [
  'QUEUED',
  'INVITED',
  'ACCEPTED',
  'PROVISIONING',
  'ACCOUNT_CREATED',
  'ONBOARDED',
  'DISABLED',
  'ACCOUNT_GONE',
  'FAILED',
  'EXPIRED',
  'REVOKING',
  'REVOKED',
  'NEEDS_ATTENTION',
] as const;
export type InviteState = (typeof INVITE_STATES)[number];

export const SEED_STATES = [
  'NOT_REQUIRED',
  'INELIGIBLE',
  'PENDING',
  'LICENCE_ASSIGNED',
  'FULLY_ONBOARDED',
  'LICENCE_ERROR',
  'WITHDRAWING',
  'WITHDRAWN',
] as const;
export type SeedState = (typeof SEED_STATES)[number];

export const MAIL_STATES = [
  'QUEUED',
  'HELD',
  'SENDING',
  'ACCEPTED',
  'DELAYED',
  'UNKNOWN',
  'DELIVERED',
  'BOUNCED',
  'COMPLAINED',
  'SUPPRESSED',
  'REFUSED',
  'REPLACED',
] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** How far an action for many invites is. */
export type ActionState = 'RUNNING' | 'DONE';

/** What the invites of a batch are counted by: `MAILING` is an account whose mail is on its way. */
export type ProgressState = InviteState | 'MAILING';

/** What the list of invites can be narrowed to. */
export type TechpassFilter = NonNullable<Schemas['InviteFilter']['techpass']>;
export type SeedFilter = NonNullable<Schemas['InviteFilter']['seed']>;

/** Whether a state of the API is one of these; a state that is newer than this page is none. */
export function isOneOf<S extends string>(state: string, ...states: readonly S[]): state is S {
  return (states as readonly string[]).includes(state);
}

/** Whether the file of a batch is still on its way, or is being read. */
export const isReading = (state: string): boolean => isOneOf<BatchState>(state, 'AWAITING_UPLOAD', 'PARSING');

/** Whether a batch has rows to show. */
export const hasRows = (state: string): boolean =>
  isOneOf<BatchState>(state, 'DRAFT', 'SUBMITTED', 'DISPATCHED', 'DONE');

/** Whether the service goes on with an invite by itself. */
export const isInProgress = (state: string): boolean =>
  isOneOf<ProgressState>(state, 'QUEUED', 'ACCEPTED', 'PROVISIONING', 'MAILING', 'REVOKING');

/** Whether the service has done what was asked of it: what is still missing is up to the person. */
export const isAchieved = (state: string): boolean =>
  isOneOf<InviteState>(state, 'INVITED', 'ACCOUNT_CREATED', 'ONBOARDED');
