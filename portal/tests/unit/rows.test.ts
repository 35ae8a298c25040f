import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LIMITS } from '../fake/description';
import { FakeList, person } from '../fake/list';
import { officerOf } from '../fake/officer';
import { FakeServer, problem } from '../fake/server';

const server = new FakeServer();
vi.stubGlobal('location', { href: 'http://portal.test/v1/' });
vi.stubGlobal('fetch', server.fetch);
vi.mock('../../src/app/officer', () => ({ officer: officerOf() }));
const { authorise } = await import('../../src/api/client');
const { Addition } = await import('../../src/pages/batch/rows/addition');
const { BatchRows } = await import('../../src/pages/batch/rows/rows');
const { byText, UndoStack } = await import('../../src/pages/batch/rows/undo');

let list: FakeList;
let rows: InstanceType<typeof BatchRows>;

async function open(agencies: readonly string[]): Promise<void> {
  list = new FakeList(agencies.map((organisation, at) => person(at + 1, { organisation }))).on(server);
  rows = new BatchRows(list.id, () => {});
  await rows.load();
  rows.counts = list.counts;
  server.asked = [];
}

const agencies = () => list.rows.map(({ values }) => values.organisation);
const asked = (what: string) => server.asked.filter((each) => each === what).length;
const ADD = 'POST /api/batches/{id}/rows';

beforeEach(() => {
  authorise({ token: () => 'token', refused: () => {} });
  return open(['A', '', 'B', '', 'A']);
});

afterEach(() => {
  server.calm();
  server.verify();
});

test('all rows come, page by page', async () => {
  await open(Array.from({ length: 1_250 }, () => 'A'));
  expect([rows.list.all.length, rows.isWhole]).toEqual([1_250, true]);
});

test('a fixed row stays in sight until the filter is left', async () => {
  rows.show('errors');
  expect(rows.list.shown.map(({ number }) => number)).toEqual([2, 4]);
  expect(rows.list.causes).toEqual([{ key: 'organisation required', label: 'Organisation: missing', count: 2 }]);
  await rows.edit(2, { organisation: 'C' });
  expect(rows.list.shown.map(({ number, state }) => [number, state])).toEqual([
    [2, 'READY'],
    [4, 'NEEDS_FIXING'],
  ]);
  expect([rows.counts!.needsFixing, rows.list.causes[0]!.count]).toEqual([1, 1]);
  rows.show('errors');
  expect(rows.list.shown.map(({ number }) => number)).toEqual([4]);
});

test('two changes of a row follow each other with the version of the one before', async () => {
  await Promise.all([rows.edit(1, { organisation: 'C' }), rows.edit(1, { department: 'D' })]);
  expect(list.row(1)!.values).toMatchObject({ organisation: 'C', department: 'D' });
});

test('the slower of two officers sees the row as it is now, and keeps what they typed', async () => {
  list.change(1, { organisation: 'Elsewhere' });
  await expect(rows.edit(1, { organisation: 'Here' })).rejects.toMatchObject({ status: 412 });
  expect([rows.find(1)!.values.organisation, rows.pending.get(1)]).toMatchObject([
    'Elsewhere',
    { organisation: { text: 'Here', state: 'changed-elsewhere' } },
  ]);
  await rows.retry();
  expect([agencies()[0], rows.pending.size]).toEqual(['Here', 0]);
});

test.each([
  ['there is no connection', 'no-connection' as const],
  ['the service does not answer', problem('unavailable')],
  ['the session has ended', problem('unauthorized')],
])('a change that fails because %s stays, and goes through when it is tried again', async (_, trouble) => {
  server.trouble('changeRow', trouble);
  await expect(rows.edit(2, { organisation: 'C' })).rejects.toBeDefined();
  expect([agencies()[1], rows.pending.get(2), rows.pending.unsaved]).toEqual([
    '',
    { organisation: { text: 'C', state: 'not-saved' } },
    1,
  ]);
  await rows.retry();
  expect([agencies()[1], rows.pending.size, rows.pending.unsaved, rows.find(2)!.state]).toEqual(['C', 0, 0, 'READY']);
  expect(await rows.undo()).toBe('Row 2 changed.');
  expect(agencies()[1]).toBe('');
});

