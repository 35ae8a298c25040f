import { ask, type Schemas } from '../../api/client';
import { IdempotencyKeys } from '../../api/idempotency';
import { type ActionState, type InviteState, isOneOf, type MailState } from '../../api/states';
import { problemText } from '../../messages/problems';
import { asMoment, count, numbers } from '../../messages/time';
import { confirm, type Question } from '../../parts/confirm';
import type { Correction } from './amend-many';

type Invite = Schemas['InviteBody'];
type BulkAction = Schemas['ActionBody'];
export type ActionKind = Schemas['ActionKind'];
/** What is done with one invite from its menu; what has to be said for the others is asked in a form of their own. */
export type SingleAction = Exclude<ActionKind, 'amend' | 'hand-over'>;

const keys = new IdempotencyKeys();
const PAUSE_MS = 1_500;
/** Outcomes that are searched for the time from when invites that were mailed today can be resent. */
const MAX_OUTCOMES = 200;

/** Whether an invite can be resent now. The API decides; this keeps the menu short, as the others here do. */
export function canResend({ resendFrom }: Invite, now: number): boolean {
  return Boolean(resendFrom) && Date.parse(resendFrom!) <= now;
}

/** From when an invite can be sent again that cannot be yet, as a sentence. */
export function resendLater(invite: Invite, now: number): string | undefined {
  if (!invite.resendFrom || canResend(invite, now)) return undefined;
  return `Mailed today already. It can be resent from ${asMoment(invite.resendFrom)}.`;
}

export function canRevoke(invite: Invite): boolean {
  return (
    isOneOf<InviteState>(invite.techpass.state, 'QUEUED', 'INVITED', 'EXPIRED', 'FAILED') || hasUnusedAccount(invite)
  );
}

/** Whether there is an account that nobody has signed in to, which is deleted when its invite is revoked. */
export function hasUnusedAccount({ techpass }: Invite): boolean {
  return isOneOf<InviteState>(techpass.state, 'ACCOUNT_CREATED');
}

export function canAmend({ techpass, mail }: Invite): boolean {
  if (isOneOf<InviteState>(techpass.state, 'FAILED', 'EXPIRED', 'REVOKED')) return true;
  const isUndeliverable = isOneOf<MailState>(mail?.state ?? '', 'BOUNCED', 'COMPLAINED', 'SUPPRESSED', 'REFUSED');
  return isUndeliverable && isOneOf<InviteState>(techpass.state, 'INVITED');
}

const words = {
  resend: {
    question: 'Send again?',
    text: 'Each gets a new link by mail. The old link stops working at once.',
    action: 'Resend',
    done: 'sent again',
  },
  revoke: {
    question: 'Revoke?',
    text: 'The link stops working at once, and the address can be invited anew.',
    action: 'Revoke',
    done: 'revoked',
  },
  amend: { done: 'amended and sent again' },
  'hand-over': { done: 'handed over' },
} as const;

const STATE_CONFLICT = {
  resend: 'there is no mail to send again.',
  revoke: 'accepted already, or the account is created. Revoke accounts that nobody uses one by one.',
  amend: 'neither failed, expired nor revoked.',
  'hand-over': 'it has changed meanwhile.',
} as const;

/** Asks, then does it for one. Nothing, when the officer cancels. */
export async function actOnOne(kind: SingleAction, invite: Invite): Promise<Invite | undefined> {
  if (!(await confirm(questionOf(kind, invite)))) return undefined;
  const path = { id: invite.id };
  const answer =
    kind === 'resend'
      ? ask('post', '/api/invites/{id}/resend', { path })
      : ask('post', '/api/invites/{id}/revoke', { path });
  return (await answer).body;
}

