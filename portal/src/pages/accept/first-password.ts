import type { Schemas } from '../../api/client';
import { asMoment } from '../../messages/time';

type FirstPassword = Schemas['FirstPasswordBody'];

/** Where the temporary password is, and what to do meanwhile. */
export function passwordNews({ state, waitingUntil }: FirstPassword, email: string): string {
  switch (state) {
    case 'available':
      return `Ask for a temporary password. It goes to ${email}, and nobody else sees it.`;
    case 'requested':
    case 'sent':
      return `A temporary password is on its way to ${email}. Look into the junk folder too.`;
    case 'held':
      return `Your temporary password waits${waitingUntil ? limitText(waitingUntil) : stopText(email)}`;
    case 'unknown':
      return (
        `We do not know whether your temporary password was sent to ${email}. ` +
        'If no mail comes within a few minutes, ask for another one.'
      );
  }
}

function limitText(until: string): string {
  return `. It leaves at about ${asMoment(until)}, since your mailbox has had three mails from us today.`;
}

function stopText(email: string): string {
  return `, since we send no mail at the moment. It goes to ${email} as soon as we do again.`;
}
