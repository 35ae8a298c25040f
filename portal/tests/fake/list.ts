import type { components } from '../../src/api/schema';
import { ALL_FIELDS, recordOf } from '../../src/rules/forms';
import type { FakeServer } from './server';
import { problem } from './server';

type Row = components['schemas']['RowBody'];
type Batch = components['schemas']['BatchBody'];
type Text = components['schemas']['NewRow'];

const AT = '2026-11-27T01:00:00Z';
const EMPTY: Row['values'] = recordOf(ALL_FIELDS, () => '');
const FAULTS = [
  {
    field: 'email',
    column: 'Email',
    code: 'email.syntax',
    detail: 'Enter one email address, such as name@agency.gov.sg.',
    isWrong: (values: Row['values']) => !/^[^@\s]+@[^@\s]+$/.test(values.email),
  },
  {
    field: 'organisation',
    column: 'Organisation',
    code: 'required',
    detail: 'Fill this in.',
    isWrong: (values: Row['values'], kind: Batch['kind']) => kind === 'account' && values.organisation === '',
  },
];

export const person = (n: number, change: Omit<Text, 'guessed'> = {}): Row['values'] => ({
  ...EMPTY,
  email: `p${n}@example-agency.gov.sg`,
  firstName: 'Bo',
  lastName: 'Tan',
  countryCode: '65',
  contactNumber: '91234567',
  organisation: 'Example Agency',
  seed: 'No',
  reason: 'Joins',
  ...change,
});

/** How many rows one request sets a field of one person in, here. */
const PERSONAL_ROWS = 100;

/** A list of users, as the service keeps it: rows with versions, additions by their key, and two rules of many. */
export class FakeList {
  readonly id = 'bat_01KAR3G3AM4X5QJ8T7Z0W2V9YB';
  rows: Row[] = [];
  state = 'DRAFT';
  /** How many invites of it are in each state, once it was submitted. */
  progress: Record<string, number> | undefined;
  mailHold: Batch['mailHold'];
  /** What is asked about its file, while its state is `ASKING`. */
  questions: Batch['questions'];
  source = 'paste';
  kind: Batch['kind'] = 'account';
  readonly #added = new Map<string, { readonly body: string; readonly numbers: number[] }>();

  constructor(people: readonly Row['values'][]) {
    for (const values of people) this.#push(values);
  }

