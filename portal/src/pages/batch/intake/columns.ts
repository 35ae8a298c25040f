import { type AccountField, fieldsOf, labels } from '../../../rules/forms';

/** What a column can hold: a field, or a whole name, which is split into first and last as a guess. */
export type ColumnField = AccountField | 'fullName';

/** What each can be called, with the whole name beside its parts. */
export const columnLabels: Readonly<Record<ColumnField, string>> = { ...labels, fullName: 'Full name' };

/** A title that the reader found, and the field that it read it as. */
export interface Title {
  /** The number of its column, from 1. */
  readonly column: number;
  readonly title: string;
  readonly field?: string | null;
  /** Some texts of its cells. */
  readonly samples?: readonly string[];
}

/** What an officer said that a column holds. */
export interface Column {
  readonly column: number;
  readonly title: string;
  /** `null` for a column that is left out. */
  readonly field: ColumnField | null;
}

/** The fields without whose columns no file is read. */
const REQUIRED: readonly AccountField[] = fieldsOf('required', 'always');
/** One of these is enough, or the whole name. */
const NAMES: readonly AccountField[] = fieldsOf('required', 'one-of-them');

export interface Verdict {
  /** Required fields that no column holds. */
  readonly missing: readonly AccountField[];
  /** Fields that more than one column holds. */
  readonly twice: ReadonlySet<ColumnField>;
}

/** What keeps the columns from being read. */
export function judge(columns: readonly Column[]): Verdict {
  const held = columns.flatMap(({ field }) => field ?? []);
  const isNamed = held.includes('fullName') || NAMES.some((field) => held.includes(field));
  return {
    missing: [...REQUIRED, ...(isNamed ? [] : NAMES)].filter((field) => !held.includes(field)),
    twice: new Set(held.filter((field, at) => held.indexOf(field) !== at)),
  };
}

/** A name that is a field of a column, if it is one. */
export function fieldNamed(name: string | null | undefined): ColumnField | null {
  return name && name in columnLabels ? (name as ColumnField) : null;
}

/** `A` for 1, `AB` for 28, as spreadsheets name columns. */
export function letterOf(column: number): string {
  return column > 26
    ? letterOf(Math.floor((column - 1) / 26)) + letterOf(((column - 1) % 26) + 1)
    : String.fromCharCode(64 + column);
}

/** What a column of a list without a row of titles is called. */
export const untitledName = (column: number): string => `Column ${letterOf(column)}`;

/** Whether the list has no titles: its columns are named by letters, or a person's details are in their place. */
export const isUntitled = (titles: readonly Title[]): boolean =>
  titles.some(({ title }) => title.includes('@')) ||
  titles.every(({ title, column }) => title === untitledName(column));
