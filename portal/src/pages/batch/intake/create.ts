import { ask, type Schemas } from '../../../api/client';
import { Failure } from '../../../api/failure';
import { IdempotencyKeys } from '../../../api/idempotency';
import type { Kind } from '../../../rules/forms';
import { Addition } from '../rows/addition';
import { inRequests, type RowText, requestRows } from '../rows/new-rows';
import { RowRequests } from '../rows/requests';
import { remembered } from './memory';

const UPLOAD_TIMEOUT_MS = 120_000;
const keys = new IdempotencyKeys();

/**
 * Creates a batch from a file and gives its id. Trying the same file again creates no second batch. It is read with
 * what the officer said before about titles.
 */
export async function batchOfFile(file: File): Promise<string> {
  const columns = remembered();
  const body = { fileName: file.name, ...(columns.length && { columns: [...columns] }) };
  const key = keys.of({ ...body, size: file.size, at: file.lastModified });
  const { batchId, upload } = (await ask('post', '/api/batches', { body, idempotencyKey: key })).body;
  // The upload form serves once, also when the upload fails: the next attempt needs a new one.
  keys.done();
  await post(upload!, file);
  return batchId;
}

/**
 * A batch of rows that is being created: with as many rows as one request holds, and the rest added to it. After a
 * failure it goes on with what is left.
 */
export class RowsBatch {
  /** How many users are in the batch already. */
  done = 0;
  readonly total: number;
  readonly #first: readonly RowText[];
  readonly #rest: Addition;
  #batchId: string | undefined;

  constructor(
    rows: readonly RowText[],
    private readonly kind: Kind = 'account',
  ) {
    this.total = rows.length;
    this.#first = inRequests(rows, rows.length)[0] ?? [];
    this.#rest = new Addition(rows.slice(this.#first.length));
  }

  /** Creates the batch and gives its id; `report` gets how many users are in it. */
  async create(report: (done: number) => void): Promise<string> {
    const count = (done: number) => {
      this.done = done;
      report(done);
    };
    if (!this.#batchId) {
      this.#batchId = await this.#createFirst();
      count(this.#first.length);
    }
    const requests = new RowRequests(this.#batchId);
    await this.#rest.run(
      async (part) => (await requests.add(part)).numbers,
      (added) => count(this.#first.length + added),
    );
    return this.#batchId;
  }

  async #createFirst(): Promise<string> {
    const body = { rows: requestRows(this.#first), ...(this.kind === 'email' && { kind: this.kind }) };
    const { batchId } = (await ask('post', '/api/batches', { body, idempotencyKey: keys.of(body) })).body;
    keys.done();
    return batchId;
  }
}

async function post({ url, fields }: Schemas['UploadForm'], file: Blob): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file);
  const signal = AbortSignal.timeout(UPLOAD_TIMEOUT_MS);
  const answer = await fetch(url, { method: 'POST', body: form, credentials: 'omit', signal }).catch(() => {
    throw Failure.silence();
  });
  if (!answer.ok) throw new Failure('upload-refused', answer.status, undefined, undefined, [], undefined);
}