test('a change whose answer was lost is not made a second time', async () => {
  server.trouble('changeRow', 'lost-answer');
  await expect(rows.edit(2, { organisation: 'C' })).rejects.toBeDefined();
  expect([agencies()[1], rows.pending.unsaved]).toEqual(['C', 1]);
  const version = list.row(2)!.etag;
  await rows.retry();
  expect([rows.pending.unsaved, rows.find(2)!.values.organisation, list.row(2)!.etag]).toEqual([0, 'C', version]);
});

test('what fails again stays again, and a later text takes its place', async () => {
  server.trouble('changeRow', problem('unavailable'), 3);
  await expect(rows.edit(2, { organisation: 'C' })).rejects.toBeDefined();
  await expect(rows.edit(2, { department: 'D' })).rejects.toBeDefined();
  await expect(rows.retry()).rejects.toBeDefined();
  expect(rows.pending.get(2)).toEqual({
    organisation: { text: 'C', state: 'not-saved' },
    department: { text: 'D', state: 'not-saved' },
  });
  server.calm();
  await rows.edit(2, { organisation: 'E' });
  expect([agencies()[1], rows.pending.get(2)]).toEqual(['E', { department: { text: 'D', state: 'not-saved' } }]);
  await rows.retry();
  expect(list.row(2)!.values).toMatchObject({ organisation: 'E', department: 'D' });
});

const failOn = async (number: number) => {
  server.trouble('changeRow', problem('unavailable'));
  await expect(rows.edit(number, { organisation: 'C' })).rejects.toBeDefined();
};

test.each<[string, () => Promise<unknown>]>([
  ['removed here', () => rows.remove(2)],
  ['removed here with others', () => rows.removeMany([2, 4], () => {})],
  [
    'removed elsewhere, and the rows are read again',
    async () => {
      list.remove(2);
      await rows.load();
    },
  ],
  [
    'removed elsewhere, and users are added',
    async () => {
      list.remove(2);
      await rows.add(new Addition([person(9)]), () => {});
    },
  ],
  [
    'removed elsewhere, and it is sent again',
    async () => {
      list.remove(2);
      expect(await rows.retry()).toBe(false);
    },
  ],
])('what was typed into a row that is %s is given up, said, and does not keep anybody', async (_, leave) => {
  await failOn(2);
  await leave();
  expect([[...rows.lost], rows.pending.size, rows.pending.unsaved, rows.find(2)]).toEqual([[2], 0, 0, undefined]);
  expect(rows.list.shown.map(({ number }) => number)).not.toContain(2);
});

test('a change of a row that was removed elsewhere is not made, not kept, and not to be undone', async () => {
  list.remove(4);
  expect(await rows.edit(4, { organisation: 'C' })).toBeUndefined();
  expect([[...rows.lost], rows.pending.size, rows.undoStack.last, rows.list.all.length]).toEqual([
    [4],
    0,
    undefined,
    4,
  ]);
});

test('what is saved beside a row that is not in the list any more is not said to be all', async () => {
  await failOn(2);
  await failOn(1);
  list.remove(2);
  expect(await rows.retry()).toBe(false);
  expect([agencies()[0], [...rows.lost], rows.pending.size]).toEqual(['C', [2], 0]);
});

test('a guess is confirmed by its own text, also when the row was changed elsewhere meanwhile', async () => {
  const name = { firstName: 'Mei Ling', lastName: 'Tan', guessed: ['firstName', 'lastName'] } as const;
  await rows.add(new Addition([{ email: 'a@example-agency.gov.sg', organisation: 'A', ...name }]), () => {});
  const guesses = () => rows.find(6)!.repairs?.map(({ field }) => field);
  expect(guesses()).toEqual(['firstName', 'lastName']);
  await rows.edit(6, { lastName: 'Tan' });
  expect([guesses(), list.row(6)!.values.lastName]).toEqual([['firstName'], 'Tan']);
  list.change(6, { department: 'D' });
  await expect(rows.edit(6, { firstName: 'Mei Ling' })).rejects.toMatchObject({ status: 412 });
  await rows.retry();
  expect([guesses(), list.row(6)!.repairs]).toEqual([undefined, undefined]);
});

