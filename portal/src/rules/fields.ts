import { FIELDS } from './field-table';
import { checkText, hasControl, hasInvisible, trim, type Verdict } from './text';

// Each function mirrors the type of its name in `shared/domain/src/fields`; both are held to the same vectors.
// The server decides; these only say it earlier.

export function checkEmail(typed: string): Verdict {
  const text = trim(typed);
  if (text === '') return 'required';
  if (hasInvisible(text)) return 'invisible-character';
  if (hasControl(text)) return 'control-character';
  if (/\P{ASCII}/u.test(text)) return 'email.non-ascii';
  const at = text.indexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 0 || !/^[\w'-][\w'+-]*(\.[\w'+-]+)*$/.test(local) || !isHostName(domain)) return 'email.syntax';
  if (domain.split('.').some((label) => /^xn--/i.test(label))) return 'email.punycode';
  return local.length > 64 || text.length > 254 ? 'too-long' : undefined;
}

/** The domain of an address in lower case, as soon as it is one. */
export function domainOf(email: string): string | undefined {
  return checkEmail(email) === undefined ? trim(email).split('@')[1]?.toLowerCase() : undefined;
}

/** One person, however the address is written. */
export function recipientOf(email: string): string {
  const [local = '', domain = ''] = trim(email).toLowerCase().split('@');
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
  const text = trim(typed).replace(/@techpass\.gov\.sg$/, '');
  if (text === '') return 'username.required';
  if ([...text].length > FIELDS.username.max) return 'too-long';
  if (!/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i.test(text) || text.includes('..')) return 'username.syntax';
  return RESERVED.includes(text.toLowerCase()) || IDS.test(text) ? 'username.reserved' : undefined;
}

export function checkName(typed: string): Verdict {
  if (typed.startsWith('\t') && trim(typed) !== '') return 'name.start';
  const wrong = checkText(typed, FIELDS.firstName.max);
  if (wrong) return wrong;
  const name = trim(typed).replace(/\p{White_Space}+/gu, ' ');
  if (/^[=+\-@]/.test(name)) return 'name.start';
  return /^[\p{Alphabetic}\p{M} '’\-./@,()]+$/u.test(name) && /\p{Alphabetic}/u.test(name) ? undefined : 'name.syntax';
}

export interface ContactFault {
  readonly field: 'countryCode' | 'contactNumber';
  readonly code: NonNullable<Verdict>;
}

export function checkContact(countryCode: string, number: string): ContactFault | undefined {
  const typedCode = digits(countryCode, '+');
  const code = typedCode?.replace(/^00/, '');
  if (code === undefined || code.length > 3 || code.startsWith('0'))
    return { field: 'countryCode', code: 'country-code.syntax' };
  const fault = (of: NonNullable<Verdict>): ContactFault => ({ field: 'contactNumber', code: of });
  if (trim(number) === '') return fault('required');
  const plain = digits(number, "+()-. '");
  if (plain === undefined) return fault('contact-number.syntax');
  const written = trim(number).replace(/^['(]+/, '');
  const international = /^[+\uff0b]/.test(written) ? plain : plain.startsWith('00') ? plain.slice(2) : undefined;
  if (international !== undefined && !international.startsWith(code)) return fault('contact-number.syntax');
  const isWhole = (code === '' || code === '65') && plain.length === 10 && plain.startsWith('65');
  const full = international ?? (isWhole ? plain : (code || '65') + plain);
  if (full.startsWith('65')) return /^65[3689]\d{7}$/.test(full) ? undefined : fault('contact-number.singapore');
  return full.startsWith('0') || full.length < 7 || full.length > 15 ? fault('contact-number.syntax') : undefined;
}

/** The ASCII digits without separators; full-width ones, which East Asian keyboards type, count as the plain ones. */
function digits(typed: string, separators: string): string | undefined {
  const plain = trim(typed)
    .replace(/[\uff10-\uff19]/g, (digit) => String(digit.charCodeAt(0) - 0xff10))
    .replace(/\uff0b/g, '+')
    .replace(/[\u00a0\u3000\u202f]/g, ' ')
    .replace(/[\u2010-\u2014\u2212\uff0d]/g, '-');
  const rest = [...plain].filter((c) => c !== ' ' && !separators.includes(c)).join('');
  return /^[0-9]*$/.test(rest) ? rest : undefined;
}
