/**
 * What is wrong with a field and what to do, by the code of the API. Faults that only a list can have, such as a cell
 * with a formula, are found by the service, which says them in its own words.
 */
export const faults = {
  required: 'Fill this in.',
  'too-long': 'This is longer than the field allows. Shorten it.',
  'control-character': 'This contains a control character. Type the text again without pasting.',
  'identity-number': 'This looks like an NRIC or FIN. Remove it: it is not needed here.',
  'email.several': 'This holds more than one address. Enter one; each person is invited alone.',
  'email.syntax': 'Enter one email address, such as name@agency.gov.sg.',
  'email.non-ascii': 'The address contains a character that is not a plain letter. Type it again.',
  'email.domain-not-allowed':
    'This email domain is not on the list of allowed domains. Raise a service request to add it.',
  'email.domain-refused': 'Addresses of this domain cannot receive invitations. Use the person’s organisation address.',
  'email.role-mailbox': 'This is a shared or system mailbox. Use the person’s own address.',
  'email.too-long-for-officer': 'A public officer’s address has at most 113 characters.',
  'email.not-officer': 'Email invitations are for public officers. Use Create account for vendors.',
  'email.own': 'This is your own address.',
  'email.punycode': 'This address hides letters behind xn--. Use the organisation’s own address.',
  'username.required': 'Vendors need a TechPass username.',
  'username.syntax':
    'Use letters, digits, hyphen, underscore and single periods; start and end with a letter or digit.',
  'username.reserved': 'This username is reserved. Choose another.',
  'name.required': 'Enter a first name or a last name. One of them is enough.',
  'name.syntax':
    'Enter the name in letters; spaces, apostrophes, hyphens, periods, slashes, commas, brackets and @ may be used.',
  'name.start': 'A name cannot begin with =, +, -, @ or a tab.',
  'country-code.syntax': 'Enter a country code such as 65.',
  'contact-number.syntax': 'Enter one phone number in digits.',
  'contact-number.singapore': 'A Singapore number has eight digits and starts with 3, 6, 8 or 9.',
  'seed.syntax': 'Answer Yes or No.',
  'seed.ineligible': 'This email domain cannot be onboarded to SEED. Answer No.',
} as const;

export type FaultCode = keyof typeof faults;

/** Faults with numbers in them, which only the API's own words have. */
const NUMBERED: readonly string[] = ['too-long', 'email.too-long-for-officer'];

/** The early words for a text of `count` characters where a field has `limit`. */
export const tooLongText = (limit: number, count: number): string =>
  `At most ${limit} characters; this has ${count}. Shorten it.`;

/**
 * The words for a code; the API's own when it has numbers, or the code is newer than this page. `row` is the row that
 * contradicts.
 */
export function faultText(code: string, detail: string, row?: number | null): string {
  const ours = (faults as Record<string, string>)[code];
  const text = detail && NUMBERED.includes(code) && detail !== code ? detail : (ours ?? detail);
  return !row ? text : text.replace('Another row', `Row ${row}`);
}
