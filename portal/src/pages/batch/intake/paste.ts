import { ALIASES } from '../../../rules/field-table';
import { tidyEmail } from '../../../rules/fields';
import { type AccountField, ALL_FIELDS } from '../../../rules/forms';
import { trim } from '../../../rules/text';
import type { RowText } from '../rows/new-rows';
import type { Column, Title } from './columns';
import { nameOf } from './names';

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
    titles.split(' ').map((title) => [title, field as AccountField] as const),
  ),
);
const HEADER_ROWS = 20;

/**
 * Reads rows from cells of a spreadsheet, with or without their header and in any order of columns, or from loose
 * addresses as mail programs write them. `mapped` is what the officer mapped that columns hold, by their titles.
 */
export function readPaste(text: string, mapped: readonly Column[] = []): Pasted {
  if (!text.includes('\t')) return looseAddresses(text);
  const lines = cellsOf(text).filter((cells) => cells.some((cell) => trim(cell) !== ''));
  const header = lines.slice(0, HEADER_ROWS).findIndex((cells) => isHeader(cells, mapped));
  if (header >= 0) return titledRows(lines[header]!, lines.slice(header + 1), mapped);
  if (lines.length > 1 && looksLikeTitles(lines))
    return { ...titledRows(lines[0]!, lines.slice(1), mapped), isGuess: true };
  const at = addressColumn(lines);
  const isTemplate = at === 0 || (at > 0 && lines.every((cells) => /^\d*\.?$/.test(trim(cells[0] ?? ''))));
  return isTemplate
    ? rowsBy([...Array<undefined>(at), ...ALL_FIELDS], lines)
    : looseAddresses(lines.map((cells) => cells.join(' ')).join('\n'));
}

function titledRows(
  header: readonly string[],
  lines: readonly (readonly string[])[],
  mapped: readonly Column[],
): Pasted {
  const titles = header.flatMap((cell, at): Title[] => {
    const [title, field] = [trim(cell), FIELD_OF_TITLE.get(keyOf(cell))];
    return title ? [{ column: at + 1, title, ...(field && { field }) }] : [];
  });
  const columns = titles.map(({ column, title, field }): Column => {
    const here = mapped.find((each) => each.title === title && each.column === column);
    if (here) return { column, title, field: here.field };
    if (field) return { column, title, field: field as AccountField };
    // What was said about another paste gives way to a title that means the same by itself.
    const before = mapped.find((each) => each.title === title && !titles.some((one) => one.field === each.field));
    return { column, title, field: before?.field ?? null };
  });
  const fields = header.map((_, at) => columns.find(({ column }) => column === at + 1)?.field ?? undefined);
  return { ...rowsBy(fields, lines), titles, columns };
}

/** Cells as spreadsheets copy them: a cell with a tab, a line break or a quote in it is in quotes. */
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

function isHeader(cells: readonly string[], mapped: readonly Column[]): boolean {
  const titles = cells.filter((cell) => keyOf(cell));
  const known = titles.filter(
    (title) => FIELD_OF_TITLE.has(keyOf(title)) || mapped.some((each) => each.title === trim(title)),
  ).length;
  return known >= 3 || (known > 0 && known === titles.length);
}

/** Whether the first line could be unknown titles: words, one of them above the addresses, and no person's details. */
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
  return { rows: filled, skipped: rows.length - filled.length, titles: [], columns: [] };
}

/** `Tan Mei Ling <tan@agency.gov.sg>; bob@agency.gov.sg`, in lines, with commas, semicolons or neither. */
function looseAddresses(text: string): Pasted {
  const rows: RowText[] = [];
  let skipped = 0;
  let from = 0;
  const skip = (lines: string[]) => {
    skipped += lines.filter((line) => /[\p{Alphabetic}\p{N}]/u.test(line)).length;
  };
  for (const found of text.matchAll(/<?(?:mailto:)?([^\s<>;,"()[\]:]+@[^\s<>;,"()[\]]+)>?/gi)) {
    const between = text.slice(from, found.index).split(/[\r\n;]/);
    from = found.index + found[0].length;
    const name = between.pop()!;
    skip(between);
    rows.push({ email: found[1]!.replace(/[.']+$/, ''), ...nameOf(name) });
  }
  skip(text.slice(from).split(/[\r\n;]/));
  return { rows, skipped, titles: [], columns: [] };
}
