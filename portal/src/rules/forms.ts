import type { Schemas } from '../api/client';
import { FIELDS } from './field-table';
import { checkContact, checkEmail, checkName, checkUsername, isBlankName, recipientOf } from './fields';
import { checkText, isBlank, seedAnswer, type Verdict } from './text';

export type Values<F extends string> = Record<F, string>;
/** What is wrong, by field: a code of the catalogue. */
export type Faults<F extends string> = Partial<Record<F, string>>;
/** What the domain of an address means, as the API says. */
export type Meaning = Schemas['DomainBody'];

type Table = typeof FIELDS;
export type AccountField = keyof Table;
type Trait = 'required' | 'part' | 'alike';
/** The fields that have this in the table, such as `FieldOf<'part', 'profile'>`. */
type FieldOf<K extends Trait, V> = { [F in AccountField]: Table[F][K] extends V ? F : never }[AccountField];
export type EmailField = FieldOf<'part', 'invite'>;
export type ProfileField = FieldOf<'part', 'profile'>;
/** The fields that many people have alike. */
export type ManyField = FieldOf<'alike', 'rows' | 'everywhere'>;

/** Every field, in the order of the template. Other lists of fields have the same order. */
export const ALL_FIELDS = Object.keys(FIELDS) as AccountField[];
export const EMAIL_FIELDS = fieldsOf('part', 'invite');
export const PROFILE_FIELDS = fieldsOf('part', 'profile');
export const MANY_FIELDS = fieldsOf('alike', 'rows', 'everywhere');
/** The fields of a profile that have rules and places of their own. */
const PERSONAL = ['firstName', 'lastName', 'countryCode', 'contactNumber'] as const;
export type WorkField = Exclude<ProfileField, (typeof PERSONAL)[number]>;
/** The other fields of a profile, such as the organisation: plain text, checked and shown alike. */
export const WORK_FIELDS = PROFILE_FIELDS.filter(
  (field): field is WorkField => !(PERSONAL as readonly string[]).includes(field),
);

/** What an officer asks for: an account on behalf of a person, or an invitation that its invitee fills in. */
export type Kind = Schemas['Kind'];

/** The fields that the officer fills in, in the order of the template. */
export const fieldsOfKind = (kind: Kind): readonly AccountField[] => (kind === 'email' ? EMAIL_FIELDS : ALL_FIELDS);

/** Those that many people have alike. */
export const manyFieldsOf = (kind: Kind): readonly ManyField[] =>
  MANY_FIELDS.filter((field) => fieldsOfKind(kind).includes(field));

export const labels = recordOf(ALL_FIELDS, (field): string => FIELDS[field].label);

/** The fields that have one of these values in the table. */
export function fieldsOf<K extends Trait, V extends Table[AccountField][K]>(trait: K, ...values: V[]): FieldOf<K, V>[] {
  return ALL_FIELDS.filter((field) => (values as unknown[]).includes(FIELDS[field][trait])) as FieldOf<K, V>[];
}

/** A value for each of these fields. */
export function recordOf<F extends AccountField, T>(fields: readonly F[], value: (field: F) => T): Record<F, T> {
  return Object.fromEntries(fields.map((field) => [field, value(field)])) as Record<F, T>;
}

/** The values that a form starts with: blank, but for the usual answers. */
export function startOf<F extends AccountField>(fields: readonly F[]): Values<F> {
  const usual: Partial<Values<AccountField>> = { countryCode: '65', seed: 'no' };
  return recordOf(fields, (field) => usual[field] ?? '');
}

/** Whether a form marks a field as optional. The country code is not: forms start with one. */
export function isOptional(field: AccountField): boolean {
  const { max, required } = FIELDS[field];
  return required === 'never' && max !== null;
}

/** The rules of plain text. A field without a bound in the table has a check of its own, and no fault here. */
export function checkPlain(field: AccountField, typed: string): Verdict {
  const { max } = FIELDS[field];
  return max === null || (isOptional(field) && isBlank(typed)) ? undefined : checkText(typed, max);
}

/** What is wrong with one value for many rows. A blank one is wrong only where every row needs a value. */
export function checkAlike(field: AccountField, typed: string): Verdict {
  if (FIELDS[field].required !== 'always' && isBlank(typed)) return undefined;
  switch (field) {
    case 'seed':
      return seedAnswer(typed) ? undefined : 'seed.syntax';
    case 'email':
      return checkEmail(typed);
    case 'username':
      return checkUsername(typed);
    case 'firstName':
    case 'lastName':
      return checkName(typed);
    case 'countryCode':
      return faultOf(field, checkContact(typed, ''));
    case 'contactNumber':
      return faultOf(field, checkContact('', typed));
    default:
      return checkPlain(field, typed);
  }
}

const faultOf = (field: AccountField, fault: ReturnType<typeof checkContact>): Verdict =>
  fault?.field === field ? fault.code : undefined;

/** The details that an invitee fills in, or an officer on their behalf. */
export function checkProfile(values: Values<ProfileField>): Faults<ProfileField> {
  const contact = checkContact(values.countryCode, values.contactNumber);
  return present({
    ...recordOf(WORK_FIELDS, (field) => checkPlain(field, values[field])),
    ...checkNames(values.firstName, values.lastName),
    ...(contact && { [contact.field]: contact.code }),
  });
}

/** One name is enough, and it may be the first or the last. */
function checkNames(first: string, last: string): Faults<'firstName' | 'lastName'> {
  if (isBlankName(first) && isBlankName(last)) return { firstName: 'name.required' };
  const check = (name: string) => (isBlankName(name) ? undefined : checkName(name));
  return present({ firstName: check(first), lastName: check(last) });
}

/** What both kinds of invite ask; `own` is the address of the officer. */
function checkInvite(values: Values<EmailField>, meaning: Meaning | undefined, own: string): Faults<EmailField> {
  const isOwn = recipientOf(values.email) === recipientOf(own);
  return present({
    email: checkEmail(values.email) ?? meaning?.code ?? (isOwn ? 'email.own' : undefined),
    seed: values.seed === 'yes' && meaning?.seed === 'ineligible' ? 'seed.ineligible' : undefined,
    reason: checkPlain('reason', values.reason),
  });
}

/** The rule for a username, which only vendors have; without a persona only its own form is judged. */
export function checkUsernameOf(username: string, meaning: Meaning | undefined): string | undefined {
  if (meaning?.persona === 'officer') return undefined;
  return isBlank(username) && meaning?.persona !== 'vendor' ? undefined : checkUsername(username);
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

function present<F extends string>(faults: Partial<Record<F, string | undefined>>): Faults<F> {
  return Object.fromEntries(Object.entries(faults).filter(([, code]) => code !== undefined)) as Faults<F>;
}
