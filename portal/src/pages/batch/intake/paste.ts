import { type AccountField, tidyEmail } from '../../../rules/forms';
import { trim } from '../../../rules/text';
import type { Column, Title } from './columns';

/** The texts of a row; of a whole name that was split, `guessed` says so. */
export type RowText = Partial<Record<AccountField, string>> & {
  readonly guessed?: readonly ('firstName' | 'lastName')[];
};

export interface Pasted {
  readonly rows: readonly RowText[];
  /** Lines that say nothing about anybody we could invite. */
  readonly left: number;
  /** The titles above the cells, if there are any, with what they mean by themselves. */
  readonly titles: readonly Title[];
  /** As what each titled column was read. */
  readonly columns: readonly Column[];
  /** Whether the titles could be somebody after all. */
  readonly isGuess?: boolean;
}

/** The order of the template, from the address on. */
const ORDER: readonly AccountField[] = [
  'email',
  'username',
  'firstName',
  'lastName',
  'countryCode',
  'contactNumber',
  'organisation',
  'department',
  'seed',
  'reason',
];

// The same titles as `shared/sheet/src/header.rs`.
const TITLES: Record<AccountField, string> = {
  email: 'email emailaddress workemail officialemail organisationemail',
  username: 'username techpassusername techpassuser',
  firstName: 'firstname givenname',
  lastName: 'lastname familyname surname',
  countryCode: 'countrycode countrycallingcode',
  contactNumber: 'contactnumber contactno mobilenumber mobileno mobile phonenumber phone',
  organisation: 'organisation organization organisationname agency company',
  department: 'department dept division',
  seed: 'onboardingtoseedrequired onboardtoseed seedonboarding seedrequired seed',
  reason: 'reasonforcreation reasonforinvitation reasonforinvite reason justification',
};
const FIELDS = new Map(
  Object.entries(TITLES).flatMap(([field, titles]) =>
    titles.split(' ').map((title) => [title, field as AccountField] as const),
  ),
);
const HEADER_ROWS = 20;

/**
 * Makes rows of whatever was copied: cells of a spreadsheet with or without their header, in any order of columns, or
 * loose addresses as mail programs write them. `said` is what the officer says that columns hold, by their titles.
 */
export function readPaste(text: string, said: readonly Column[] = []): Pasted {
  if (!text.includes('\t')) return looseAddresses(text);
  const lines = cellsOf(text).filter((cells) => cells.some((cell) => trim(cell) !== ''));
  const header = lines.slice(0, HEADER_ROWS).findIndex((cells) => isHeader(cells, said));
  if (header >= 0) return titledRows(lines[header]!, lines.slice(header + 1), said);
  if (lines.length > 1 && looksLikeTitles(lines))
    return { ...titledRows(lines[0]!, lines.slice(1), said), isGuess: true };
  const at = addressColumn(lines);
  const isTemplate = at === 0 || (at > 0 && lines.every((cells) => /^\d*\.?$/.test(trim(cells[0] ?? ''))));
  return isTemplate
    ? rowsBy([...Array<undefined>(at), ...ORDER], lines)
    : looseAddresses(lines.map((cells) => cells.join(' ')).join('\n'));
}

function titledRows(header: readonly string[], lines: readonly (readonly string[])[], said: readonly Column[]): Pasted {
  const titles = header.flatMap((cell, at): Title[] => {
    const [title, field] = [trim(cell), FIELDS.get(keyOf(cell))];
    return title ? [{ column: at + 1, title, ...(field && { field }) }] : [];
  });
  const columns = titles.map(({ column, title, field }): Column => {
    const here = said.find((each) => each.title === title && each.column === column);
    // What was said of another paste gives way to a title that says the same by itself.
    const before =
      here || field
        ? undefined
        : said.find((each) => each.title === title && !titles.some((one) => one.field === each.field));
    return {
      column,
      title,
      field: here ? here.field : before ? before.field : ((field as AccountField | undefined) ?? null),
    };
  });
  const fields = header.map((_, at) => columns.find(({ column }) => column === at + 1)?.field ?? undefined);
  return { ...rowsBy(fields, lines), titles, columns };
}

