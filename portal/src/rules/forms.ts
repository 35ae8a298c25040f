import type { Schemas } from '../api/client';
import {
  checkContact,
  checkDepartment,
  checkEmail,
  checkName,
  checkOrganisation,
  checkReason,
  checkUsername,
  recipientOf,
} from './fields';
import { trim } from './text';

export type Values<F extends string> = Record<F, string>;
/** What is wrong, by field: a code of the catalogue. */
export type Faults<F extends string> = Partial<Record<F, string>>;
/** What the domain of an address means, as the API says. */
export type Meaning = Schemas['DomainBody'];

export type ProfileField = 'firstName' | 'lastName' | 'countryCode' | 'contactNumber' | 'organisation' | 'department';
export type EmailField = 'email' | 'seed' | 'reason';
export type AccountField = EmailField | 'username' | ProfileField;

export const labels: Record<AccountField, string> = {
  email: 'Email address',
  username: 'TechPass username',
  firstName: 'First name',
  lastName: 'Last name',
  countryCode: 'Country code',
  contactNumber: 'Contact number',
  organisation: 'Organisation',
  department: 'Department',
  seed: 'Is onboarding to SEED required?',
  reason: 'Reason',
};

/** Some of the labels, in the given order. */
export function labelsOf<F extends AccountField>(...fields: F[]): Record<F, string> {
  return Object.fromEntries(fields.map((field) => [field, labels[field]])) as Record<F, string>;
}

/** The details that an invitee fills in, or an officer on their behalf. */
export function checkProfile(values: Values<ProfileField>): Faults<ProfileField> {
  const contact = checkContact(values.countryCode, values.contactNumber);
  return present({
    firstName: checkName(values.firstName),
    lastName: checkName(values.lastName),
    organisation: checkOrganisation(values.organisation),
    department: checkDepartment(values.department),
    ...(contact && { [contact.field]: contact.code }),
  });
}

/** What both kinds of invite ask; `own` is the address of the officer. */
function checkInvite(values: Values<EmailField>, meaning: Meaning | undefined, own: string): Faults<EmailField> {
  const isOwn = recipientOf(values.email) === recipientOf(own);
  return present({
    email: checkEmail(values.email) ?? meaning?.code ?? (isOwn ? 'email.own' : undefined),
    seed: values.seed === 'yes' && meaning?.seed === 'ineligible' ? 'seed.ineligible' : undefined,
    reason: checkReason(values.reason),
  });
}

/** The rule for a username, which only vendors have; without a persona only its own form is judged. */
export function checkUsernameOf(username: string, meaning: Meaning | undefined): string | undefined {
  if (meaning?.persona === 'officer') return undefined;
  return trim(username) === '' && meaning?.persona !== 'vendor' ? undefined : checkUsername(username);
}

/** Everything that a request for an account says. */
export function checkAccount(
  values: Values<AccountField>,
  meaning: Meaning | undefined,
  own: string,
): Faults<AccountField> {
  const username = checkUsernameOf(values.username, meaning);
  return { ...checkInvite(values, meaning, own), ...(username && { username }), ...checkProfile(values) };
}

/** Everything that an email invitation says, which is for public officers. */
export function checkEmailInvitation(
  values: Values<EmailField>,
  meaning: Meaning | undefined,
  own: string,
): Faults<EmailField> {
  const faults = checkInvite(values, meaning, own);
  return !faults.email && meaning?.persona === 'vendor' ? { ...faults, email: 'email.not-officer' } : faults;
}

/** The address alone of `Tan Mei Ling <tan@agency.gov.sg>` or `mailto:tan@agency.gov.sg`, as mail programs copy it. */
export function tidyEmail(text: string): string {
  return trim(/<([^<>]*)>\s*;?\s*$/.exec(text)?.[1] ?? text.replace(/^\s*mailto:/i, '')).replace(/[;,]$/, '');
}

function present<F extends string>(faults: Partial<Record<F, string | undefined>>): Faults<F> {
  return Object.fromEntries(Object.entries(faults).filter(([, code]) => code !== undefined)) as Faults<F>;
}
