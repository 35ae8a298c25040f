import type { FaultCode } from './faults';
import type { Tone } from './states';

/** Where a batch stands, in the list. */
export const batchStates: Record<string, { label: string; tone: Tone }> = {
  AWAITING_UPLOAD: { label: 'Waiting for the file', tone: 'waiting' },
  PARSING: { label: 'Reading', tone: 'going' },
  DRAFT: { label: 'Draft', tone: 'waiting' },
  SUBMITTED: { label: 'In progress', tone: 'going' },
  DISPATCHED: { label: 'In progress', tone: 'going' },
  DONE: { label: 'Done', tone: 'good' },
  UNREADABLE: { label: 'Could not be read', tone: 'bad' },
};

/** Where a row stands. */
export const rowStates: Record<string, string> = { READY: 'Ready', NEEDS_FIXING: 'To fix', DUPLICATE: 'Duplicate', SENT: 'Submitted' };

/** A cause in a few words, for the chips; the sentence that says what to do stands in the row. */
export const causes: Record<FaultCode, string> = {
  'required': 'Missing',
  'too-long': 'Too long',
  'control-character': 'Control character',
  'invisible-character': 'Invisible character',
  'identity-number': 'NRIC or FIN',
  'email.syntax': 'Not an email address',
  'email.non-ascii': 'Unusual letter in the address',
  'email.domain-not-allowed': 'Email domain not allowed',
  'email.domain-refused': 'Email domain refused',
  'email.role-mailbox': 'Shared mailbox',
  'email.too-long-for-officer': 'Address too long',
  'email.not-officer': 'Not a public officer',
  'email.own': 'Your own address',
  'email.link-mismatch': 'Address differs from its link',
  'username.required': 'Vendors need a username',
  'username.syntax': 'Not a username',
  'username.reserved': 'Reserved username',
  'username.not-for-officer': 'Officers have no username',
  'name.syntax': 'Not a name',
  'country-code.syntax': 'Not a country code',
  'contact-number.syntax': 'Not a phone number',
  'contact-number.singapore': 'Not a Singapore number',
  'seed.syntax': 'Not Yes or No',
  'seed.ineligible': 'No SEED for this domain',
  'cell.formula': 'Formula',
  'cell.error': 'Error value',
  'cell.type': 'Date or number',
  'cell.precision': 'Digits lost',
};

/** Why a row needs no invite: in a few words, and what to do. */
export const duplicates: Record<string, { label: string; text: string }> = {
  'duplicate.row': { label: 'Twice in this list', text: 'An earlier row is for the same person. Remove one of them.' },
  'duplicate.invited': { label: 'Already invited', text: 'This person has been invited already. Nothing needs to be done; this row is left out.' },
  'duplicate.username': { label: 'Username taken', text: 'This TechPass username belongs to another invite. Choose another.' },
  'duplicate.account': { label: 'Has an account', text: 'This person has a TechPass account already and needs no invite. They can ask for SEED themselves.' },
};
