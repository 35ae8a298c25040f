import { ask, type Schemas } from '../../api/client';
import { IdempotencyKeys } from '../../api/idempotency';
import { telling } from '../../messages/problems';
import { asMoment, count, numbers } from '../../messages/time';
import { confirm } from '../../parts/confirm';
import type { Correction } from './amend-many';

type Invite = Schemas['InviteBody'];
type Action = Schemas['ActionBody'];
export type Deed = Schemas['ActionKind'];
/** What is done with one invite from its menu; its details are amended on a page of their own. */
export type SingleDeed = Exclude<Deed, 'amend'>;

const keys = new IdempotencyKeys();
const PAUSE_MS = 1_500;
/** Outcomes that are looked at for when those can be resent that were mailed today. */
const OUTCOMES = 200;
const UNDELIVERABLE = ['BOUNCED', 'COMPLAINED', 'SUPPRESSED', 'REFUSED'];

const isUndeliverable = ({ mail }: Invite) => UNDELIVERABLE.includes(mail?.state ?? '');

/** What can be done with an invite now. The API has the last word; this keeps the menu short. */
export const canResend = ({ resendFrom }: Invite, now: number): boolean =>
  Boolean(resendFrom) && Date.parse(resendFrom!) <= now;
/** From when an invite can be sent again that cannot be yet, as a sentence. */
export const resendLater = (invite: Invite, now: number): string | undefined =>
  invite.resendFrom && !canResend(invite, now)
    ? `Mailed today already. It can be resent from ${asMoment(invite.resendFrom)}.`
    : undefined;
export const canRevoke = (invite: Invite): boolean =>
  ['QUEUED', 'INVITED', 'EXPIRED', 'FAILED'].includes(invite.techpass.state);
export const canAmend = (invite: Invite): boolean =>
  ['FAILED', 'EXPIRED', 'REVOKED'].includes(invite.techpass.state) ||
  (invite.techpass.state === 'INVITED' && isUndeliverable(invite));

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
} as const;

const STATE_CONFLICT = {
  resend: 'there is no mail to send again.',
  revoke: 'accepted or made already.',
  amend: 'neither failed, expired nor revoked.',
} as const;

/** Asks, then does it for one. Nothing, when the officer thinks better of it. */
export async function actOnOne(deed: SingleDeed, invite: Invite): Promise<Invite | undefined> {
  const { question, action } = words[deed];
  const text =
    deed === 'resend'
      ? `${invite.email} gets a new link by mail. The old link stops working at once.`
      : `The link of ${invite.email} stops working at once, and the address can be invited anew.`;
  if (!(await confirm({ title: question, text, action, tone: deed === 'revoke' ? 'danger' : 'primary' })))
    return undefined;
  const path = { id: invite.id };
  const answer =
    deed === 'resend'
      ? ask('post', '/api/invites/{id}/resend', { path })
      : ask('post', '/api/invites/{id}/revoke', { path });
  return (await answer).body;
}

/** Which invites: some that were picked, or all that match a filter. */
export type Choice = { readonly ids: readonly string[] } | { readonly filter: Schemas['InviteFilter'] };

/** Does it for many, and tells how far it is until it is done. */
export async function actOnMany(
  deed: Deed,
  choice: Choice,
  set: Correction | undefined,
  tell: (action: Action) => void,
): Promise<Action> {
  const body = {
    action: deed,
    set: set ?? null,
    ...('ids' in choice ? { ids: [...choice.ids] } : { filter: choice.filter }),
  };
  let action = (await ask('post', '/api/invites/actions', { body, idempotencyKey: keys.of(body) })).body;
  keys.done();
  while (action.state === 'RUNNING') {
    tell(action);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    action = (await ask('get', '/api/invites/actions/{id}', { path: { id: action.id }, query: { limit: OUTCOMES } }))
      .body;
  }
  return action;
}

export function confirmMany(deed: SingleDeed, n: number): Promise<boolean> {
  const { text, action } = words[deed];
  return confirm({
    title: `${action} ${count(n, 'invite')}?`,
    text,
    action: `${action} ${count(n, 'invite')}`,
    tone: deed === 'revoke' ? 'danger' : 'primary',
  });
}

/** How a finished action is shown: as done only when every invite of it is, and as nothing done when none is. */
export const toneOf = ({ counts }: Action): Said['tone'] =>
  counts.done === 0 ? 'info' : counts.skipped > 0 ? 'warn' : 'done';

/** What an action of the officer came to, and how to show it. */
export interface Said {
  readonly text: string;
  readonly tone: 'info' | 'warn' | 'done';
}

/** What became of them, in a sentence, with why for those that were left as they are. */
export function tallyText(deed: Deed, { counts, outcomes }: Action): string {
  const next = outcomes
    .flatMap(({ nextAt }) => nextAt ?? [])
    .sort()
    .at(-1);
  const left = Object.entries(counts.reasons).map(
    ([reason, n]) => `${count(n, 'invite')} not: ${reasonFor(deed, reason, next)}`,
  );
  const done = counts.done
    ? `${count(counts.done, 'invite')} ${words[deed].done}.`
    : `No invite was ${words[deed].done}.`;
  return [done, ...left].join(' ');
}

export function progressText({ counts }: Action): string {
  return `${numbers.format(counts.total - counts.waiting)} of ${numbers.format(counts.total)} done.`;
}

function reasonFor(deed: Deed, reason: string, next: string | undefined): string {
  switch (reason) {
    case 'too-many-requests':
      return `mailed today already; an invite can be resent once a day${next ? `, next from ${asMoment(next)}` : ''}.`;
    case 'undeliverable':
      return 'the last mail came back. Amend the address first.';
    case 'state-conflict':
      return STATE_CONFLICT[deed];
    default:
      return telling(reason).what;
  }
}
