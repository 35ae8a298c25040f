/**
 * What is wrong with a field and what to do, by the code of the API. Faults that only a list can have, such as a cell
 * with a formula, are found by the service, which says them in its own words.
 */
export const faults = {
  required: 'Fill this in.',
  'too-long': 'This is longer than the field allows. Shorten it.',
  'control-character': 'This contains a control character. Type the text again without pasting.',
  'invisible-character': 'This contains an invisible character. Type the text again without pasting.',
  'identity-number': 'This looks like an NRIC or FIN. Remove it: it is not needed here.',
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
  'username.not-for-officer': 'Public officers sign in with their email address. Leave the username empty.',
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

/** The words for a code; the API's own when the code is newer than this page. `row` is the row that contradicts. */
export function faultText(code: string, detail: string, row?: number | null): string {
  const text = (faults as Record<string, string>)[code] ?? detail;
  return !row ? text : text.replace('Another row', `Row ${row}`);
}
