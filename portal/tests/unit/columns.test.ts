import { beforeEach, expect, test, vi } from 'vitest';
import type { Column } from '../../src/pages/batch/intake/columns';

vi.stubGlobal('location', { href: 'http://portal.test/v1/' });
vi.mock('../../src/app/officer', () => ({ officer: { id: 'ada' } }));
const { forget, guessOf, judge, letterOf, remember, remembered } = await import('../../src/pages/batch/intake/columns');

const titles = [
  { column: 2, title: 'Work contact' },
  { column: 3, title: 'First Name', field: 'firstName' },
  { column: 4, title: 'Surname', field: 'lastName' },
  { column: 5, title: 'HP' },
  { column: 6, title: 'Agency', field: 'organisation' },
  { column: 7, title: 'Reason', field: 'reason' },
  { column: 30, title: 'Desk' },
];
const saying = (said: Record<number, Column['field']>) =>
  guessOf(titles).map((each) => (each.column in said ? { ...each, field: said[each.column]! } : each));

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
    removeItem: (name: string) => kept.delete(name),
  });
});

test('what the reader took a title for is the guess; what is missing is asked for', () => {
  expect(guessOf(titles).map(({ field }) => field)).toEqual([
    null,
    'firstName',
    'lastName',
    null,
    'organisation',
    'reason',
    null,
  ]);
  expect(judge(guessOf(titles)).missing).toEqual(['email', 'contactNumber']);
  expect(judge(saying({ 2: 'email', 5: 'contactNumber' }))).toEqual({ missing: [], twice: new Set() });
  expect([...judge(saying({ 2: 'firstName' })).twice]).toEqual(['firstName']);
});

test('what was said of an unknown title is remembered, and nothing else', () => {
  remember(saying({ 2: 'email', 5: 'contactNumber', 6: null, 7: 'department' }), titles);
  expect(remembered()).toEqual([
    { column: 2, title: 'Work contact', field: 'email' },
    { column: 5, title: 'HP', field: 'contactNumber' },
  ]);
});

test('a field is remembered of one title only, the latest', () => {
  remember(saying({ 5: 'contactNumber' }), titles);
  remember([{ column: 1, title: 'Handphone', field: 'contactNumber' }], [{ column: 1, title: 'Handphone' }]);
  expect(remembered().map(({ title }) => title)).toEqual(['Handphone']);
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
