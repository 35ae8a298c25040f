import type { FaultCode } from '../messages/faults';

/** What is wrong, or nothing. */
export type Verdict = FaultCode | undefined;

// The same characters as `shared/domain/src/fields/text.rs`.
const INVISIBLE =
  '\\u00AD\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180E\\u200B-\\u200D\\u2060-\\u2064\\u2800\\u3164' +
  '\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF9-\\uFFFB\\u{E0000}-\\u{E0FFF}';
const EDGE = `[\\p{White_Space}\\p{Cc}${INVISIBLE}]+`;
const EDGES = new RegExp(`^${EDGE}|${EDGE}$`, 'gu');
const HAS_INVISIBLE = new RegExp(`[${INVISIBLE}]`, 'u');
const BIDIRECTIONAL = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;
const CONTROL = /\p{Cc}/u;

/** Cuts white space and invisible characters off both ends, as they come with pasted text. */
export function trim(text: string): string {
  return text.replace(EDGES, '');
}

export function hasInvisible(text: string): boolean {
  return HAS_INVISIBLE.test(text);
}

export function hasControl(text: string): boolean {
  return CONTROL.test(text);
}

/** Characters as people count them; a counter and a limit must agree. */
export function length(text: string): number {
  return [
    ...trim(text)
      .replace(/\p{White_Space}+/gu, ' ')
      .normalize('NFC'),
  ].length;
}

/** The rules of every free text of at most `max` characters. */
export function checkText(text: string, max: number): Verdict {
  const trimmed = trim(text);
  if (trimmed === '') return 'required';
  if (hasControl(trimmed.replace(/[\n\r\t]/g, '')) || BIDIRECTIONAL.test(trimmed)) return 'control-character';
  if (hasInvisible(trimmed)) return 'invisible-character';
  if (length(trimmed) > max) return 'too-long';
  if (trimmed.split(/[^a-z0-9]+/i).some(isIdentityNumber)) return 'identity-number';
  return undefined;
}

/** What somebody means who answers whether SEED is required; nothing when it is not clear. */
export function seedAnswer(text: string): 'yes' | 'no' | undefined {
  if (/^\s*(y|yes|true|1)\s*$/i.test(text)) return 'yes';
  return /^\s*(n|no|false|0)?\s*$/i.test(text) ? 'no' : undefined;
}

/** An NRIC or FIN with a right check letter, which this service must not collect. */
function isIdentityNumber(word: string): boolean {
  const parts = /^([STFGM])(\d{7})([A-Z])$/.exec(word.toUpperCase());
  if (!parts) return false;
  const [, series = '', digits = '', check = ''] = parts;
  const weighted = [...digits].reduce((sum, digit, at) => sum + Number(digit) * [2, 7, 6, 5, 4, 3, 2][at]!, 0);
  const remainder = (weighted + ({ T: 4, G: 4, M: 3 }[series] ?? 0)) % 11;
  const letters = series === 'M' ? 'XWUTRQPNJLK' : 'ST'.includes(series) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK';
  return letters[remainder] === check;
}
