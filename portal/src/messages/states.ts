import type { InviteState, MailState, SeedState } from '../api/states';

/** How a state is coloured. Its words come beside it, so that no one needs the colour. */
export type Tone = 'good' | 'going' | 'waiting' | 'bad' | 'quiet';

export const techpassTones: Record<string, Tone> = {
  QUEUED: 'going',
  INVITED: 'waiting',
  ACCEPTED: 'going',
  PROVISIONING: 'going',
  ACCOUNT_CREATED: 'waiting',
  ONBOARDED: 'good',
  DISABLED: 'quiet',
  ACCOUNT_GONE: 'quiet',
  FAILED: 'bad',
  EXPIRED: 'bad',
  REVOKING: 'going',
  REVOKED: 'quiet',
  NEEDS_ATTENTION: 'bad',
} satisfies Record<InviteState, Tone>;

export const seedTones: Record<string, Tone> = {
  NOT_REQUIRED: 'quiet',
  INELIGIBLE: 'quiet',
  PENDING: 'going',
  LICENCE_ASSIGNED: 'good',
  FULLY_ONBOARDED: 'good',
  LICENCE_ERROR: 'bad',
  WITHDRAWING: 'going',
  WITHDRAWN: 'quiet',
} satisfies Record<SeedState, Tone>;

/** What a state means for the officer, in the details. */
export const techpassMeanings: Record<string, string> = {
  QUEUED: 'It is being worked on. This takes a moment.',
  INVITED: 'The invitation is out. The person has not accepted it yet.',
  ACCEPTED: 'The person has accepted. The account is being created.',
  PROVISIONING: 'The account is being created.',
  ACCOUNT_CREATED: 'The account is created. The person has not signed in yet.',
  ONBOARDED: 'The person has signed in to TechPass.',
  DISABLED: 'The account is switched off in the directory.',
  ACCOUNT_GONE: 'The account was deleted in the directory.',
  FAILED: 'It could not be done.',
  EXPIRED: 'The invitation ended before it was accepted. Send it again to open it once more.',
  REVOKING: 'It was revoked, and its account is being deleted. This takes a moment.',
  REVOKED: 'The invitation was revoked. Its link does not work any more.',
  NEEDS_ATTENTION: 'We have to check this ourselves. Send us the Trace ID if it is urgent.',
} satisfies Record<InviteState, string>;

export const mailStates: Record<string, { label: string; tone: Tone }> = {
  QUEUED: { label: 'Queued', tone: 'going' },
  HELD: { label: 'On hold', tone: 'waiting' },
  SENDING: { label: 'Sending', tone: 'going' },
  ACCEPTED: { label: 'Sent', tone: 'waiting' },
  DELAYED: { label: 'Delayed', tone: 'waiting' },
  UNKNOWN: { label: 'Delivery unknown', tone: 'waiting' },
  DELIVERED: { label: 'Delivered', tone: 'good' },
  BOUNCED: { label: 'Bounced', tone: 'bad' },
  COMPLAINED: { label: 'Marked as spam', tone: 'bad' },
  SUPPRESSED: { label: 'Not delivered', tone: 'bad' },
  REFUSED: { label: 'Refused', tone: 'bad' },
  REPLACED: { label: 'Replaced', tone: 'quiet' },
} satisfies Record<MailState, { label: string; tone: Tone }>;

/** What happened to an invite, where its name does not say so. */
export const events: Record<string, string> = {
  QUEUED: 'Invite created',
  INVITED: 'Invitation sent',
  ACCEPTED: 'Invitation accepted',
  PROVISIONING: 'Account being created',
  ONBOARDED: 'Signed in for the first time',
  RESENT: 'Sent again',
  AMENDED: 'Details changed',
  HANDED_OVER: 'Handed over',
  ACCOUNT_GONE: 'Account deleted',
};

/** A name of the API in words. */
export function inWords(name: string): string {
  const words = name.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const eventText = (event: string): string => events[event] ?? inWords(event);

/** Who did something to an invite. */
export const actors: Record<string, string> = {
  officer: 'you',
  invitee: 'the invitee',
  operator: 'support',
  service: 'this service',
};
