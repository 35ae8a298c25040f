import type { Schemas } from '../../../api/client';
import { isOneOf, type RowState } from '../../../api/states';
import { duplicates } from '../../../messages/batches';
import { faultText } from '../../../messages/faults';
import { type AccountField, labels } from '../../../rules/forms';

export type Row = Schemas['RowBody'];
export type RowError = Schemas['RowError'];

/** Whether the invite that a row became failed, so that the row can be fixed and submitted again. */
export const hasFailed = ({ invite }: Row): boolean => Boolean(invite?.failure);

export const isReady = ({ state }: Row): boolean => isOneOf<RowState>(state, 'READY');

/** Whether a row was submitted. */
export const isSent = ({ state }: Row): boolean => isOneOf<RowState>(state, 'SENT');

/** Whether the text of a row has to be fixed before it can be submitted. */
export const isFaulty = ({ state }: Row): boolean => isOneOf<RowState>(state, 'NEEDS_FIXING');

/** Whether the officer has to fix something in a row. */
export const needsFixing = (row: Row): boolean => isFaulty(row) || hasFailed(row);

/** Whether a row can be changed: a submitted one only when its invite failed. */
export const canEdit = (row: Row): boolean => !isSent(row) || hasFailed(row);

export const isRepaired = ({ repairs }: Row): boolean => Boolean(repairs?.length);

/** What should be looked at before the row is submitted, although nothing is wrong. */
export const warningOf = ({ warnings }: Row): string | undefined =>
  warnings?.length ? warnings.map(({ detail }) => detail).join(' ') : undefined;

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
  if (isReady(row)) return `Row ${row.number} is ready.`;
  if (row.duplicate) return `Row ${row.number}: ${duplicates[row.duplicate.code] ?? row.duplicate.detail}.`;
  return `Row ${row.number}: ${errorsText(row)}`;
}
