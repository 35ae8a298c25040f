import { ALIASES } from '../../../rules/field-table';
import { tidyEmail } from '../../../rules/fields';
import { ALL_FIELDS } from '../../../rules/forms';
import { isBlank, trim } from '../../../rules/text';
import type { RowText } from '../rows/new-rows';
import { looseAddresses } from './addresses';
import {
  addressColumn,
  addressesIn,
  type Cells,
  cellsOf,
  columnsIn,
  filledCells,
  isAddress,
  isBareAddress,
  isNumbering,
  isPhone,
  mostAre,
  separatedTables,
} from './cells';
import { type Column, type ColumnField, fieldNamed, type Title, untitledName } from './columns';
import { isFamilyName, isWholeName, nameOf } from './names';

export interface Pasted {
  readonly rows: readonly RowText[];
  /** Lines without an address, which are skipped. */
  readonly skipped: number;
  /** The titles above the cells, if there are any, with what they mean by themselves. */
  readonly titles: readonly Title[];
  /** What each titled column was read as. */
  readonly columns: readonly Column[];
  /** Whether the titles could be a person's details after all. */
  readonly isGuess?: boolean;
}

const FIELD_OF_TITLE = new Map(
  Object.entries(ALIASES).flatMap(([field, titles]) =>
    titles.split(' ').map((title) => [title, field as ColumnField] as const),
  ),
);
const NAME_PARTS = ['firstName', 'lastName'] as const;
type NamePart = (typeof NAME_PARTS)[number];
const HEADER_ROWS = 20;
const MAX_SAMPLES = 3;
const MAX_SAMPLE = 60;

/**
 * Reads rows from cells of a spreadsheet or of lines with commas or semicolons, with or without their header and in any
 * order of columns, or from loose addresses as mail programs write them. `mapped` is what the officer mapped that
 * columns hold, by their titles.
 */
export function readPaste(text: string, mapped: readonly Column[] = []): Pasted {
  if (text.includes('\t')) {
    const lines = cellsOf(text, '\t');
    return readCells(lines, mapped) ?? readLoose(lines.map((cells) => cells.join(' ')).join('\n'));
  }
  const tables = separatedTables(text);
  const table =
    tables.find(({ lines }) => headerOf(lines, mapped) >= 0) ?? tables.find(({ lines }) => hasOwnAddresses(lines));
  const found = table && readCells(table.lines, mapped);
  return found ? { ...found, skipped: found.skipped + table.skipped } : readLoose(text);
}

/** A name with a comma is in front of an address, so one in a cell of its own, or in the first, is of a table. */
function hasOwnAddresses(lines: readonly Cells[]): boolean {
  const at = addressColumn(lines);
  return mostAre(lines, at, at === 0 ? isAddress : isBareAddress);
}

const readLoose = (text: string): Pasted => ({ ...looseAddresses(text), titles: [], columns: [] });

/** Nothing, when the cells say no more than addresses with names in front of them. */
function readCells(lines: readonly Cells[], mapped: readonly Column[]): Pasted | undefined {
  const header = headerOf(lines, mapped);
  if (header >= 0) return titledRows(lines[header]!, lines.slice(header + 1), mapped);
  if (lines.length > 1 && looksLikeTitles(lines)) {
    return { ...titledRows(lines[0]!, lines.slice(1), mapped), isGuess: true };
  }
  return untitledRows(lines, mapped);
}

/** Cells without titles: in the order of the template, or columns of which the officer is asked what they hold. */
function untitledRows(lines: readonly Cells[], mapped: readonly Column[]): Pasted | undefined {
  const at = addressColumn(lines);
  if (at < 0 || !mostAre(lines, at, isAddress)) return undefined;
  if (lines.some((cells) => addressesIn(cells.join(' ')) > 1)) return undefined;
  const places = columnsIn(lines).filter((each) => filledCells(lines, each).length && !isNumbering(lines, each));
  const before = places.filter((each) => each < at);
  const guesses = guessColumns(lines, places, at);
  if (before.length === 0 && isTemplate(lines, at, guesses)) {
    return rowsBy([...Array<undefined>(at), ...ALL_FIELDS], lines);
  }
  const isLast = places.at(-1) === at && before.every((each) => mostAre(lines, each, isWords));
  if (isLast && (before.length < 2 || guesses.size < 2)) return undefined;
  return askedRows(lines, places, guesses, mapped);
}

