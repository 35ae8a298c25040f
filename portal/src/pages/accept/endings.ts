import type { Schemas } from '../../api/client';

type EndState = Exclude<Schemas['PageState'], 'invited' | 'pending' | 'accepted' | 'account-ready' | 'onboarded'>;

export interface Ending {
  readonly title: string;
  readonly text: string;
  /** What the person can do here. */
  readonly next?: 'new-link';
}

export const notValid: Ending = {
  title: 'This link is not valid',
  text:
    'A newer mail may have replaced it, or it was copied in part. Look for the latest mail, ask for a new link, or ' +
    'ask the person who invited you. Nothing was changed.',
  next: 'new-link',
};

/** What security checks of mail leave of a link whose end they do not pass on. */
export const withoutEnd: Ending = {
  title: 'This link lost its end on the way',
  text:
    'Some mail programs and security checks cut off the part that says which invitation it is. Copy the link from ' +
    'the text of the mail, and paste it here.',
};

/** The states of an invitation in which there is nothing to do on this page: what happened, and who can help. */
export const endings: Record<EndState, Ending> = {
  expired: {
    title: 'This invitation has expired',
    text: 'It was not used in time. Ask for a new link, which is mailed to the address that was invited.',
    next: 'new-link',
  },
  revoked: {
    title: 'This invitation was revoked',
    text: 'The person who invited you has revoked it. If that is a surprise, ask them.',
  },
  failed: {
    title: 'Your account could not be created',
    text: 'The person who invited you sees why, and can fix the details and send the invitation again.',
  },
  'account-disabled': {
    title: 'This account is disabled',
    text: 'Its directory has switched it off. Ask the person who invited you, or your agency’s administrator.',
  },
  'account-gone': {
    title: 'This account was deleted',
    text: 'The account that this invitation led to was deleted. The person who invited you can invite you again.',
  },
  'needs-attention': {
    title: 'We are looking into this',
    text:
      'We have to check something before your account is created. You need not do anything; we mail you when it is ' +
      'ready.',
  },
};
