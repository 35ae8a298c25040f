import { FAMILY_FIRST } from '../../../rules/field-table';
import { trim } from '../../../rules/text';
import type { RowText } from '../rows/new-rows';

const FAMILY_NAMES = new Set(FAMILY_FIRST.split(' '));
const OF_A_PARENT = /^(bin|binte|binti|bte|bt|s\/o|d\/o|a\/l|a\/p)\.?$/i;

/** An agency in a word: `MOE`, `HTX`. */
const AGENCY = /^\p{Lu}{2,6}$/u;
/** Words as given names are written: `Mei Ling`, `Jean-Luc`; not `GovTech`, `Ministry of`. */
const GIVEN = /^\p{Lu}\p{Ll}+([ -]\p{Lu}\p{Ll}+)*$/u;

/** What is around a name and not of it: fields of a mail, quotes, bullets and dashes, numbers of a list. */
const AROUND = [
  /^\s*(?:from|to|cc|bcc|sender|reply-to|name|full name)\s*:|[\s,](?:e-?mail|mail|address)\s*:\s*$/gi,
  /^[\s,;:>|"'`´‘’“”«»]+|[\s,;:<|"'`´‘’“”«»]+$/g,
  /^[•·▪▫◦‣⁃∙●○■□►➢\uF0B7*+–—-]+|[–—-]+$/g,
  /^(?:\(?\d{1,4}[.):]?\)?|\(?[a-z]\))(?=[\s\p{Lu}\p{Lo}"'“‘])/u,
];

function withoutAround(text: string): string {
  for (let [name, before] = [text, '']; ; before = name) {
    name = trim(AROUND.reduce((rest, around) => rest.replace(around, ''), name));
    if (name === before) return name;
  }
}

/** First and last name: sure of `Tan, Mei Ling`, which says which is the family name, and a guess of anything else. */
export function nameOf(text: string): RowText {
  const name = withoutAround(text.replace(/\([^)]*\)|["<>]/g, ' ')).replace(/\s+/g, ' ');
  if (!/\p{Alphabetic}/u.test(name)) return {};
  const [before = '', ...after] = name.split(/\s*,[\s,]*/);
  const first = after[0];
  if (first === undefined || isWhole(before, first)) return splitName(before);
  const isSure = after.length === 1 && isFamily(before) && GIVEN.test(first);
  return isSure ? { firstName: first, lastName: before } : guessOf(first, before);
}

/** The name that is in brackets behind an address, where such remarks as `(MOE)` or `(on leave)` are too. */
export function nameIn(remark: string): RowText {
  const words = remark.split(/[\s,]+/).filter(Boolean);
  const isName = words.length > 1 ? /\p{Lu}|\p{Lo}/u.test(remark) : GIVEN.test(remark);
  return isName && !/\d/.test(remark) ? nameOf(remark) : {};
}

/** Whether a text is a family name and nothing else. */
export const isFamilyName = (text: string): boolean => isFamily(text);

/** Whether a text is likely a whole name, as people of Singapore have them. */
export function isWholeName(text: string): boolean {
  const words = text.split(/[\s,]+/);
  return words.length > 1 && (isFamily(words[0]!) || isFamily(words.at(-1)!) || words.some((w) => OF_A_PARENT.test(w)));
}

const guessOf = (firstName: string, lastName: string): RowText => ({
  firstName,
  lastName,
  guessed: ['firstName', 'lastName'],
});

const isCapital = (text: string): boolean =>
  text.length > 1 && text === text.toUpperCase() && text !== text.toLowerCase();

const isFamily = (text: string): boolean => FAMILY_NAMES.has(text.toLowerCase());

/** Whether a whole name is before a comma, and behind it an agency or an office: `Tan Mei Ling, MOE`. */
function isWhole(before: string, after: string): boolean {
  const words = before.split(' ');
  if (words.length > 1 && isFamily(words[0]!)) return true;
  // Where all is in capitals, `JAN` may be an agency or a name.
  return AGENCY.test(after) && !isFamily(before) && !isCapital(before);
}

/** As a guess, the parts of `Tan Mei Ling`, `Mei Ling TAN`, `Ada Lovelace`. */
function splitName(name: string): RowText {
  const words = name.split(' ');
  if (words.length === 1) return { firstName: name, guessed: ['firstName'] };
  const isLast = familyOf(words);
  const lastName = words.filter((_, at) => isLast(at)).join(' ');
  const firstName = words.filter((_, at) => !isLast(at)).join(' ');
  return guessOf(firstName, lastName);
}

/** The words that are likely a family name: those in capitals, what follows `binte` or `s/o`, or the first or last. */
function familyOf(words: readonly string[]): (at: number) => boolean {
  const capitals = words.filter(isCapital).length;
  if (capitals > 0 && capitals < words.length) return (at) => isCapital(words[at]!);
  const parent = words.findIndex((word, at) => at > 0 && OF_A_PARENT.test(word));
  if (parent > 0) return (at) => at >= parent;
  const place = isFamily(words[0]!) ? 0 : words.length - 1;
  return (at) => at === place;
}
