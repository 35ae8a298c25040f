import type { FaultCode } from '../messages/faults';

/** What is wrong, or nothing. */
export type Verdict = FaultCode | undefined;

// The same characters as `shared/domain/src/fields/text.rs`.
const HIDDEN =
  '\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B-\\u200F\\u202A-\\u202C\\u2060-\\u2064' +
  '\\u206A-\\u206F\\u2800\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF9-\\uFFFB\\u{E0000}-\\u{E0FFF}';
const EDGE = `[\\p{White_Space}\\p{Cc}${HIDDEN}\\u2066-\\u2069]+`;
const EDGES = new RegExp(`^${EDGE}|${EDGE}$`, 'gu');
const ALL_HIDDEN = new RegExp(`[${HIDDEN}]`, 'gu');
const OVERRIDE = /[\u202D\u202E\u2066-\u2069]/;
const CONTROL = /\p{Cc}/u;
/** What says that there is nothing: a mark, or a word such as `N/A`. */
const NOTHING = /^(?:[-\u2010-\u2015\u2212./?*_\s]*|\(?n[/. ]*a\.?\)?|\(?(?:nil|none|null?|not ?applicable)\.?\)?)$/i;

/** Cuts white space and hidden characters off both ends, as they come with pasted text. */
export function trim(text: string): string {
  return text.replace(EDGES, '');
}

/** A text without hidden characters, and with plain characters in place of full-width ones. */
export function plain(text: string): string {
  const narrow = text.replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
  return trim(narrow.replace(ALL_HIDDEN, '').replace(/\u3000/g, ' '));
}

/** Whether a text says nothing. */
export function isBlank(text: string): boolean {
  return NOTHING.test(plain(text));
}

export function hasControl(text: string): boolean {
  return CONTROL.test(text) || OVERRIDE.test(text);
}

/** Characters as people count them; a counter and a limit must agree. */
export function length(text: string): number {
  return [
    ...trim(text)
      .replace(ALL_HIDDEN, '')
      .replace(/\p{White_Space}+/gu, ' ')
      .normalize('NFC'),
  ].length;
}

/** The rules of every free text of at most `max` characters. */
export function checkText(text: string, max: number): Verdict {
  const trimmed = trim(text);
  if (trimmed === '') return 'required';
  if (hasControl(trimmed.replace(/[\n\r\t]/g, ''))) return 'control-character';
  if (length(trimmed) > max) return 'too-long';
  if (
    plain(text)
      .split(/[^a-z0-9]+/i)
      .some(isIdentityNumber)
  )
    return 'identity-number';
  return undefined;
}

/** What somebody means who answers whether SEED is required; nothing when it is not clear. */
export function seedAnswer(text: string): 'yes' | 'no' | undefined {
  if (isBlank(text)) return 'no';
  const answer = plain(text)
    .toLowerCase()
    .replace(/[\s\-_.,]+/g, ' ')
    .trim();
  if (/^(y|yes|true|t|1|((yes|seed) )?(required|needed)|[\u662f\u2713\u2714\u2611\u2705])$/.test(answer)) return 'yes';
  const no = /^(n|no|false|f|0|((no|seed) )?not (required|needed)|ineligible|[\u5426\u2717\u2718\u2612\u274c\u2610])$/;
  return no.test(answer) ? 'no' : undefined;
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
