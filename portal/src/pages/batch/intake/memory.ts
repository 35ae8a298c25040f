import { officer } from '../../../app/officer';
import { type Column, isUntitled, type Title } from './columns';

/** The API takes no more columns than this, and no longer titles. */
const MAX_REMEMBERED = 64;
const MAX_TITLE = 100;
const storageKey = () => `columns ${officer.id}`;

/** What this officer said before about unknown titles. It is kept in this browser, and holds nothing of any row. */
export function remembered(): readonly Column[] {
  return JSON.parse(localStorage.getItem(storageKey()) ?? '[]') as Column[];
}

/**
 * Keeps what the officer said about titles that mean nothing by themselves, the newest first and the latest for each
 * field, and which of them are left out. Columns with the same title differ only in their place, which may be another
 * one in the next file.
 */
export function remember(columns: readonly Column[], titles: readonly Title[]): void {
  if (isUntitled(titles)) return;
  const known = remembered();
  const isUnknown = ({ column, title }: Column) =>
    !titles.find((each) => each.column === column)?.field || known.some((each) => each.title === title);
  const said = columns.filter(
    (column) =>
      isUnknown(column) &&
      [...column.title].length <= MAX_TITLE &&
      titles.filter((each) => each.title === column.title).length === 1,
  );
  const before = known.filter(
    ({ title, field }) => !said.some((each) => each.title === title || (field && each.field === field)),
  );
  const all = [...said, ...before].slice(0, MAX_REMEMBERED);
  if (all.length) localStorage.setItem(storageKey(), JSON.stringify(all));
}

export function forget(): void {
  localStorage.removeItem(storageKey());
}
