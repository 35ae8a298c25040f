import { expect, test } from 'vitest';
import { Pace } from '../../src/pages/batch/pace';
import { isFinished, leftOf, outcomeText, progressOf } from '../../src/pages/batch/progress';
import { untilText } from '../../src/pages/batch/progress-card';

const batch = (state: string, sent: number, ready: number, progress?: Record<string, number>) => ({
  id: 'bat_1',
  kind: 'account' as const,
  source: 'paste',
  state,
  notices: [],
  createdAt: '',
  updatedAt: '',
  traceId: '',
  counts: { total: 10, ready, needsFixing: 0, duplicate: 0, removed: 0, sent },
  ...(progress && { progress }),
});

test.each([
  ['just submitted', batch('SUBMITTED', 0, 10, {}), { total: 10, done: 0, isDone: false }],
  [
    'half submitted',
    batch('SUBMITTED', 6, 4, { QUEUED: 4, ACCOUNT_CREATED: 2 }),
    { total: 10, done: 2, isDone: false },
  ],
  [
    'a mail still on its way',
    batch('DISPATCHED', 10, 0, { MAILING: 1, ACCOUNT_CREATED: 8, FAILED: 1 }),
    { total: 10, done: 9, isDone: false },
  ],
  [
    'everybody worked on',
    batch('DISPATCHED', 10, 0, { ACCOUNT_CREATED: 9, FAILED: 1 }),
    { total: 10, done: 10, isDone: true },
  ],
  ['done', batch('DONE', 10, 0, { ONBOARDED: 9, FAILED: 1 }), { total: 10, done: 10, isDone: true }],
  ['a draft', batch('DRAFT', 0, 10), { total: 0, done: 0, isDone: false }],
])('%s', (_, given, wanted) => {
  expect(progressOf(given)).toMatchObject(wanted);
});

test.each([
  ['everybody is done', batch('DONE', 10, 0, { ONBOARDED: 9, REVOKED: 1 }), 'All 10 users done'],
  ['some need attention', batch('DONE', 10, 0, { ONBOARDED: 7, NEEDS_ATTENTION: 3 }), '7 users done, 3 need attention'],
  ['one needs it', batch('DISPATCHED', 10, 0, { ONBOARDED: 9, NEEDS_ATTENTION: 1 }), '9 users done, 1 needs attention'],
  ['some were not accepted in time', batch('DONE', 10, 0, { ONBOARDED: 8, EXPIRED: 2 }), '8 users done, 2 expired'],
  ['rows were fixed and not submitted', batch('DONE', 6, 4, { ONBOARDED: 6 }), '6 users done, 4 not submitted'],
  ['some failed', batch('DONE', 10, 0, { ONBOARDED: 9, FAILED: 1 }), '9 users done, 1 to fix'],
  ['some go on', batch('DONE', 10, 0, { ONBOARDED: 8, QUEUED: 1, MAILING: 1 }), '8 users done, 2 in progress'],
  ['invites were deleted since', batch('DONE', 10, 0, { ONBOARDED: 4, FAILED: 1 }), '9 users done, 1 to fix'],
])('what became of a batch says what is left: %s', (_, given, wanted) => {
  expect([outcomeText(given), isFinished(given)]).toEqual([wanted, wanted.startsWith('All')]);
});

test.each([
  ['a draft', batch('DRAFT', 0, 10), []],
  ['just submitted', batch('SUBMITTED', 0, 10, {}), []],
  ['still going on', batch('DISPATCHED', 6, 4, { QUEUED: 6 }), ['4 not submitted']],
])('%s is not finished, and nothing of what comes by itself is left to anybody', (_, given, wanted) => {
  expect([leftOf(given), isFinished(given)]).toEqual([wanted, false]);
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

// 3:40 pm in Singapore.
const now = Date.parse('2026-11-27T07:40:00Z');
const mailing = batch('DISPATCHED', 10, 0, { MAILING: 4, ACCOUNT_CREATED: 6 });
test.each([
  ['accounts are created', batch('DISPATCHED', 10, 0, { PROVISIONING: 10 }), 3600, 'Goes on until about 4:40 pm'],
  ['the pace is not known yet', mailing, undefined, 'Working out the time…'],
  ['mails go out', mailing, 3600, 'Mails go out until about 4:40 pm'],
  [
    'all mail is paused',
    { ...mailing, mailHold: { state: 'PAUSED' as const, until: '2026-11-27T07:55:00Z' } },
    60,
    'No mails go out until about 3:55 pm',
  ],
  ['all mail is stopped', { ...mailing, mailHold: { state: 'STOPPED' as const } }, 60, 'All mail is stopped'],
])('until when a batch goes on: %s', (_, given, secondsLeft, wanted) => {
  expect(untilText(given, secondsLeft, now).replaceAll(/\u202f|\u00a0/g, ' ')).toBe(wanted);
});