test('an edit, a removal and a change of many are undone, the latest first', async () => {
  await rows.edit(2, { organisation: 'C' });
  await rows.remove(3);
  await rows.changeMany([1, 2, 4, 5], 'organisation', 'All', () => {});
  expect(agencies()).toEqual(['All', 'All', 'B', 'All', 'All']);
  expect([rows.list.all.length, rows.counts!.removed]).toEqual([4, 1]);
  expect(await rows.undo()).toBe('Organisation changed for 4 users.');
  expect(agencies()).toEqual(['A', 'C', 'B', '', 'A']);
  expect(await rows.undo()).toBe('Row 3 removed.');
  expect([rows.list.all.length, rows.counts!.removed, rows.find(3)!.values.organisation]).toEqual([5, 0, 'B']);
  expect(await rows.undo()).toBe('Row 2 changed.');
  expect(agencies()).toEqual(['A', '', 'B', '', 'A']);
  expect(await rows.undo()).toBeUndefined();
});

test('a change of many goes in parts, and tells how far it is', async () => {
  await open(Array.from({ length: 700 }, (_, n) => (n % 2 ? 'A' : 'B')));
  const told: number[] = [];
  await rows.changeMany(
    rows.list.all.map(({ number }) => number),
    'organisation',
    'C',
    (done) => told.push(done),
  );
  expect(told).toEqual([300, 600, 700]);
  server.asked = [];
  await rows.undo();
  expect(asked('PATCH /api/batches/{id}/rows')).toBe(4);
  expect(agencies().slice(0, 2)).toEqual(['B', 'A']);
});

test('a change of many that fails in the middle shows what was changed, and undoes that', async () => {
  await open(Array.from({ length: 700 }, () => 'A'));
  const told: number[] = [];
  const tell = (done: number) => void (told.push(done) === 1 && server.trouble('changeRows', problem('unavailable')));
  await expect(
    rows.changeMany(
      rows.list.all.map(({ number }) => number),
      'organisation',
      'C',
      tell,
    ),
  ).rejects.toMatchObject({ status: 503 });
  expect([told, rows.list.all.filter(({ values }) => values.organisation === 'C').length]).toEqual([[300], 300]);
  expect(await rows.undo()).toBe('Organisation changed for 300 users.');
  expect(new Set(agencies())).toEqual(new Set(['A']));
});

test('a removal of many that fails in the middle shows what was removed', async () => {
  await open(Array.from({ length: 700 }, () => 'A'));
  const tell = () => void server.trouble('removeRows', problem('unavailable'));
  await expect(
    rows.removeMany(
      rows.list.all.map(({ number }) => number),
      tell,
    ),
  ).rejects.toMatchObject({ status: 503 });
  expect([rows.list.all.length, rows.counts!.removed]).toEqual([400, 300]);
});

test('added rows come at the end, also behind the last page, and are removed by undo', async () => {
  await open(Array.from({ length: 999 }, () => 'A'));
  const addition = new Addition([
    { email: 'a@example-agency.gov.sg', organisation: 'B' },
    { email: 'b@example-agency.gov.sg' },
  ]);
  await rows.add(addition, () => {});
  expect(addition.numbers).toEqual([1000, 1001]);
  expect(rows.list.all.slice(-2).map(({ number, values, state }) => [number, values.organisation, state])).toEqual([
    [1000, 'B', 'READY'],
    [1001, '', 'NEEDS_FIXING'],
  ]);
  expect([rows.list.all.length, rows.counts!.total, rows.list.shown.length]).toEqual([1001, 1001, 1001]);
  expect(server.asked).toEqual([ADD, ...Array(2).fill('GET /api/batches/{id}/rows')]);
  expect(await rows.undo()).toBe('2 users added.');
  expect([rows.list.all.length, rows.counts!.removed]).toEqual([999, 2]);
});

test.each([LIMITS.addedRows + 1, 150, 1_000])(
  '%d users are added to a list that is there, in as many parts as the API takes',
  async (n) => {
    const told: number[] = [];
    const addition = new Addition(Array.from({ length: n }, (_, at) => person(100 + at)));
    await rows.add(addition, (done) => told.push(done));
    expect([addition.numbers.length, list.rows.length, rows.list.all.length]).toEqual([n, 5 + n, 5 + n]);
    expect([asked(ADD), told.at(-1)]).toEqual([Math.ceil(n / LIMITS.addedRows), n]);
    expect(await rows.undo()).toBe(`${n.toLocaleString('en-SG')} users added.`);
    expect(rows.list.all.length).toBe(5);
  },
);

