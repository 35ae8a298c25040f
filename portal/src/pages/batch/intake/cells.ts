import { tidyEmail } from '../../../rules/fields';
import { isBlank, trim } from '../../../rules/text';

/** The cells of one line. */
export type Cells = readonly string[];

const ADDRESS = /(?<![^\s<>;,"()[\]:@])[^\s<>;,"()[\]:@]+@[^\s<>;,"()[\]@]+/g;
const PHONE = /^\+?[\d\s().-]+$/;
const PHONE_DIGITS = 7;
/** A bullet or a number in front of a line of a list. */
const BULLET = /^[•·▪▫◦‣⁃∙●○■□►➢\uF0B7*+–—-]$/;
const NUMBER = /^\(?\d{1,5}[.):]?\)?$/;

export const addressesIn = (text: string): number => text.match(ADDRESS)?.length ?? 0;

/** Whether a cell holds one address and nothing else but what mail programs put around it. */
export const isAddress = (cell: string): boolean => /^[^\s@]+@[^\s@]+$/.test(tidyEmail(cell));

/** Whether a cell is an address, without a name in front of it or a remark behind it. */
export const isBareAddress = (cell: string): boolean =>
  /^[<'"]?(?:mailto:)?[^\s@<>]+@[^\s@<>]+[>'"]?$/i.test(trim(cell));

export function isPhone(cell: string): boolean {
  const text = trim(cell);
  return PHONE.test(text) && text.replace(/\D/g, '').length >= PHONE_DIGITS;
}

/** Cells as spreadsheets copy or save them: one with a separator, a line break or a quote in it is in quotes. */
export function cellsOf(text: string, separator: '\t' | ',' | ';'): string[][] {
  const lines: string[][] = [[]];
  const edge = `${separator}\\r\\n`;
  const cell = ` *"((?:[^"]|"")*)" *(?=[${edge}]|$)|([^${edge}]*)`;
  for (const [, quoted, plain, end] of text.matchAll(new RegExp(`(?:${cell})(${separator}|\\r\\n|\\r|\\n|$)`, 'g'))) {
    if (quoted === undefined && plain === '' && end === '' && lines.at(-1)!.length === 0) break;
    lines.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === '') break;
    if (end !== separator) lines.push([]);
  }
  return lines.filter((cells) => cells.some((each) => trim(each) !== ''));
}

export interface Table {
  readonly lines: readonly Cells[];
  /** Lines of another width, without an address. */
  readonly skipped: number;
}

/**
 * The tables that lines of text can be: those with an address have as many commas or semicolons each, and one address.
 * One with more columns is first.
 */
export function separatedTables(text: string): Table[] {
  const widthOf = ({ lines }: Table) => lines[0]!.length;
  return ([',', ';'] as const)
    .flatMap((separator) => tableOf(cellsOf(text, separator)) ?? [])
    .sort((one, other) => widthOf(other) - widthOf(one));
}

function tableOf(all: readonly Cells[]): Table | undefined {
  const addressed = all.filter((cells) => addressesIn(cells.join(' ')) > 0);
  const width = addressed[0]?.length ?? 0;
  const isTable = width > 1 && addressed.every((cells) => cells.length === width && addressesIn(cells.join(' ')) === 1);
  if (!isTable) return undefined;
  const others = all.filter((cells) => cells.length !== width);
  return {
    lines: all.filter((cells) => cells.length === width),
    skipped: others.filter((cells) => /[\p{Alphabetic}\p{N}]/u.test(cells.join(''))).length,
  };
}

/** What the cells of a column are, without those that are blank. */
export const filledCells = (lines: readonly Cells[], at: number): string[] =>
  lines.flatMap((cells) => (isBlank(cells[at] ?? '') ? [] : [trim(cells[at]!)]));

/** Whether most cells of a column that are filled in are of a kind. */
export function mostAre(lines: readonly Cells[], at: number, isOfKind: (cell: string) => boolean): boolean {
  const filled = filledCells(lines, at);
  return filled.filter(isOfKind).length * 2 > filled.length;
}

/** Whether a column only numbers the lines, or marks them: the first one, in which no number is there twice. */
export function isNumbering(lines: readonly Cells[], at: number): boolean {
  const filled = filledText(lines, at);
  if (filled.every((text) => BULLET.test(text))) return true;
  const isFirst = lines.every((cells) => cells.slice(0, at).every((cell) => trim(cell) === ''));
  return isFirst && filled.every((text) => NUMBER.test(text)) && new Set(filled).size === filled.length;
}

const filledText = (lines: readonly Cells[], at: number): string[] =>
  lines.flatMap((cells) => trim(cells[at] ?? '') || []);

/** The first column in which most lines have an address; -1 when none has. */
export function addressColumn(lines: readonly Cells[]): number {
  const has = (at: number) => lines.filter((cells) => cells[at]?.includes('@')).length;
  return columnsIn(lines).findIndex((at) => has(at) * 2 > lines.length);
}

/** The columns of all lines, from 0. */
export function columnsIn(lines: readonly Cells[]): number[] {
  const width = lines.reduce((most, cells) => Math.max(most, cells.length), 0);
  return Array.from({ length: width }, (_, at) => at);
}
