import { ask, type Schemas } from '../api/client';
import { Failure } from '../api/failure';
import { IdempotencyKeys } from '../api/idempotency';
import type { RowText } from './batch-paste';
import { workbookOf } from './batch-workbook';

/** What a request may hold of pasted rows, with room for its frame. */
const REQUEST_BYTES = 1_000_000;
const keys = new IdempotencyKeys();

/** Makes a batch of a workbook and gives its id. Trying the same file again makes no second batch. */
export async function batchOfFile(file: File): Promise<string> {
  const body = { fileName: file.name };
  const key = keys.of({ ...body, size: file.size, at: file.lastModified });
  const { batchId, upload } = (await ask('post', '/api/batches', { body, idempotencyKey: key })).body;
  // Whatever becomes of the form, it is used up: the next try needs a fresh one.
  keys.done();
  await post(upload!, file);
  return batchId;
}

/** Makes a batch of rows; of more than a request holds, by way of a workbook. */
export async function batchOfRows(rows: readonly RowText[]): Promise<string> {
  const body = { rows: [...rows] as Schemas['FormBody'][] };
  if (new Blob([JSON.stringify(body)]).size > REQUEST_BYTES) return batchOfFile(new File([await workbookOf(rows)], 'Pasted users.xlsx'));
  const { batchId } = (await ask('post', '/api/batches', { body, idempotencyKey: keys.of(body) })).body;
  keys.done();
  return batchId;
}

async function post({ url, fields }: Schemas['UploadForm'], file: Blob): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file);
  const answer = await fetch(url, { method: 'POST', body: form, credentials: 'omit', signal: AbortSignal.timeout(120_000) }).catch(() => { throw Failure.silence(); });
  if (!answer.ok) throw new Failure('upload-refused', answer.status, undefined, undefined, [], undefined);
}
