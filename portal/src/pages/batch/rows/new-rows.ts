import type { Schemas } from '../../../api/client';
import { officer } from '../../../app/officer';
import { type AccountField, fieldsOfKind, type Kind } from '../../../rules/forms';

/** The texts of a row that is not in a batch yet; `guessed` names the parts of a whole name that was split. */
export type RowText = Partial<Record<AccountField, string>> & {
  readonly guessed?: readonly ('firstName' | 'lastName')[];
};

/** Bytes of a request beside its rows. */
const FRAME_BYTES = new Blob(['{"rows":[]}']).size;

/** The API keeps no row without a word in it, so an empty one starts with its usual answers. */
export const emptyRow = (kind: Kind): RowText =>
  kind === 'email' ? { seed: 'No' } : { countryCode: '65', seed: 'No' };

/** The rows without what their invitees fill in themselves. */
export function rowsOfKind(kind: Kind, rows: readonly RowText[]): readonly RowText[] {
  if (kind === 'account') return rows;
  const fields = fieldsOfKind(kind);
  return rows.map((row) => Object.fromEntries(fields.flatMap((field) => (row[field] ? [[field, row[field]]] : []))));
}

/** Rows as the API takes them. */
export function requestRows(rows: readonly RowText[]): Schemas['NewRow'][] {
  return rows.map(({ guessed = [], ...texts }) => ({ ...texts, guessed: [...guessed] }));
}

/** Rows in as few parts as requests can hold: at most `maxRows` in each, and no more bytes than the API takes. */
export function inRequests(rows: readonly RowText[], maxRows: number): RowText[][] {
  const parts: RowText[][] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = new Blob([JSON.stringify(requestRows([row])[0])]).size + 1;
    const part = parts.at(-1);
    const hasRoom = part && part.length < maxRows && bytes + size <= officer.limits.rowsBodyBytes;
    bytes = hasRoom ? bytes + size : FRAME_BYTES + size;
    if (hasRoom) part.push(row);
    else parts.push([row]);
  }
  return parts;
}
