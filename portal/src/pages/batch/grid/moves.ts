import { needsFixing, type Row } from '../rows/row';
import type { Column } from './columns';

/** The index of a row among those shown, and of a column. */
export interface Place {
  readonly at: number;
  readonly column: number;
}

interface Extent {
  readonly rows: number;
  readonly columns: number;
  /** Rows that a page key goes past. */
  readonly page: number;
}

/** Where a key leads from a cell; it may be beyond an edge. */
export function moveOf(event: KeyboardEvent, { at, column }: Place, extent: Extent): Place | undefined {
  const isFar = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case 'ArrowUp':
      return { at: at - 1, column };
    case 'ArrowDown':
      return { at: at + 1, column };
    case 'ArrowLeft':
      return { at, column: column - 1 };
    case 'ArrowRight':
      return { at, column: column + 1 };
    case 'PageUp':
      return { at: at - extent.page, column };
    case 'PageDown':
      return { at: at + extent.page, column };
    case 'Home':
      return { at: isFar ? 0 : at, column: 0 };
    case 'End':
      return { at: isFar ? extent.rows - 1 : at, column: extent.columns - 1 };
    default:
      return undefined;
  }
}

/** The next cell with an error after a cell, or before it; from the other end again where there is none. */
export function nextError(
  rows: readonly Row[],
  columns: readonly Column[],
  from: Place,
  step: 1 | -1,
): Place | undefined {
  const wrongIn = (row: Row) =>
    columns.flatMap((column, index) =>
      row.errors.some(({ field }) => field === column) || (column === 'user' && needsFixing(row)) ? [index] : [],
    );
  const first = (wrong: readonly number[]) => (step > 0 ? wrong[0] : wrong.at(-1));
  const here = rows[from.at];
  const beside = first(here ? wrongIn(here).filter((index) => (index - from.column) * step > 0) : []);
  if (beside !== undefined) return { at: from.at, column: beside };
  for (let distance = 1; distance <= rows.length; distance += 1) {
    const at = (from.at + step * distance + rows.length * 2) % rows.length;
    const row = rows[at]!;
    if (needsFixing(row)) return { at, column: first(wrongIn(row)) ?? 0 };
  }
  return undefined;
}
