import { beforeEach, expect, test, vi } from 'vitest';
import type { Row } from '../../src/pages/batch-causes';
import type { BatchRows } from '../../src/pages/batch-rows';
import { byText, Deeds } from '../../src/pages/batch-undo';

vi.stubGlobal('location', { href: 'http://portal.test/v1/' });
const { BatchRows: Rows } = await import('../../src/pages/batch-rows');

/** What the API keeps of a batch: enough of its contract for the page's side of it. */
class Server {
  rows: Row[];
  asked: string[] = [];
  /** Additions by their key, each answered as the first time. */
  added = new Map<string, number[]>();
  /** How many more additions go through. */
  patience = Infinity;

  constructor(organisations: readonly string[]) {
    this.rows = organisations.map((organisation, at) => ({
      number: at + 1, sheetRow: at + 1, state: 'READY', errors: [], etag: '"1"',
      values: { email: `p${at + 1}@example-agency.gov.sg`, username: '', firstName: 'Bo', lastName: 'Tan', countryCode: '65', contactNumber: '91234567', organisation, department: '', seed: 'No', reason: 'Joins' },
    }));
    this.rows.forEach((row) => this.#check(row));
  }

  answer(url: URL, init: RequestInit): Response {
    const body = init.body ? JSON.parse(String(init.body)) : undefined;
    const [, number] = /rows\/(\d+)$/.exec(url.pathname) ?? [];
    this.asked.push(`${init.method} ${url.pathname.split('/batches/bat_1/')[1]}`);
    if (init.method === 'GET') {
      const isRemoved = url.searchParams.get('show') === 'removed';
      const [limit, after] = [Number(url.searchParams.get('limit')), Number(url.searchParams.get('cursor') ?? 0)];
      const left = this.rows.filter((row) => (row.state === 'REMOVED') === isRemoved && row.number > after);
      return Response.json({ items: left.slice(0, limit), nextCursor: left.length > limit ? String(left[limit - 1]!.number) : null });
    }
    if (url.pathname.endsWith('/remove')) {
      const meant = this.rows.filter((one) => body.numbers.includes(one.number) && one.state !== 'REMOVED');
      for (const each of meant) this.#replace({ ...each, state: 'REMOVED' });
      return Response.json({ changed: meant.length, counts: this.counts });
    }
    if (init.method === 'POST') return this.#add(new Headers(init.headers).get('idempotency-key')!, body.rows);
    const row = this.rows.find((each) => each.number === Number(number))!;
    if (init.method === 'DELETE') {
      this.#replace({ ...row, state: 'REMOVED' });
      return new Response(null, { status: 204 });
    }
    if (number) {
      if (new Headers(init.headers).get('if-match') !== row.etag) return new Response('{"type":"/problems/version-mismatch"}', { status: 412 });
      this.#replace({ ...row, values: { ...row.values, ...body } });
      return Response.json({ row: this.rows[row.number - 1], counts: this.counts });
    }
    for (const each of this.rows.filter((one) => body.rows.numbers.includes(one.number))) this.#replace({ ...each, values: { ...each.values, ...body.set } });
    return Response.json({ changed: body.rows.numbers.length, counts: this.counts });
  }

  #add(key: string, given: readonly Partial<Row['values']>[]): Response {
    if ((this.patience -= 1) < 0) return new Response('{"type":"/problems/unavailable"}', { status: 503 });
    const numbers = this.added.get(key) ?? given.map((values, at) => {
      const row: Row = { ...this.rows[0]!, number: this.rows.length + 1 + at, etag: '"1"', values: { ...this.rows[0]!.values, organisation: '', ...values } };
      this.#check(row);
      return row;
    }).map((row) => this.rows.push(row));
    this.added.set(key, numbers);
    return Response.json({ numbers, counts: this.counts }, { status: 201 });
  }

  get counts() {
    const of = (state: string) => this.rows.filter((row) => row.state === state).length;
    return { total: this.rows.length, ready: of('READY'), needsFixing: of('NEEDS_FIXING'), duplicate: 0, removed: of('REMOVED'), sent: 0 };
  }

  #replace(row: Row): void {
    const next = { ...row, etag: `"${Number(row.etag.slice(1, -1)) + 1}"` };
    if (row.state !== 'REMOVED' || this.rows[row.number - 1]!.state === 'REMOVED') this.#check(next);
    this.rows[row.number - 1] = next;
  }

  #check(row: Row): void {
    const isMissing = row.values.organisation === '';
    row.state = isMissing ? 'NEEDS_FIXING' : 'READY';
    row.errors = isMissing ? [{ pointer: '/organisation', field: 'organisation', column: 'Organisation', code: 'required', detail: 'Fill this in.' }] : [];
  }
}

let server: Server;
let rows: BatchRows;

async function open(organisations: readonly string[]): Promise<void> {
  server = new Server(organisations);
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => Promise.resolve(server.answer(new URL(url), init)));
  rows = new Rows('bat_1', () => {});
  rows.counts = server.counts;
  await rows.load();
  server.asked = [];
}

const organisations = () => server.rows.map(({ values }) => values.organisation);

beforeEach(() => open(['A', '', 'B', '', 'A']));

test('all rows come, page by page', async () => {
  await open(Array.from({ length: 1_250 }, () => 'A'));
  expect([rows.all.length, rows.isWhole]).toEqual([1_250, true]);
});

