import type { Schemas } from '../../api/client';
import { asDay, asMoment, asTime } from '../../messages/time';
import { plain } from '../../rules/text';

/** The code that is mailed to the invited mailbox: whether one was asked for, and from when another one can be. */
export type MailboxCode = Schemas['MailboxCodeBody'];

const MINUTE_MS = 60_000;

/** The code of an invitation; a page that says nothing of it has none, and one can be asked for. */
export function codeOf({ mailboxCode }: Schemas['PageBody']): MailboxCode {
  return mailboxCode ?? { state: 'available', availableFrom: '' };
}

/** Whether a code was mailed, or is being mailed, so that more may be reported of its mail. */
export function isOut({ state }: MailboxCode): boolean {
  return state === 'requested' || state === 'sent';
}

/** Whether there is a code that can still be typed, wherever its mail is. */
export const hasCode = ({ validUntil }: MailboxCode): boolean => Boolean(validUntil);

/** Why the page asks for a code at all. */
export function codeReason(email: string): string {
  return (
    'A mail with a link may have been forwarded, or sent to a wrong address. So we mail a code to ' +
    `${email}: it shows that this mailbox is yours.`
  );
}

/** Where the code is, and until when it works. */
export function codeNews({ state, validUntil }: MailboxCode, email: string): string {
  if (state === 'available') return 'The code that we mailed does not work any more. Have another one mailed.';
  if (state === 'not-delivered') return 'If the code has reached you all the same, enter it here.';
  const mailing = state === 'sent' ? 'We have mailed six digits' : 'We are mailing six digits';
  const limit = validUntil ? ` They work until ${asTime(validUntil)}.` : '';
  return `${mailing} to ${email}. It can take a few minutes; look in the junk folder too.${limit}`;
}

/** What it means that the mail with the code came back, and who can help. */
export function returnedText(email: string, invitedBy: string): string {
  return (
    `The mailbox ${email} does not exist, is full, or takes no mail from us. Ask ${invitedBy}, who can correct the ` +
    'address and invite you again.'
  );
}

/** The milliseconds until a code can be asked for; 0 when one can. */
export function pauseOf({ availableFrom }: MailboxCode, now: number): number {
  return Math.max(0, new Date(availableFrom).getTime() - now) || 0;
}

/** From when a code can be asked for, while that is not now. */
export function pauseText(code: MailboxCode, now: number): string | undefined {
  const pause = pauseOf(code, now);
  if (pause === 0) return undefined;
  // No earlier than it is: times are shown without their seconds.
  const from = new Date(Math.ceil((now + pause) / MINUTE_MS) * MINUTE_MS).toISOString();
  const isToday = asDay(from) === asDay(new Date(now).toISOString());
  const what = hasCode(code) ? 'The code can be mailed again' : 'Another code can be mailed';
  return `${what} from ${isToday ? asTime(from) : asMoment(from)}.`;
}

/** When a code can be mailed next: the same again while it can be typed, else another one. */
export function nextCodeText(code: MailboxCode, now: number): string {
  const pause = pauseText(code, now);
  return pause ?? (isOut(code) ? 'No mail after a few minutes? Have the code mailed again.' : '');
}

/** What the button says that has a code mailed after the first. */
export const againLabel = (code: MailboxCode): string => (hasCode(code) ? 'Mail the code again' : 'Mail another code');

/** The digits of a code as a person types or pastes it, such as `123 456` or `123-456`. */
export function digitsOf(text: string): string {
  return plain(text).replace(/[\s\p{Pd}]/gu, '');
}

/** What is wrong with a code before it is sent. */
export function codeFault(text: string): string | undefined {
  const digits = digitsOf(text);
  if (!digits) return 'Enter the six digits from the mail.';
  return /^\d{6}$/.test(digits) ? undefined : 'A code has six digits, such as 123 456.';
}