/** The rows by what the officer said of columns without titles, or else by what they are likely to hold. */
function askedRows(
  lines: readonly Cells[],
  places: readonly number[],
  guesses: ReadonlyMap<number, ColumnField>,
  mapped: readonly Column[],
): Pasted {
  const titles = places.map((each) => titleAt(untitledName(each + 1), each, lines));
  const saidOf = ({ column, title }: Title) => mapped.find((each) => each.title === title && each.column === column);
  const columns = titles.map((each): Column => {
    const { column, title } = each;
    return saidOf(each) ?? { column, title, field: guesses.get(column - 1) ?? null };
  });
  const isGuess = (part: NamePart) => columns.some((each) => each.field === part && !saidOf(each));
  const parts = NAME_PARTS.filter(isGuess);
  const { rows, skipped } = rowsBy(fieldsOf(columns), lines);
  return { rows: rows.map((row) => withGuesses(row, parts)), skipped, titles, columns };
}

/** Marks names of a column that nobody said to hold them. */
function withGuesses(row: RowText, parts: readonly NamePart[]): RowText {
  const guessed = parts.filter((part) => row[part]);
  return !row.guessed && guessed.length > 0 ? { ...row, guessed } : row;
}

const isWords = (cell: string): boolean => /\p{Alphabetic}/u.test(cell) && !/[\d@]/.test(cell);

/** Whether most lines have texts that can be those of the template, from the address on. */
function isTemplate(lines: readonly Cells[], at: number, guesses: ReadonlyMap<number, ColumnField>): boolean {
  const fits = (cells: Cells) => {
    const [, username = '', first = '', last = '', , number = ''] = cells.slice(at).map(trim);
    const isUsername = !/\s/.test(username) && !isPhone(username);
    return isUsername && !/\d/.test(first + last) && (number === '' || /\d/.test(number));
  };
  // Where numbers are in their place, names are too, also when first and last are in each other's.
  const hasNumbers = mostAre(lines, at + ALL_FIELDS.indexOf('contactNumber'), isPhone);
  const isOther = [...guesses].some(([each, field]) => field !== ALL_FIELDS[each - at]);
  return lines.filter(fits).length * 2 > lines.length && (hasNumbers || !isOther);
}

/** What columns without titles are likely to hold, by their cells, for the officer to say otherwise. */
function guessColumns(lines: readonly Cells[], columns: readonly number[], at: number): Map<number, ColumnField> {
  const guesses = new Map<number, ColumnField>([[at, 'email']]);
  const numbers = columns.filter((each) => mostAre(lines, each, isPhone));
  if (numbers.length === 1) guesses.set(numbers[0]!, 'contactNumber');
  const words = columns.filter((each) => each !== at && mostAre(lines, each, isWords));
  const [family, ...otherFamilies] = words.filter((each) => mostAre(lines, each, isFamilyName));
  const [whole, ...otherWholes] = words.filter((each) => mostAre(lines, each, isWholeName));
  const given = words.find((each) => family !== undefined && Math.abs(each - family) === 1);
  if (family !== undefined && given !== undefined && otherFamilies.length === 0) {
    guesses.set(family, 'lastName').set(given, 'firstName');
  } else if (family === undefined && whole !== undefined && otherWholes.length === 0) guesses.set(whole, 'fullName');
  return guesses;
}

function titledRows(header: Cells, lines: readonly Cells[], mapped: readonly Column[]): Pasted {
  const titles = header.flatMap((cell, at): Title[] => {
    const [title, field] = [trim(cell), FIELD_OF_TITLE.get(keyOf(cell))];
    return title ? [{ ...titleAt(title, at, lines), ...(field && { field }) }] : [];
  });
  const columns = titles.map(({ column, title, field }): Column => {
    const here = mapped.find((each) => each.title === title && each.column === column);
    if (here) return { column, title, field: here.field };
    if (field) return { column, title, field: fieldNamed(field) };
    // What was said about another paste gives way to a title that means the same by itself.
    const before = mapped.find((each) => each.title === title && !titles.some((one) => one.field === each.field));
    return { column, title, field: before?.field ?? null };
  });
  return { ...rowsBy(fieldsOf(columns), lines), titles, columns };
}