function questionOf(kind: SingleAction, invite: Invite): Question {
  const { question: title, action } = words[kind];
  const { email } = invite;
  if (kind === 'resend') {
    const text = `${email} gets a new link by mail. The old link stops working at once.`;
    return { title, text, action, tone: 'primary' };
  }
  if (hasUnusedAccount(invite)) {
    const text =
      `The account of ${email} is deleted, and the mailed link stops working at once. If they sign in before that, ` +
      'the account stays. Afterwards you can amend the details and invite them again.';
    return { title: 'Revoke, and delete the account?', text, action: 'Delete the account', tone: 'danger' };
  }
  const text = `The link of ${email} stops working at once, and the address can be invited anew.`;
  return { title, text, action, tone: 'danger' };
}

/** Which invites: some that were selected, or all that match a filter. */
export type Choice = { readonly ids: readonly string[] } | { readonly filter: Schemas['InviteFilter'] };

/** What an action needs to know: what an amendment changes, or who gets what is handed over. */
export interface Details {
  readonly set?: Correction | undefined;
  readonly to?: string;
}

/** Begins it for many. */
export async function beginAction(kind: ActionKind, choice: Choice, details: Details = {}): Promise<BulkAction> {
  const chosen = 'ids' in choice ? { ids: [...choice.ids] } : { filter: choice.filter };
  const body = { action: kind, set: details.set ?? null, to: details.to ?? null, ...chosen };
  const action = (await ask('post', '/api/invites/actions', { body, idempotencyKey: keys.of(body) })).body;
  keys.done();
  return action;
}

/** Follows it to its end; `report` gets the action while it is running. */
export async function followAction(begun: BulkAction, report: (running: BulkAction) => void): Promise<BulkAction> {
  let action = begun;
  while (isOneOf<ActionState>(action.state, 'RUNNING')) {
    report(action);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const options = { path: { id: action.id }, query: { limit: MAX_OUTCOMES } };
    action = (await ask('get', '/api/invites/actions/{id}', options)).body;
  }
  return action;
}

export function confirmMany(kind: SingleAction, n: number): Promise<boolean> {
  const { text, action } = words[kind];
  const invites = `${action} ${count(n, 'invite')}`;
  return confirm({ title: `${invites}?`, text, action: invites, tone: toneOfQuestion(kind) });
}

const toneOfQuestion = (kind: SingleAction) => (kind === 'revoke' ? 'danger' : 'primary');

/** The result of an action of the officer, and how to show it. */
export interface ActionResult {
  readonly text: string;
  readonly tone: 'info' | 'warn' | 'done';
}

/** A finished action is shown as done only when every invite of it is, and as nothing done when none is. */
export function resultOf(action: BulkAction): ActionResult {
  const { done, skipped } = action.counts;
  const tone = skipped > 0 ? 'warn' : 'done';
  return { text: resultText(action), tone: done === 0 ? 'info' : tone };
}

/** What was done, in a sentence, and why some were skipped. */
function resultText({ action: kind, counts, outcomes, to }: BulkAction): string {
  const times = outcomes.flatMap(({ nextAt }) => nextAt ?? []).sort();
  const skipped = Object.entries(counts.reasons).map(
    ([reason, n]) => `${count(n, 'invite')} not: ${reasonText(kind, reason, times.at(-1))}`,
  );
  const whom = to ? ` to ${to}` : '';
  const done = `${counts.done ? count(counts.done, 'invite') : 'No invite was'} ${words[kind].done}${whom}.`;
  return [done, ...skipped].join(' ');
}

export function progressText({ counts }: BulkAction): string {
  return `${numbers.format(counts.total - counts.waiting)} of ${numbers.format(counts.total)} done.`;
}

function reasonText(kind: ActionKind, reason: string, next: string | undefined): string {
  switch (reason) {
    case 'too-many-requests':
      return `mailed today already; an invite can be resent once a day${next ? `, next from ${asMoment(next)}` : ''}.`;
    case 'undeliverable':
      return 'the last mail came back. Amend the address first.';
    case 'state-conflict':
      return STATE_CONFLICT[kind];
    default:
      return problemText(reason).what;
  }
}
