import { FIELDS } from './field-table';
import { checkText, hasControl, isBlank, plain, trim, type Verdict } from './text';

// Each function mirrors the type of its name in `shared/domain/src/fields`; both are held to the same vectors.
// The server decides; these only say it earlier, or nothing.

const QUOTES = '"\'`´‘’‚‛“”„«»';
const EDGES = new RegExp(`^[\\s;,${QUOTES}]+|[\\s;,.${QUOTES}]+$`, 'g');
const CLOSING: Record<string, string> = { '>': '<', ')': '(', ']': '[' };

/** The address alone of `Tan Mei Ling <tan@agency.gov.sg>;` or `mailto:tan@agency.gov.sg`, as mail programs copy it. */
export function tidyEmail(typed: string): string {
  let text = plain(typed).replace(/[\u3002\uFF61]/g, '.');
  for (let before = ''; before !== text; ) {
    before = text;
    text = withoutName(withoutEdges(text));
  }
  return text;
}

const withoutEdges = (text: string): string =>
  trim(text)
    .replace(EDGES, '')
    .replace(/^mailto:/i, '');

/** The address in brackets behind a name, or before a remark in brackets. */
function withoutName(text: string): string {
  const open = CLOSING[text.at(-1) ?? ''];
  const at = open ? text.lastIndexOf(open) : -1;
  if (at < 0) return text;
  const [before, inner] = [text.slice(0, at), withoutEdges(text.slice(at + 1, -1))];
  const outer = withoutEdges(before);
  const isName = !outer.includes('@') || outer.toLowerCase() === inner.toLowerCase();
  if (inner.includes('@') && isName) return inner;
  return open === '(' && outer.includes('@') && !inner.includes('@') && /\s$/.test(before) ? outer : text;
}

export function checkEmail(typed: string): Verdict {
  if (plain(typed) === '') return 'required';
  if (/[\u202D\u202E\u2066-\u2069]/.test(plain(typed))) return 'control-character';
  const text = tidyEmail(typed);
  // Several addresses: the server says whether they are one.
  if (text.split('@').length > 2) return /[\s;,|/&<>]/.test(text) ? undefined : 'email.syntax';
  if (hasControl(text)) return 'control-character';
  if (/\P{ASCII}/u.test(text)) return 'email.non-ascii';
  const at = text.indexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 0 || !/^[\w'-][\w'+-]*(\.[\w'+-]+)*$/.test(local) || local.endsWith("'") || !isHostName(domain)) {
    return 'email.syntax';
  }
  if (domain.split('.').some((label) => /^xn--/i.test(label))) return 'email.punycode';
  return local.length > 64 || text.length > 254 ? 'too-long' : undefined;
}

/** The domain of an address in lower case, as soon as it is one. */
export function domainOf(email: string): string | undefined {
  return checkEmail(email) === undefined ? tidyEmail(email).split('@')[1]?.toLowerCase() : undefined;
}

/** One person, however the address is written. */
export function recipientOf(email: string): string {
  const [local = '', domain = ''] = tidyEmail(email).toLowerCase().split('@');
  return `${local.split('+')[0]}@${domain}`;
}

function isHostName(domain: string): boolean {
  const labels = domain.split('.');
  return (
    labels.length > 1 &&
    labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label)) &&
    /^[a-z]{2,}$/i.test(labels.at(-1)!)
  );
}

const RESERVED = [
  'admin',
  'administrator',
  'root',
  'support',
  'helpdesk',
  'postmaster',
  'security',
  'system',
  'techpass',
  'techbiz',
  'seed',
  'noreply',
];

/** What would be read as the id of a user, or as the account of a public officer. */
const IDS = /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|po-[\da-f]{26})$/i;

export function checkUsername(typed: string): Verdict {
  const text = plain(typed).replace(/@techpass\.gov\.sg$/i, '');
  if (text === '' || isBlank(text)) return 'username.required';
  if ([...text].length > FIELDS.username.max) return 'too-long';
  if (!/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i.test(text) || text.includes('..')) return 'username.syntax';
  return RESERVED.includes(text.toLowerCase()) || IDS.test(text) ? 'username.reserved' : undefined;
}

const APOSTROPHES = /[`\u00B4\u02B9\u02BB-\u02BD\u2018-\u201B\u2032\u2035\u055A\u05F3\uA78B\uA78C]/g;
const DASHES = /[\u058A\u05BE\u02D7\u2010-\u2015\u2043\u207B\u2212\u2E3A\u2E3B\uFE31\uFE32\uFE58\uFE63]/g;
const NO_NAME = /^[lf]nu$|^no ?(last|first|family|given|sur)? ?name$/i;

/** Whether a name says that there is none. `Na`, written as a name, is a name. */
export function isBlankName(typed: string): boolean {
  return trim(typed) !== 'Na' && (isBlank(typed) || NO_NAME.test(plain(typed)));
}

export function checkName(typed: string): Verdict {
  if (typed.startsWith('\t') && trim(typed) !== '') return 'name.start';
  const text = trim(typed).replace(/^(["“＂])(.*)["”＂]$/, '$2');
  const wrong = checkText(text, FIELDS.firstName.max);
  if (wrong) return wrong;
  const name = plain(text.normalize('NFC'))
    .replace(/\p{White_Space}+/gu, ' ')
    .replace(APOSTROPHES, "'")
    .replace(DASHES, '-')
    .replace(/[\u2022\u2027\u2219\u22C5\uFF65\u30FB]/g, '·');
  if (/^[=+\-@]/.test(name)) return 'name.start';
  if (/(?<![\p{Alphabetic}\p{M}])·|·(?![\p{Alphabetic}\p{M}])/u.test(name)) return 'name.syntax';
  return /^[\p{Alphabetic}\p{M} '\-./@,()·]+$/u.test(name) && /\p{Alphabetic}/u.test(name) ? undefined : 'name.syntax';
}

export interface ContactFault {
  readonly field: 'countryCode' | 'contactNumber';
  readonly code: NonNullable<Verdict>;
}

/** What is wrong with a number for certain. The plans of numbering are with the server. */
export function checkContact(countryCode: string, number: string): ContactFault | undefined {
  const fault = (code: NonNullable<Verdict>): ContactFault => ({ field: 'contactNumber', code });
  const code = plain(countryCode).replace(/^(?:\+ ?|00)/, '');
  if (/^\d{4,}$|^0/.test(code)) return { field: 'countryCode', code: 'country-code.syntax' };
  const digits = plain(number).replace(/[\u202D\u202E\u2066-\u2069]/g, '');
  if (digits === '') return fault('required');
  if (/\p{L}/u.test(digits.replace(/^tel:/i, ''))) return fault('contact-number.syntax');
  const local = digits.replace(/[ -]/g, '');
  const isHome = code === '' || code === '65';
  const isLocal = isHome && /^[1-9]\d*$/.test(local) && !local.startsWith('65') && !/^[-.]/.test(digits);
  return isLocal && !/^[3689]\d{7}$/.test(local) ? fault('contact-number.singapore') : undefined;
}