/** Cells as spreadsheets copy them: a cell with a tab, a line break or a quote in it stands in quotes. */
function cellsOf(text: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r\n|\r|\n|$)/g,
  )) {
    if (quoted === undefined && plain === '' && end === '' && lines.at(-1)!.length === 0) break;
    lines.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === '') break;
    if (end !== '\t') lines.push([]);
  }
  return lines;
}

/** A title without case, spaces, marks and remarks in brackets. */
function keyOf(title: string): string {
  return title
    .split(/[([]/)[0]!
    .toLowerCase()
    .replace(/[^\p{Alphabetic}\p{N}]/gu, '');
}

function isHeader(cells: readonly string[], said: readonly Column[]): boolean {
  const titles = cells.filter((cell) => keyOf(cell));
  const known = titles.filter(
    (title) => FIELDS.has(keyOf(title)) || said.some((each) => each.title === trim(title)),
  ).length;
  return known >= 3 || (known > 0 && known === titles.length);
}

/** Whether the first line could be titles that nobody knows: words, one of them above the addresses, and nothing of a person. */
function looksLikeTitles([first, ...others]: readonly (readonly string[])[]): boolean {
  const words = first!.map((cell) => trim(cell));
  const at = addressColumn(others);
  return (
    Boolean(words[at]) && words.filter(Boolean).length >= 3 && words.every((word) => !/@|^[\d\s+().-]+$/.test(word))
  );
}

/** The first column in which most lines have an address; -1 when none has. */
function addressColumn(lines: readonly (readonly string[])[]): number {
  const width = Math.max(...lines.map((cells) => cells.length));
  const has = (at: number) => lines.filter((cells) => cells[at]?.includes('@')).length;
  return Array.from({ length: width }, (_, at) => at).findIndex((at) => has(at) * 2 > lines.length);
}

function rowsBy(columns: readonly (AccountField | undefined)[], lines: readonly (readonly string[])[]): Pasted {
  const rows = lines.map((cells) => {
    const row: RowText = {};
    cells.forEach((cell, at) => {
      const field = columns[at];
      const value = field === 'email' ? tidyEmail(cell) : trim(cell);
      if (field && value && !row[field]) row[field] = value;
    });
    return row;
  });
  const filled = rows.filter((row) => Object.keys(row).length > 0);
  return { rows: filled, left: rows.length - filled.length, titles: [], columns: [] };
}

/** `Tan Mei Ling <tan@agency.gov.sg>; bob@agency.gov.sg`, in lines, with commas, semicolons or neither. */
function looseAddresses(text: string): Pasted {
  const rows: RowText[] = [];
  let left = 0;
  let from = 0;
  const leaveOut = (between: string[]) =>
    (left += between.filter((part) => /[\p{Alphabetic}\p{N}]/u.test(part)).length);
  for (const found of text.matchAll(/<?(?:mailto:)?([^\s<>;,"()[\]:]+@[^\s<>;,"()[\]]+)>?/gi)) {
    const between = text.slice(from, found.index).split(/[\r\n;]/);
    from = found.index + found[0].length;
    const name = between.pop()!;
    leaveOut(between);
    rows.push({ email: found[1]!.replace(/[.']+$/, ''), ...nameOf(name) });
  }
  leaveOut(text.slice(from).split(/[\r\n;]/));
  return { rows, left, titles: [], columns: [] };
}

// The commonest family names of Singapore that are written first, as they are romanised here.
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

/** `Tan, Mei Ling`, which says itself which is the family name, or as a guess anything else. */
function nameOf(text: string): RowText {
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
  const part = (wanted: boolean) => words.filter((_, at) => isLast(at) === wanted).join(' ');
  return { firstName: part(false), lastName: part(true), guessed: ['firstName', 'lastName'] };
}

/** Which words of a name are likely its family name: those in capitals, what follows `binte` or `s/o`, or the first or last word. */
function familyOf(words: readonly string[]): (at: number) => boolean {
  const capitals = words.filter(isCapital).length;
  if (capitals > 0 && capitals < words.length) return (at) => isCapital(words[at]!);
  const parent = words.findIndex((word, at) => at > 0 && OF_A_PARENT.test(word));
  if (parent > 0) return (at) => at >= parent;
  const place = isFamily(words[0]!) ? 0 : words.length - 1;
  return (at) => at === place;
}
