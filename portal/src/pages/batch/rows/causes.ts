import type { Schemas } from '../../../api/client';
import { causes, duplicates } from '../../../messages/batches';
import { type AccountField, labels } from '../../../rules/forms';

export type Row = Schemas['RowBody'];
export type RowError = Schemas['RowError'];

export interface Cause {
  /** What rows are filtered by. */
  readonly key: string;
  readonly label: string;
  readonly count: number;
}

/** Whether the invite that a row became did not succeed, so that the row can be mended and submitted again. */
export const hasFailed = ({ invite }: Row): boolean => Boolean(invite?.failure);

/** Whether the officer has to do something about a row. */
export const needsMending = (row: Row): boolean => row.state === 'NEEDS_FIXING' || hasFailed(row);

/** What will be used in place of what was typed in a field. */
export const repairOf = (row: Row, field: string): string | undefined =>
  row.repairs?.find((each) => each.field === field)?.value;

/** Whether what will be used is a guess, such as a part of a whole name. */
export const isGuess = (row: Row, field: string): boolean =>
  Boolean(row.repairs?.some((each) => each.field === field && each.guess));

/** The same in words. */
export const repairText = (row: Row, field: string): string | undefined => {
  const value = repairOf(row, field);
  const isGuessed = value !== undefined && isGuess(row, field);
  return isGuessed ? `${value}, a guess from the whole name that Save confirms` : value;
};

export const isRepaired = ({ repairs }: Row): boolean => Boolean(repairs?.length);

const ofField = ({ field, code }: RowError) =>
  code.includes('.') && !code.startsWith('cell.') ? code : `${field} ${code}`;

/** The causes of a row's state, each once. */
export function causesOf(row: Row): string[] {
  if (row.duplicate) return [row.duplicate.code];
  if (hasFailed(row)) return [`failed ${row.invite!.failure!.code}`];
  return [...new Set(row.errors.map(ofField))];
}

/** What is wrong among rows, most frequent first. */
export function groupCauses(rows: Iterable<Row>): Cause[] {
  const found = new Map<string, { label: string; count: number }>();
  for (const row of rows) {
    for (const key of causesOf(row)) {
      const cause = found.get(key) ?? { label: labelOf(row, key), count: 0 };
      cause.count += 1;
      found.set(key, cause);
    }
  }
  return [...found].map(([key, cause]) => ({ key, ...cause })).sort((a, b) => b.count - a.count);
}

function labelOf(row: Row, key: string): string {
  if (row.duplicate) return duplicates[key] ?? row.duplicate.detail;
  if (hasFailed(row)) return `Failed: ${firstOf(row.invite!.failure!.detail)}`;
  const error = row.errors.find((each) => ofField(each) === key)!;
  const words = (causes as Record<string, string>)[error.code] ?? firstOf(error.detail);
  return key.includes(' ') ? `${titleOf(error)}: ${words.charAt(0).toLowerCase()}${words.slice(1)}` : words;
}

/** The title of an error's column, short as the grid has it. */
export function titleOf({ field, column }: RowError): string {
  return field === 'seed' ? 'SEED' : (labels[field as AccountField] ?? column);
}

const firstOf = (sentences: string): string => sentences.split('. ')[0]!.replace(/\.$/, '');
