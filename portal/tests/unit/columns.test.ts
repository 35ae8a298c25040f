import { beforeEach, expect, test, vi } from 'vitest';
import { type Column, judge, letterOf, type Title, untitledName } from '../../src/pages/batch/intake/columns';

vi.stubGlobal('location', { href: 'http://portal.test/v1/' });
vi.mock('../../src/app/officer', () => ({ officer: { id: 'ada' } }));
const { forget, remember, remembered } = await import('../../src/pages/batch/intake/memory');

const titles: Title[] = [
  { column: 2, title: 'Work contact' },
  { column: 3, title: 'First Name', field: 'firstName' },
  { column: 4, title: 'Surname', field: 'lastName' },
  { column: 5, title: 'HP' },
  { column: 6, title: 'Agency', field: 'organisation' },
  { column: 7, title: 'Reason', field: 'reason' },
  { column: 30, title: 'Desk' },
];
const taken = (): Column[] =>
  titles.map(({ column, title, field }) => ({ column, title, field: (field ?? null) as Column['field'] }));
const saying = (said: Record<number, Column['field']>) =>
  taken().map((each) => (each.column in said ? { ...each, field: said[each.column]! } : each));

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
    removeItem: (name: string) => kept.delete(name),
  });
});

test('what is missing is asked for, and what is there twice', () => {
  expect(judge(taken()).missing).toEqual(['email', 'contactNumber']);
  expect(judge(saying({ 2: 'email', 5: 'contactNumber' }))).toEqual({ missing: [], twice: new Set() });
  expect([...judge(saying({ 2: 'firstName' })).twice]).toEqual(['firstName']);
});

test.each<[string, Record<number, Column['field']>, string[]]>([
  ['a first name', { 4: null }, []],
  ['a last name', { 3: null }, []],
  ['a whole name', { 3: 'fullName', 4: null }, []],
  ['no name at all', { 3: null, 4: null }, ['firstName', 'lastName']],
])('of the names, %s is enough or asked for', (_, said, missing) => {
  expect(judge(saying({ 2: 'email', 5: 'contactNumber', ...said })).missing).toEqual(missing);
});

test('what was said of an unknown title is remembered, also that it is left out, and nothing else', () => {
  remember(saying({ 2: 'email', 5: 'contactNumber', 6: null, 7: 'department' }), titles);
  expect(remembered()).toEqual([
    { column: 2, title: 'Work contact', field: 'email' },
    { column: 5, title: 'HP', field: 'contactNumber' },
    { column: 30, title: 'Desk', field: null },
  ]);
});

test('what is left out is remembered of many titles, until one of them is said to hold something', () => {
  const asked = ['Desk', 'Grade', 'Remarks'].map((title, at) => ({ column: at + 1, title }));
  remember(
    asked.map((each) => ({ ...each, field: null })),
    asked,
  );
  remember([{ column: 9, title: 'Grade', field: 'department' }], [{ column: 9, title: 'Grade' }]);
  expect(remembered().map(({ title, field }) => [title, field])).toEqual([
    ['Grade', 'department'],
    ['Desk', null],
    ['Remarks', null],
  ]);
});

test('what is remembered is changed by another answer, although the reader read the title by it', () => {
  remember(saying({ 5: 'contactNumber' }), titles);
  const read = [{ column: 5, title: 'HP', field: 'contactNumber' }];
  remember([{ column: 5, title: 'HP', field: null }], read);
  expect(remembered().find(({ title }) => title === 'HP')?.field).toBeNull();
});

test('at most 64 titles are remembered, the newest first, and none that the API does not take', () => {
  for (let file = 0; file < 3; file += 1) {
    const asked = Array.from({ length: 30 }, (_, at) => ({ column: at + 1, title: `Title ${file}-${at}` }));
    remember(
      asked.map((each) => ({ ...each, field: null })),
      asked,
    );
  }
  const kept = remembered().map(({ title }) => title);
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([64, 'Title 2-0', 'Title 0-3']);
  const long = { column: 1, title: 'T'.repeat(101) };
  remember([{ ...long, field: 'email' }], [long]);
  expect(remembered().map(({ title }) => title)).toEqual(kept);
});

test.each([[[1, 2, 3]], [[1, 3, 28]], [[2]]])('a list without titles, of columns %j, is not remembered', (columns) => {
  const asked = columns.map((column) => ({ column, title: untitledName(column) }));
  remember(
    asked.map((each) => ({ ...each, field: 'email' as const })),
    asked,
  );
  expect(remembered()).toEqual([]);
});

test('a field is remembered of one title only, the latest', () => {
  remember(saying({ 5: 'contactNumber' }), titles);
  remember([{ column: 1, title: 'Handphone', field: 'contactNumber' }], [{ column: 1, title: 'Handphone' }]);
  expect(remembered().map(({ title }) => title)).toEqual(['Handphone', 'Work contact', 'Desk']);
  forget();
  expect(remembered()).toEqual([]);
});

test('columns that only their place tells apart, and people in place of titles, are not remembered', () => {
  remember(
    [
      { column: 1, title: 'Contact', field: 'email' },
      { column: 2, title: 'Contact', field: 'contactNumber' },
    ],
    [
      { column: 1, title: 'Contact' },
      { column: 2, title: 'Contact' },
    ],
  );
  remember(
    [
      { column: 1, title: 'tan@agency.gov.sg', field: 'email' },
      { column: 2, title: 'Tan', field: 'lastName' },
    ],
    [
      { column: 1, title: 'tan@agency.gov.sg' },
      { column: 2, title: 'Tan' },
    ],
  );
  expect(remembered()).toEqual([]);
});

test('columns are named as spreadsheets name them', () => {
  expect([1, 26, 27, 52, 703].map(letterOf)).toEqual(['A', 'Z', 'AA', 'AZ', 'AAA']);
});
