import { expect, test } from 'vitest';
import { Pace, progressOf } from '../../src/pages/batch-progress';

const batch = (state: string, sent: number, ready: number, progress?: Record<string, number>) => ({
  id: 'bat_1', source: 'paste', state, notices: [], createdAt: '', updatedAt: '', traceId: '',
  counts: { total: 10, ready, needsFixing: 0, duplicate: 0, removed: 0, sent }, ...(progress && { progress }),
});

test.each([
  ['just submitted', batch('SUBMITTED', 0, 10, {}), { total: 10, done: 0, isDone: false }],
  ['half handed on', batch('SUBMITTED', 6, 4, { QUEUED: 4, ACCOUNT_CREATED: 2 }), { total: 10, done: 2, isDone: false }],
  ['a mail still on its way', batch('DISPATCHED', 10, 0, { MAILING: 1, ACCOUNT_CREATED: 8, FAILED: 1 }), { total: 10, done: 9, isDone: false }],
  ['everybody worked on', batch('DISPATCHED', 10, 0, { ACCOUNT_CREATED: 9, FAILED: 1 }), { total: 10, done: 10, isDone: true }],
  ['done', batch('DONE', 10, 0, { ONBOARDED: 9, FAILED: 1 }), { total: 10, done: 10, isDone: true }],
  ['a draft', batch('DRAFT', 0, 10), { total: 0, done: 0, isDone: false }],
])('%s', (_, given, wanted) => {
  expect(progressOf(given)).toMatchObject(wanted);
});

test('the time left follows the pace that was seen', () => {
  const pace = new Pace();
  expect(pace.left(100, 0)).toBeUndefined();
  pace.add(0, 0);
  expect(pace.left(100, 1_000)).toBeUndefined();
  pace.add(20, 10_000);
  expect(pace.left(100, 10_000)).toBe(40);
  expect(pace.left(100, 15_000)).toBe(35);
  expect(pace.left(20, 10_000)).toBe(0);
});