test('a mended row stays in sight until the filter is left', async () => {
  rows.show('errors');
  expect(rows.shown.map(({ number }) => number)).toEqual([2, 4]);
  expect(rows.causes).toEqual([{ key: 'organisation required', label: 'Organisation: missing', count: 2 }]);
  await rows.edit(2, { organisation: 'C' });
  expect(rows.shown.map(({ number, state }) => [number, state])).toEqual([[2, 'READY'], [4, 'NEEDS_FIXING']]);
  expect([rows.counts!.needsFixing, rows.causes[0]!.count]).toEqual([1, 1]);
  rows.show('errors');
  expect(rows.shown.map(({ number }) => number)).toEqual([4]);
});

test('two changes of a row follow each other with the version of the one before', async () => {
  await Promise.all([rows.edit(1, { organisation: 'C' }), rows.edit(1, { department: 'D' })]);
  expect(server.rows[0]!.values).toMatchObject({ organisation: 'C', department: 'D' });
});

test('whoever was slower sees the row as it is now', async () => {
  server.answer(new URL('http://portal.test/v1/api/batches/bat_1/rows/1'), { method: 'PATCH', headers: { 'if-match': '"1"' }, body: '{"organisation":"Elsewhere"}' });
  await expect(rows.edit(1, { organisation: 'Here' })).rejects.toMatchObject({ status: 412 });
  expect(rows.find(1)!.values.organisation).toBe('Elsewhere');
  await rows.edit(1, { organisation: 'Here' });
  expect(organisations()[0]).toBe('Here');
});

test('an edit, a removal and a change of many are taken back, the latest first', async () => {
  await rows.edit(2, { organisation: 'C' });
  await rows.remove(3);
  await rows.fix([1, 2, 4, 5], 'organisation', 'All', () => {});
  expect(organisations()).toEqual(['All', 'All', 'B', 'All', 'All']);
  expect([rows.all.length, rows.counts!.removed]).toEqual([4, 1]);
  expect(await rows.undo()).toBe('Organisation changed for 4 users.');
  expect(organisations()).toEqual(['A', 'C', 'B', '', 'A']);
  expect(await rows.undo()).toBe('Row 3 removed.');
  expect([rows.all.length, rows.counts!.removed, rows.find(3)!.values.organisation]).toEqual([5, 0, 'B']);
  expect(await rows.undo()).toBe('Row 2 changed.');
  expect(organisations()).toEqual(['A', '', 'B', '', 'A']);
  expect(await rows.undo()).toBeUndefined();
});

test('a change of many goes in parts, and tells how far it is', async () => {
  await open(Array.from({ length: 700 }, (_, n) => (n % 2 ? 'A' : 'B')));
  const told: number[] = [];
  await rows.fix(rows.all.map(({ number }) => number), 'organisation', 'C', (done) => told.push(done));
  expect(told).toEqual([300, 600, 700]);
  server.asked = [];
  await rows.undo();
  expect(server.asked.filter((each) => each === 'PATCH rows')).toHaveLength(4);
  expect(organisations().slice(0, 2)).toEqual(['B', 'A']);
});

test('added rows come at the end, also behind the last page, and are taken back', async () => {
  await open(Array.from({ length: 999 }, () => 'A'));
  const numbers = await rows.add([{ organisation: 'B' }, { email: 'b@example-agency.gov.sg' }]);
  expect(numbers).toEqual([1000, 1001]);
  expect(rows.all.slice(-2).map(({ number, values, state }) => [number, values.organisation, state])).toEqual([[1000, 'B', 'READY'], [1001, '', 'NEEDS_FIXING']]);
  expect([rows.all.length, rows.counts!.total, rows.shown.length]).toEqual([1001, 1001, 1001]);
  expect(server.asked).toEqual(['POST rows', 'GET rows', 'GET rows']);
  expect(await rows.undo()).toBe('2 users added.');
  expect([rows.all.length, rows.counts!.removed]).toEqual([999, 2]);
});

test('more than a request holds is added in parts, and a part that went through is not added twice', async () => {
  const many = Array.from({ length: 1_200 }, (_, n) => ({ organisation: `B${n}`, reason: 'R'.repeat(1_000) }));
  server.patience = 1;
  await expect(rows.add(many)).rejects.toMatchObject({ status: 503 });
  server.patience = Infinity;
  expect(await rows.add(many)).toHaveLength(1_200);
  expect(server.added.size).toBe(2);
  expect(new Set(organisations().slice(5)).size).toBe(1_200);
  expect(await rows.undo()).toBe('1,200 users added.');
  expect([rows.all.length, server.asked.filter((each) => each === 'POST rows/remove')]).toEqual([5, Array(4).fill('POST rows/remove')]);
});

test('many are removed together, and brought back while they are few', async () => {
  rows.show('errors');
  const told: number[] = [];
  await rows.removeMany(rows.shown.map(({ number }) => number), (done) => told.push(done));
  expect([told, rows.all.map(({ number }) => number), rows.counts!.removed, rows.isWhole]).toEqual([[2], [1, 3, 5], 2, true]);
  expect(await rows.undo()).toBe('2 users removed.');
  expect(rows.all.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  await open(Array.from({ length: 700 }, () => 'A'));
  await rows.removeMany(rows.all.slice(100).map(({ number }) => number), (done) => told.push(done));
  expect([told, rows.all.length, rows.deeds.last]).toEqual([[2, 300, 600], 100, undefined]);
});

test('what cannot be taken back now stays, to be tried again', async () => {
  const deeds = new Deeds();
  deeds.add({ said: 'Done.', undo: () => Promise.reject(new Error('offline')) });
  await expect(deeds.undo()).rejects.toThrow('offline');
  expect(deeds.last?.said).toBe('Done.');
});

test('rows are grouped by what they said before', () => {
  const before = [{ number: 1, text: 'A' }, { number: 2, text: '' }, { number: 3, text: 'A' }];
  expect([...byText(before, ({ text }) => text)]).toEqual([['A', [1, 3]], ['', [2]]]);
});
