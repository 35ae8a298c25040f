import { ask, type Schemas } from '../../../api/client';
import type { Part } from './addition';
import { requestRows } from './new-rows';
import type { Texts } from './pending';
import type { Row } from './row';

export type Counts = Schemas['CountsBody'];

const PAGE_ROWS = 500;
/** Rows of one request that changes many, so that each is answered soon and the officer sees the progress. */
const ROWS_PER_CHANGE = 300;

/** What the API is asked about the rows of one batch. */
export class RowRequests {
  readonly #path: { readonly id: string };

  constructor(batchId: string) {
    this.#path = { id: batchId };
  }

  /** A page of rows that were not removed, or of those that were. */
  async page(cursor: string | undefined, show?: 'removed'): Promise<Schemas['RowPageBody']> {
    const query = { limit: PAGE_ROWS, ...(show && { show }), ...(cursor && { cursor }) };
    return (await ask('get', '/api/batches/{id}/rows', { path: this.#path, query })).body;
  }

  async add({ rows, key }: Part): Promise<Schemas['AddedRows']> {
    const body = { rows: requestRows(rows) };
    const options = { path: this.#path, body, idempotencyKey: key };
    return (await ask('post', '/api/batches/{id}/rows', options)).body;
  }

  /** Changes fields of a row; without any, a removed row is restored. */
  async change({ number, etag }: Row, texts: Texts): Promise<Schemas['ChangedRow']> {
    const path = { ...this.#path, number };
    const body = texts as Schemas['RowPatch'];
    return (await ask('patch', '/api/batches/{id}/rows/{number}', { path, ifMatch: etag, body })).body;
  }

  async remove(number: number): Promise<void> {
    await ask('delete', '/api/batches/{id}/rows/{number}', { path: { ...this.#path, number } });
  }

  /** Gives many rows one text in a field, in parts; `report` gets how many were changed, and the counts since. */
  async changeMany(numbers: readonly number[], set: Schemas['ManyFields'], report: Report): Promise<void> {
    for (let from = 0; from < numbers.length; from += ROWS_PER_CHANGE) {
      await this.#changeSome(numbers.slice(from, from + ROWS_PER_CHANGE), set, (done, counts) =>
        report(from + done, counts),
      );
    }
  }

  /** Where each row is compared with the others again, one request may not get to all: it goes from the last down. */
  async #changeSome(some: readonly number[], set: Schemas['ManyFields'], report: Report): Promise<void> {
    const path = this.#path;
    let upTo: number | null = null;
    do {
      const body: Schemas['ManyPatch'] = { rows: { numbers: [...some], upTo }, set };
      const { counts, next }: Schemas['ChangedRows'] = (await ask('patch', '/api/batches/{id}/rows', { path, body }))
        .body;
      upTo = next ?? null;
      report(some.filter((number) => number > (upTo ?? 0)).length, counts);
    } while (upTo !== null);
  }

  /** Removes many rows, in parts; `report` gets how many were removed, and the counts since. */
  async removeMany(numbers: readonly number[], report: Report): Promise<void> {
    const path = this.#path;
    await inParts(numbers, report, async (some) => {
      return (await ask('post', '/api/batches/{id}/rows/remove', { path, body: { numbers: some } })).body.counts;
    });
  }
}

type Report = (done: number, counts: Counts) => void;

async function inParts(
  numbers: readonly number[],
  report: Report,
  send: (some: number[]) => Promise<Counts>,
): Promise<void> {
  for (let from = 0; from < numbers.length; from += ROWS_PER_CHANGE) {
    const counts = await send(numbers.slice(from, from + ROWS_PER_CHANGE));
    report(Math.min(from + ROWS_PER_CHANGE, numbers.length), counts);
  }
}
