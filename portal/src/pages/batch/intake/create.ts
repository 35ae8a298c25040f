import { ask, type Schemas } from '../../../api/client';
import { Failure } from '../../../api/failure';
import { IdempotencyKeys } from '../../../api/idempotency';
import { officer } from '../../../app/officer';
import { type Column, remembered } from './columns';
import type { RowText } from './paste';
import { workbookOf } from './workbook';

/** Bytes of a request beside its rows. */
const FRAME_BYTES = new Blob(['{"rows":[]}']).size;
const keys = new IdempotencyKeys();

/** The file that was uploaded last, in case it has to be read again. */
let latest: { readonly batch: string; readonly file: File } | undefined;

/**
 * Makes a batch of a workbook and gives its id. Trying the same file again makes no second batch.
 *
 * `columns` is what the officer says that columns hold whose titles are not known.
 */
export async function batchOfFile(file: File, columns: readonly Column[] = remembered()): Promise<string> {
  const body = { fileName: file.name, ...(columns.length && { columns: [...columns] }) };
  const key = keys.of({ ...body, size: file.size, at: file.lastModified });
  const { batchId, upload } = (await ask('post', '/api/batches', { body, idempotencyKey: key })).body;
  // Whatever becomes of the form, it is used up: the next try needs a fresh one.
  keys.done();
  await post(upload!, file);
  latest = { batch: batchId, file };
  return batchId;
}

/** The file of a batch, while this page knows it. */
export function fileOf(batch: string): File | undefined {
  return latest?.batch === batch ? latest.file : undefined;
}

/** Makes a batch of rows; of more than a request holds, by way of a workbook. */
export async function batchOfRows(rows: readonly RowText[]): Promise<string> {
  const body = { rows: requestRows(rows) };
  if (inRequests(rows, rows.length).length > 1)
    return batchOfFile(new File([await workbookOf(rows)], 'Pasted users.xlsx'));
  const { batchId } = (await ask('post', '/api/batches', { body, idempotencyKey: keys.of(body) })).body;
  keys.done();
  return batchId;
}

/** Rows as the API takes them. */
export const requestRows = (rows: readonly RowText[]): Schemas['NewRow'][] =>
  rows.map(({ guessed = [], ...texts }) => ({ ...texts, guessed: [...guessed] }));

/** The API keeps no row without a word in it, so an empty one starts with what it would say anyway. */
export const emptyRow = (): RowText => ({ countryCode: '65', seed: 'No' });

/** Rows in as few parts as requests can hold: at most `most` in each, and no more bytes than the API takes. */
export function inRequests(rows: readonly RowText[], most: number): RowText[][] {
  const parts: RowText[][] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = new Blob([JSON.stringify(requestRows([row])[0])]).size + 1;
    const part = parts.at(-1);
    const hasRoom = part && part.length < most && bytes + size <= officer.limits.rowsBodyBytes;
    bytes = hasRoom ? bytes + size : FRAME_BYTES + size;
    if (hasRoom) part.push(row);
    else parts.push([row]);
  }
  return parts;
}

async function post({ url, fields }: Schemas['UploadForm'], file: Blob): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file);
  const answer = await fetch(url, {
    method: 'POST',
    body: form,
    credentials: 'omit',
    signal: AbortSignal.timeout(120_000),
  }).catch(() => {
    throw Failure.silence();
  });
  if (!answer.ok) throw new Failure('upload-refused', answer.status, undefined, undefined, [], undefined);
}
