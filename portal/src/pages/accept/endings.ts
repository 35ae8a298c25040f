import type { Schemas } from '../../api/client';

type Ending = Exclude<Schemas['PageState'], 'invited' | 'pending' | 'accepted' | 'account-ready' | 'onboarded'>;

/** Where an invitation stands when there is nothing to do on this page: what happened, and who can help. */
export const endings: Record<Ending, { readonly title: string; readonly text: string }> = {
  expired: {
    title: 'This invitation has expired',
    text: 'It was not accepted in time. The person who invited you can send it again; you then get a new link by mail.',
  },
  revoked: {
    title: 'This invitation was taken back',
    text: 'The person who invited you has withdrawn it. If that is a surprise, ask them.',
  },
  failed: {
    title: 'Your account could not be made',
    text: 'The person who invited you sees why, and can fix the details and send the invitation again.',
  },
  'account-disabled': {
    title: 'This account is disabled',
    text: 'Its directory has switched it off. Ask the person who invited you, or your agency’s administrator.',
  },
  'account-gone': {
    title: 'This account was deleted',
    text: 'The account that this invitation led to is not there any more. The person who invited you can invite you anew.',
  },
  'needs-attention': {
    title: 'We are looking into this',
    text: 'Making your account needs one of us to look. You need not do anything; we mail you when it is ready.',
  },
};
