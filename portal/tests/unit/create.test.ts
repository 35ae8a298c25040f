import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeList, person } from '../fake/list';
import { officerOf } from '../fake/officer';
import { FakeServer } from '../fake/server';

const server = new FakeServer();
vi.stubGlobal('location', { href: 'http://portal.test/v1/' });
vi.stubGlobal('navigator', { onLine: true });
vi.stubGlobal('fetch', server.fetch);
vi.mock('../../src/app/officer', () => ({ officer: officerOf() }));
const { authorise } = await import('../../src/api/client');
const { rowsOfKind } = await import('../../src/pages/batch/rows/new-rows');
const { RowsBatch } = await import('../../src/pages/batch/intake/create');

/** Each of so much text that one request holds some 170 of them. */
const PEOPLE = 400;
const people = Array.from({ length: PEOPLE }, (_, at) => person(at, { reason: '林'.repeat(2_000) }));
const CREATE = 'POST /api/batches';
const ADD = 'POST /api/batches/{id}/rows';
const asked = (what: string) => server.asked.filter((each) => each === what).length;
let list: FakeList;

beforeEach(() => {
  authorise({ token: () => 'token', refused: () => {} });
  list = new FakeList([]).on(server);
  server.asked = [];
});

afterEach(() => {
  server.calm();
  server.verify();
});

test('few rows are a batch in one request', async () => {
  const batch = new RowsBatch([person(1), person(2)]);
  expect(await batch.create(() => {})).toBe(list.id);
  expect([server.asked, list.rows.length]).toEqual([[CREATE], 2]);
});

test('email invitations are a batch of their kind, without what invitees fill in', async () => {
  const rows = rowsOfKind('email', [{ ...person(1), guessed: ['firstName'] }, { email: 'p2@example-agency.gov.sg' }]);
  expect(rows).toEqual([
    { email: 'p1@example-agency.gov.sg', seed: 'No', reason: 'Joins' },
    { email: 'p2@example-agency.gov.sg' },
  ]);
  await new RowsBatch(rows, 'email').create(() => {});
  expect([list.kind, list.rows.length]).toEqual(['email', 2]);
  expect(rowsOfKind('account', people)).toBe(people);
});

test('more rows than a request holds are added to the batch, in order and with their guesses', async () => {
  const guessed = ['lastName'] as const;
  const told: number[] = [];
  const batch = new RowsBatch([...people.slice(0, -1), { ...people.at(-1)!, guessed }]);
  await batch.create((done) => told.push(done));
  expect([asked(CREATE), asked(ADD)]).toEqual([1, told.length - 1]);
  expect(told.at(-1)).toBe(PEOPLE);
  expect(list.rows.map(({ values }) => values.email)).toEqual(people.map(({ email }) => email));
  expect(list.rows.at(-1)!.repairs?.map(({ field }) => field)).toEqual(['lastName']);
});

test('after a failure in the middle, creating goes on with the rest, and adds nobody twice', async () => {
  const batch = new RowsBatch(people);
  server.trouble('addRows', 'lost-answer', 1, 1);
  await expect(batch.create(() => {})).rejects.toMatchObject({ slug: 'no-answer' });
  expect(batch.done).toBeLessThan(PEOPLE);
  await batch.create(() => {});
  expect([batch.done, list.rows.length, asked(CREATE)]).toEqual([PEOPLE, PEOPLE, 1]);
});