/** A title with texts of its cells; a column that only numbers the lines has nothing to ask about. */
function titleAt(title: string, at: number, lines: readonly Cells[]): Title {
  const samples = isNumbering(lines, at) ? [] : filledCells(lines, at).slice(0, MAX_SAMPLES);
  return { column: at + 1, title, samples: samples.map((text) => [...text].slice(0, MAX_SAMPLE).join('')) };
}

/** The field of each column, by its place from 0. */
function fieldsOf(columns: readonly Column[]): (ColumnField | undefined)[] {
  const fields: (ColumnField | undefined)[] = [];
  for (const { column, field } of columns) fields[column - 1] = field ?? undefined;
  return fields;
}

const withoutRemark = (title: string): string => title.split(/[([]/)[0]!;

/** A title without case, spaces, marks and remarks in brackets. */
function keyOf(title: string): string {
  return withoutRemark(title)
    .toLowerCase()
    .replace(/[^\p{Alphabetic}\p{N}]/gu, '');
}

/** The line of the titles, from 0; -1 when there is none. */
const headerOf = (lines: readonly Cells[], mapped: readonly Column[]): number =>
  lines.slice(0, HEADER_ROWS).findIndex((cells) => isHeader(cells, mapped));

function isHeader(cells: Cells, mapped: readonly Column[]): boolean {
  // An example in brackets is of a title.
  if (cells.map(withoutRemark).some((cell) => isAddress(cell) || isPhone(cell))) return false;
  const titles = cells.filter((cell) => keyOf(cell));
  const known = titles.filter(
    (title) => FIELD_OF_TITLE.has(keyOf(title)) || mapped.some((each) => each.title === trim(title)),
  ).length;
  return known >= 3 || (known > 0 && known === titles.length);
}

/** Whether the first line could be unknown titles: words, one of them above the addresses, and no person's details. */
function looksLikeTitles([first, ...others]: readonly Cells[]): boolean {
  const words = first!.map((cell) => trim(cell));
  const at = addressColumn(others);
  // A text that is in its column again is no title of it.
  const isOfPerson = (word: string, column: number) =>
    isFamilyName(word) ||
    isWholeName(word) ||
    /@|^[\d\s+().-]+$/.test(word) ||
    filledCells(others, column).includes(word);
  return !isBlank(words[at] ?? '') && words.filter(Boolean).length >= 3 && !words.some(isOfPerson);
}

function rowsBy(columns: readonly (ColumnField | undefined)[], lines: readonly Cells[]): Pasted {
  const rows = lines.map((cells) => rowOf(columns, cells));
  const filled = rows.filter((row) => Object.keys(row).length > 0);
  return { rows: filled, skipped: rows.length - filled.length, titles: [], columns: [] };
}

/** Of several columns of one field, the first that is filled in counts. */
function rowOf(columns: readonly (ColumnField | undefined)[], cells: Cells): RowText {
  const row: Partial<Record<ColumnField, string>> = {};
  cells.forEach((cell, at) => {
    const field = columns[at];
    const value = field === 'email' ? tidyEmail(cell) : trim(cell);
    if (field && value && !row[field]) row[field] = value;
  });
  const { fullName = nameBeside(row, cells[columns.indexOf('email')]), ...texts } = row;
  return fullName ? withName(texts, fullName) : texts;
}

/** The name in `Tan Mei Ling <tan@agency.gov.sg>`, when the row has no other. */
function nameBeside({ firstName, lastName, email }: RowText, cell: string | undefined): string | undefined {
  if (firstName || lastName || !email || !cell || addressesIn(cell) !== 1) return undefined;
  return cell.replace(/<.*>|[^\s<>;,"()[\]]+@[^\s<>;,"()[\]]+/g, ' ').replace(/[()[\]]/g, ' ');
}

/** Fills in the parts of a name that no column of their own has. */
function withName(row: RowText, fullName: string): RowText {
  const { guessed = [], ...name } = nameOf(fullName);
  const free = NAME_PARTS.filter((part) => name[part] && !row[part]);
  const guesses = guessed.filter((part) => free.includes(part));
  const parts = Object.fromEntries(free.map((part) => [part, name[part]]));
  return { ...row, ...parts, ...(guesses.length > 0 && { guessed: guesses }) };
}
