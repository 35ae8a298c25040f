import type { Schemas } from '../api/client';
import type { BatchState, RowState } from '../api/states';
import type { Tone } from './states';

/** What the officer knows a batch by. */
export function nameOfBatch({ fileName, source, kind }: Schemas['BatchBody']): string {
  const pasted = kind === 'email' ? 'Email invitations' : 'Pasted users';
  return fileName ?? (source === 'drop' ? 'Dropped file' : pasted);
}

/** The state of a batch in the list, where a batch that was reset is not. */
export const batchStates: Record<string, { label: string; tone: Tone }> = {
  AWAITING_UPLOAD: { label: 'Waiting for the file', tone: 'waiting' },
  PARSING: { label: 'Reading', tone: 'going' },
  ASKING: { label: 'Waits for your answers', tone: 'waiting' },
  DRAFT: { label: 'Draft', tone: 'waiting' },
  SUBMITTED: { label: 'In progress', tone: 'going' },
  DISPATCHED: { label: 'In progress', tone: 'going' },
  DONE: { label: 'Processed', tone: 'quiet' },
  UNREADABLE: { label: 'Unreadable', tone: 'bad' },
} satisfies Record<Exclude<BatchState, 'RESET'>, { label: string; tone: Tone }>;

/** The state of a row in the list, where a removed row is not. */
export const rowStates: Record<string, string> = {
  READY: 'Ready',
  NEEDS_FIXING: 'To fix',
  DUPLICATE: 'Duplicate',
  SENT: 'Submitted',
} satisfies Record<Exclude<RowState, 'REMOVED'>, string>;

/** The usual causes in a few words, for the chips; the others are named by their own first sentence. */
export const causes: Record<string, string> = {
  required: 'Missing',
  'too-long': 'Too long',
  'email.syntax': 'Not an email address',
  'email.domain-not-allowed': 'Email domain not allowed',
  'email.several': 'More than one address',
  'username.required': 'Vendors need a username',
  'username.syntax': 'Not a username',
  'name.required': 'No name',
  'name.syntax': 'Not a name',
  'email.other-name': 'One address, two names',
  'email.invited-other-name': 'Invited with another name',
  'username.other-name': 'One username, two names',
  'email.account-disabled': 'Account is disabled',
  'seed.invited-without': 'Invited without SEED',
  'cell.too-long': 'Over 2,000 characters',
  'cell.merged': 'Merged cells',
  'contact-number.syntax': 'Not a phone number',
  'contact-number.singapore': 'Not a Singapore number',
  'contact-number.unknown': 'Not a number of its country',
  'contact-number.other-code': 'Two country codes',
};

/** What to look at in a row that nothing is wrong with, in few words. */
export const warnings: Record<string, string> = {
  'email.unknown-agency': 'Nobody of this agency has an account',
  'email.other-address': 'Has an account elsewhere?',
};

/** Why a row needs no invite, in a few words; what to do about it comes from the API. */
export const duplicates: Record<string, string> = {
  'duplicate.row': 'Twice in this list',
  'duplicate.mailbox': 'Same mailbox twice in this list',
  'duplicate.invited': 'Already invited by you',
  'duplicate.invitation-out': 'Invitation is out',
  'duplicate.invited-by-colleague': 'Invited by a colleague',
  'duplicate.invited-by-another': 'Invited by another agency',
  'duplicate.username': 'Username taken',
  'duplicate.account': 'Has an account',
};
