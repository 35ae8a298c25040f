import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RetryTimer } from '../../src/pages/batch/retry-timer';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what gets no answer is sent again after growing pauses, and then no more by itself', () => {
  const sent: number[] = [];
  const start = Date.now();
  const timer = new RetryTimer(() => {
    sent.push(Date.now() - start);
    timer.plan();
  });
  timer.plan();
  vi.advanceTimersByTime(600_000);
  expect([sent, timer.isPlanned]).toEqual([[5_000, 20_000, 65_000], false]);
  timer.plan();
  expect(timer.isPlanned).toBe(false);
});

test('two failures in a row plan one time, and what is saved plans none', () => {
  const send = vi.fn();
  const timer = new RetryTimer(send);
  timer.plan();
  timer.plan();
  vi.advanceTimersByTime(5_000);
  expect(send).toHaveBeenCalledTimes(1);
  timer.plan();
  timer.reset();
  vi.advanceTimersByTime(600_000);
  expect([send.mock.calls.length, timer.isPlanned]).toEqual([1, false]);
  timer.plan();
  vi.advanceTimersByTime(5_000);
  expect(send, 'the next failure starts from the first pause').toHaveBeenCalledTimes(2);
});
