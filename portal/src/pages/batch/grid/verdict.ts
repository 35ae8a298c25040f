import { duplicates } from '../../../messages/batches';
import { faultText } from '../../../messages/faults';
import type { AccountField } from '../../../rules/forms';
import type { Pending, PendingFields } from '../rows/pending';
import { errorsText, isGuess, type Row, repairOf, warningOf } from '../rows/row';
import { type Column, isField } from './columns';

/** The text of a cell: what was typed, until the server has it. */
export function textOf(row: Row, field: AccountField, pending: PendingFields | undefined): string {
  return pending?.[field]?.text ?? row.values[field];
}

/** The change of a cell, or of a row where rows are cards, that could not be saved. */
export function unsavedOf(column: Column, pending: PendingFields | undefined): Pending | undefined {
  const isUnsaved = (change: Pending | undefined) => change !== undefined && change.state !== 'saving';
  if (column === 'user') return Object.values(pending ?? {}).find(isUnsaved);
  const change = pending?.[column as AccountField];
  return isUnsaved(change) ? change : undefined;
}

/** What is wrong with a cell, unless it was typed into again. */
export function errorOf(row: Row, column: Column, pending: PendingFields | undefined): string | undefined {
  const error = row.errors.find(({ field }) => field === column);
  if (error && !pending?.[column as AccountField]) return faultText(error.code, error.detail, error.row);
  if (!row.duplicate) return undefined;
  const place = row.duplicate.code === 'duplicate.username' ? 'username' : 'email';
  return column === place ? duplicateText(row) : undefined;
}

export function duplicateText(row: Row): string {
  const { code, row: earlier, detail } = row.duplicate!;
  return earlier ? `Same person as row ${earlier}` : (duplicates[code] ?? detail);
}

/** Everything that is to be said about a cell, as sentences. */
export function verdictOf(row: Row, column: Column, pending: PendingFields | undefined): string | undefined {
  const unsaved = unsavedOf(column, pending);
  if (unsaved?.state === 'not-saved') return 'This change is not saved yet.';
  if (unsaved && isField(column)) {
    return `Not saved: this was changed elsewhere to “${row.values[column]}”. Retry puts yours in its place.`;
  }
  if (column === 'user') return errorsText(row) || undefined;
  if (column === 'state') return (row.duplicate ?? row.invite?.failure)?.detail ?? (errorsText(row) || undefined);
  const error = errorOf(row, column, pending);
  if (error) return row.duplicate && !row.errors.length ? row.duplicate.detail : error;
  if (!isField(column)) return undefined;
  return (column === 'email' ? warningOf(row) : undefined) ?? repairVerdict(row, column);
}

function repairVerdict(row: Row, field: AccountField): string | undefined {
  if (isGuess(row, field)) {
    return 'A guess from the whole name. Open the cell and press Enter to confirm it, or type it again.';
  }
  const repaired = repairOf(row, field);
  if (repaired === undefined) return undefined;
  return repaired ? `Repaired: we will use “${repaired}”.` : 'Repaired: we will leave this empty.';
}