test('rows of much text are split by their bytes as well', async () => {
  const addition = new Addition(
    Array.from({ length: 150 }, (_, at) => person(100 + at, { reason: '林'.repeat(8_000) })),
  );
  await rows.add(addition, () => {});
  expect([list.rows.length, asked(ADD)]).toEqual([155, 4]);
});

test('an addition that fails in the middle shows what was added, goes on, and adds nobody twice', async () => {
  // All alike, so that only a key of its own tells one part from another.
  const addition = new Addition(Array.from({ length: 300 }, () => ({ countryCode: '65', seed: 'No' })));
  const tell = (done: number) => void (done === LIMITS.addedRows && server.trouble('addRows', 'lost-answer'));
  await expect(rows.add(addition, tell)).rejects.toBeDefined();
  expect([addition.numbers.length, addition.left]).toEqual([LIMITS.addedRows, 300 - LIMITS.addedRows]);
  expect(rows.list.all.length).toBe(5 + LIMITS.addedRows * 2);
  await rows.add(addition, tell);
  expect([addition.numbers.length, addition.left, list.rows.length, rows.list.all.length]).toEqual([300, 0, 305, 305]);
  expect(await rows.undo()).toBe('300 users added.');
  expect([rows.list.all.length, rows.undoStack.last]).toEqual([5, undefined]);
});

test('a field of one person is cleared for all, also where a request does not get to all rows', async () => {
  await open(Array.from({ length: 350 }, () => 'A'));
  for (const { number } of list.rows) list.change(number, { username: number % 2 ? 'n/a' : '' });
  await rows.load();
  const numbers = rows.list.all.map(({ number }) => number);
  await rows.changeMany(numbers, 'username', '', () => {});
  expect(list.rows.filter(({ values }) => values.username)).toEqual([]);
  expect(await rows.undo()).toBe('TechPass username changed for 350 users.');
  expect(list.rows.filter(({ values }) => values.username).length).toBe(175);
});

test('a change that would take very many requests to undo is not undone, and says so before', async () => {
  await open(Array.from({ length: 120 }, () => 'A'));
  for (const { number } of list.rows) list.change(number, { username: `joiner${number}` });
  await rows.load();
  const numbers = rows.list.all.map(({ number }) => number);
  expect([rows.canUndoMany(numbers, 'username'), rows.canUndoMany(numbers, 'reason')]).toEqual([false, true]);
  const told: number[] = [];
  expect(await rows.changeMany(numbers, 'username', '', (done) => told.push(done))).toBe(
    'TechPass username changed for 120 users.',
  );
  expect([told, rows.undoStack.last]).toEqual([[100, 120], undefined]);
});

test('many are removed together, and brought back while they are few', async () => {
  rows.show('errors');
  const told: number[] = [];
  await rows.removeMany(
    rows.list.shown.map(({ number }) => number),
    (done) => told.push(done),
  );
  expect([told, rows.list.all.map(({ number }) => number), rows.counts!.removed, rows.isWhole]).toEqual([
    [2],
    [1, 3, 5],
    2,
    true,
  ]);
  expect(await rows.undo()).toBe('2 users removed.');
  expect(rows.list.all.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  await open(Array.from({ length: 700 }, () => 'A'));
  await rows.removeMany(
    rows.list.all.slice(100).map(({ number }) => number),
    (done) => told.push(done),
  );
  expect([told, rows.list.all.length, rows.undoStack.last]).toEqual([[2, 300, 600], 100, undefined]);
});

test('what cannot be undone now stays, to be tried again', async () => {
  const steps = new UndoStack();
  steps.add({ text: 'Done.', undo: () => Promise.reject(new Error('offline')) });
  await expect(steps.undo()).rejects.toThrow('offline');
  expect(steps.last?.text).toBe('Done.');
});

test('rows are grouped by what they said before', () => {
  const before = [
    { number: 1, text: 'A' },
    { number: 2, text: '' },
    { number: 3, text: 'A' },
  ];
  expect([...byText(before, ({ text }) => text)]).toEqual([
    ['A', [1, 3]],
    ['', [2]],
  ]);
});