  /** Puts the list on a server. */
  on(server: FakeServer): this {
    server
      .on('showBatch', ({ headers }) =>
        headers.get('if-none-match') === this.etag
          ? { status: 304, headers: { etag: this.etag } }
          : { status: 200, headers: { etag: this.etag }, body: this.body },
      )
      .on('createBatch', ({ body }) => {
        this.kind = body.kind ?? 'account';
        for (const row of ('rows' in body && body.rows) || []) this.#add(row);
        return { status: 201, headers: { location: `/v1/api/batches/${this.id}` }, body: { batchId: this.id } };
      })
      .on('listBatches', () => ({ status: 200, body: { items: [this.body] } }))
      .on('listRows', ({ query }) => {
        const isRemoved = query.show === 'removed';
        const [limit, after] = [Number(query.limit ?? 50), Number(query.cursor ?? 0)];
        const left = this.rows.filter((row) => (row.state === 'REMOVED') === isRemoved && row.number > after);
        const items = left.slice(0, limit);
        return {
          status: 200,
          body: { items, ...(left.length > limit && { nextCursor: String(items.at(-1)!.number) }) },
        };
      })
      .on('addRows', ({ body, headers }) => {
        const key = headers.get('idempotency-key')!;
        const earlier = this.#added.get(key);
        if (earlier && earlier.body !== JSON.stringify(body)) return problem('idempotency-key-reused');
        const numbers = earlier?.numbers ?? body.rows.map((row) => this.#add(row));
        this.#added.set(key, { body: JSON.stringify(body), numbers });
        return { status: 201, body: { numbers, counts: this.counts } };
      })
      .on('changeRow', ({ path, body, headers }) => {
        const row = this.row(Number(path.number));
        if (!row) return problem('not-found');
        if (headers.get('if-match') !== row.etag) return problem('version-mismatch');
        return { status: 200, body: { row: this.#put(row, given(body)), counts: this.counts } };
      })
      .on('changeRows', ({ body }) => {
        const { numbers, upTo } = body.rows;
        const isMeant = (number: number) => numbers?.includes(number) && number <= (upTo ?? Infinity);
        const rows = this.rows.filter(({ number, state }) => isMeant(number) && state !== 'SENT').reverse();
        const isPersonal = body.set.username !== undefined;
        const some = isPersonal ? rows.slice(0, PERSONAL_ROWS) : rows;
        for (const row of some) this.#put(row, given(body.set));
        const next = rows[some.length]?.number;
        return { status: 200, body: { changed: some.length, counts: this.counts, ...(next && { next }) } };
      })
      .on('removeRow', ({ path }) => {
        const row = this.row(Number(path.number));
        if (!row) return problem('not-found');
        this.#remove([row]);
        return { status: 204 };
      })
      .on('removeRows', ({ body }) => {
        const rows = this.rows.filter(({ number, state }) => body.numbers.includes(number) && state !== 'REMOVED');
        this.#remove(rows);
        return { status: 200, body: { changed: rows.length, counts: this.counts } };
      });
    return this;
  }

  row(number: number): Row | undefined {
    return this.rows[number - 1];
  }

  /** Another tab changes a row. */
  change(number: number, text: Text): void {
    const row = this.row(number)!;
    this.#put(row, text);
  }

  /** Another tab removes a row. */
  remove(number: number): void {
    this.#remove([this.row(number)!]);
  }

  get counts(): components['schemas']['CountsBody'] {
    const of = (state: string) => this.rows.filter((row) => row.state === state).length;
    return {
      total: this.rows.length,
      ready: of('READY'),
      needsFixing: of('NEEDS_FIXING'),
      duplicate: of('DUPLICATE'),
      removed: of('REMOVED'),
      sent: of('SENT'),
    };
  }

  get body(): Batch {
    return {
      id: this.id,
      source: this.source,
      kind: this.kind,
      state: this.state,
      notices: [],
      createdAt: AT,
      updatedAt: AT,
      traceId: '1-67891233-abcdef012345678912345678',
      counts: this.counts,
      ...(this.progress && { progress: this.progress }),
      ...(this.mailHold && { mailHold: this.mailHold }),
      ...(this.questions && { questions: this.questions }),
    };
  }

  get etag(): string {
    const states = JSON.stringify([
      this.state,
      this.progress,
      this.mailHold,
      this.questions,
      this.rows.map(({ etag, state }) => [etag, state]),
    ]);
    const versions = this.rows.reduce((sum, { etag }) => sum + Number(etag.slice(1, -1)), 0);
    return `"${states.length}-${versions}"`;
  }

  #add({ guessed, ...values }: Text): number {
    return this.#push({ ...EMPTY, ...values }, guessed);
  }

  #push(values: Row['values'], guessed: readonly string[] = []): number {
    const number = this.rows.length + 1;
    const repairs = guessed.map((field) => ({ field, value: values[field as keyof Row['values']], guess: true }));
    const row = { number, sheetRow: number, state: 'READY', values, errors: [], etag: '"1"' };
    this.rows.push(checked({ ...row, ...(repairs.length && { repairs }) }, this.kind));
    return number;
  }

  /** What is typed is not a guess any more, also when it is the same. */
  #put({ repairs = [], ...row }: Row, text: Text): Row {
    const left = repairs.filter(({ field }) => !(field in text));
    const values = { ...row.values, ...text };
    const etag = `"${Number(row.etag.slice(1, -1)) + 1}"`;
    const next = checked({ ...row, ...(left.length && { repairs: left }), values, etag }, this.kind);
    this.rows[row.number - 1] = next;
    return next;
  }

  #remove(rows: readonly Row[]): void {
    for (const row of rows)
      this.rows[row.number - 1] = {
        ...row,
        state: 'REMOVED',
        errors: [],
        etag: `"${Number(row.etag.slice(1, -1)) + 1}"`,
      };
  }
}

const given = (text: object): Text => Object.fromEntries(Object.entries(text).filter(([, value]) => value !== null));

function checked(row: Row, kind: Batch['kind']): Row {
  const errors = FAULTS.filter(({ isWrong }) => isWrong(row.values, kind)).map(({ field, column, code, detail }) => ({
    pointer: `/${field}`,
    field,
    column,
    code,
    detail,
  }));
  return { ...row, errors, state: errors.length ? 'NEEDS_FIXING' : 'READY' };
}
