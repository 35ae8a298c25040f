import { officer } from '../../../app/officer';
import { type AccountField, fieldsOf, labels } from '../../../rules/forms';

/** A title that the reader found, and the field that it read it as. */
export interface Title {
  /** The number of its column, from 1. */
  readonly column: number;
  readonly title: string;
  readonly field?: string | null;
}

/** What an officer said that a column holds. */
export interface Column {
  readonly column: number;
  readonly title: string;
  /** `null` for a column that is skipped. */
  readonly field: AccountField | null;
}

/** The fields without whose columns no file is read. */
const REQUIRED: readonly AccountField[] = fieldsOf('required', 'always');
/** One of these is enough. */
const NAMES: readonly AccountField[] = fieldsOf('required', 'one-of-them');

export interface Verdict {
  /** Required fields that no column holds. */
  readonly missing: readonly AccountField[];
  /** Fields that more than one column holds. */
  readonly twice: ReadonlySet<AccountField>;
}

/** What keeps the columns from being read. */
export function judge(columns: readonly Column[]): Verdict {
  const held = columns.flatMap(({ field }) => field ?? []);
  return {
    missing: [...REQUIRED, ...(NAMES.some((field) => held.includes(field)) ? [] : NAMES)].filter(
      (field) => !held.includes(field),
    ),
    twice: new Set(held.filter((field, at) => held.indexOf(field) !== at)),
  };
}

/** What the reader read each title as, to begin with. */
export function guessOf(titles: readonly Title[]): Column[] {
  return titles.map(({ column, title, field }) => ({
    column,
    title,
    field: field && field in labels ? (field as AccountField) : null,
  }));
}

/** `A` for 1, `AB` for 28, as spreadsheets name columns. */
export function letterOf(column: number): string {
  return column > 26
    ? letterOf(Math.floor((column - 1) / 26)) + letterOf(((column - 1) % 26) + 1)
    : String.fromCharCode(64 + column);
}

const storageKey = () => `columns ${officer.id}`;

/** What this officer said before about unknown titles. It is kept in this browser, and holds nothing of any row. */
export function remembered(): readonly Column[] {
  return JSON.parse(localStorage.getItem(storageKey()) ?? '[]') as Column[];
}

/** Whether a person's details are where titles should be: such a file has no titles. */
export const isUntitled = (titles: readonly Title[]): boolean => titles.some(({ title }) => title.includes('@'));

/**
 * Keeps what the officer said about titles that mean nothing by themselves, the latest for each field. Columns with the
 * same title differ only in their place, which may be another one in the next file.
 */
export function remember(columns: readonly Column[], titles: readonly Title[]): void {
  if (isUntitled(titles)) return;
  const said = columns.filter(
    ({ column, title, field }) =>
      field !== null &&
      !titles.find((each) => each.column === column)?.field &&
      titles.filter((each) => each.title === title).length === 1,
  );
  const before = remembered().filter(
    ({ title, field }) => !said.some((each) => each.title === title || each.field === field),
  );
  const all = [...said, ...before];
  if (all.length) localStorage.setItem(storageKey(), JSON.stringify(all));
}

export function forget(): void {
  localStorage.removeItem(storageKey());
}
