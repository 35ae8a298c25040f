import type { Schemas } from '../../../api/client';
import { duplicates } from '../../../messages/batches';
import { faultText } from '../../../messages/faults';
import { type AccountField, labels } from '../../../rules/forms';

export type Row = Schemas['RowBody'];
export type RowError = Schemas['RowError'];

/** Whether the invite that a row became failed, so that the row can be fixed and submitted again. */
export const hasFailed = ({ invite }: Row): boolean => Boolean(invite?.failure);

/** Whether the officer has to fix something in a row. */
export const needsFixing = (row: Row): boolean => row.state === 'NEEDS_FIXING' || hasFailed(row);

/** Whether a row can be changed: a submitted one only when its invite failed. */
export const canEdit = (row: Row): boolean => row.state !== 'SENT' || hasFailed(row);

export const isRepaired = ({ repairs }: Row): boolean => Boolean(repairs?.length);

/** The value that is used in place of what was typed in a field. */
export const repairOf = (row: Row, field: string): string | undefined =>
  row.repairs?.find((each) => each.field === field)?.value;

/** Whether that value is a guess, such as a part of a whole name. */
export const isGuess = (row: Row, field: string): boolean =>
  Boolean(row.repairs?.some((each) => each.field === field && each.guess));

export const repairText = (row: Row, field: string): string | undefined => {
  const value = repairOf(row, field);
  const isGuessed = value !== undefined && isGuess(row, field);
  return isGuessed ? `${value}, a guess from the whole name that Save confirms` : value;
};

/** The title of an error's column, short as the grid has it. */
export function titleOf({ field, column }: RowError): string {
  return field === 'seed' ? 'SEED' : (labels[field as AccountField] ?? column);
}

/** All errors of a row, each with the title of its column. */
export function errorsText(row: Row): string {
  return row.errors.map((error) => `${titleOf(error)}: ${faultText(error.code, error.detail, error.row)}`).join(' ');
}

/** The state of a row after it was changed, in a sentence. */
export function outcomeOf(row: Row): string {
  if (row.state === 'READY') return `Row ${row.number} is ready.`;
  if (row.duplicate) return `Row ${row.number}: ${duplicates[row.duplicate.code] ?? row.duplicate.detail}.`;
  return `Row ${row.number}: ${errorsText(row)}`;
}
