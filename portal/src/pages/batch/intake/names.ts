import { trim } from '../../../rules/text';
import type { RowText } from '../rows/new-rows';

// The most common family names of Singapore that are written first, as they are romanised here.
const FAMILY_FIRST = new Set(
  (
    'ang aw bay boey boo cai chan chang chay chee chen cheng cheong chew chia chiang chin ching choi ' +
    'chong choo chow choy chu chua chui chun chung fang feng fong foo gan gao goh gong guo han heng ho ' +
    'hoe hoh hong hoo hu huang hui hung jiang kam kan kang kee keh khoo khor kim ko koh kok kong koo kow ' +
    'kuan kwan kwek kwok lai lam lau law lee leong leow leung lew li liang liao liew lim lin ling liu lo ' +
    'loh loke loo looi low lu luo lye ma mah mak mok mun neo ng ngo nguyen ning oh on ong ooi pan pang ' +
    'park peh peng phang phua poh poon quah quek san seah see seet seow sha shen sim sin siow sng soh ' +
    'song soo su sun sze tan tang tay teh teng teo thia thng thong tian ting toh tong tran tse tsui wang ' +
    'wee wei wen wong woo wu xie xu yam yan yang yao yap ye yee yen yeo yeoh yeung yew yim yip yong yu ' +
    'yuan yuen yue yeow zhang zhao zheng zhong zhou zhu zou'
  ).split(' '),
);
const OF_A_PARENT = /^(bin|binte|binti|bte|bt|s\/o|d\/o|a\/l|a\/p)\.?$/i;

/** An agency in a word: `MOE`, `HTX`. */
const AGENCY = /^\p{Lu}{2,6}$/u;
/** Words as given names are written: `Mei Ling`, `Jean-Luc`; not `GovTech`, `Ministry of`. */
const GIVEN = /^\p{Lu}\p{Ll}+([ -]\p{Lu}\p{Ll}+)*$/u;

/** First and last name: sure of `Tan, Mei Ling`, which says which is the family name, and a guess of anything else. */
export function nameOf(text: string): RowText {
  const name = trim(text.replace(/\([^)]*\)|["<>]/g, ' ').replace(/^[\s,;:]+|[\s,;:]+$/g, '')).replace(/\s+/g, ' ');
  if (!/\p{Alphabetic}/u.test(name)) return {};
  const [before = '', ...after] = name.split(/\s*,[\s,]*/);
  const first = after[0];
  if (first === undefined || isWhole(before, first)) return splitName(before);
  const isSure = after.length === 1 && isFamily(before) && GIVEN.test(first);
  return { firstName: first, lastName: before, ...(!isSure && { guessed: ['firstName', 'lastName'] }) };
}

const isCapital = (text: string): boolean =>
  text.length > 1 && text === text.toUpperCase() && text !== text.toLowerCase();

const isFamily = (text: string): boolean => FAMILY_FIRST.has(text.toLowerCase());

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
  return { firstName, lastName, guessed: ['firstName', 'lastName'] };
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
