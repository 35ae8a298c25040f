import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Resend } from '../../src/pages/batch/retry-timer';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what gets no answer is sent again after growing pauses, and then no more by itself', () => {
  const sent: number[] = [];
  const start = Date.now();
  const resend = new Resend(() => {
    sent.push(Date.now() - start);
    resend.plan();
  });
  resend.plan();
  vi.advanceTimersByTime(600_000);
  expect([sent, resend.isPlanned]).toEqual([[5_000, 20_000, 65_000], false]);
  resend.plan();
  expect(resend.isPlanned).toBe(false);
});

test('two failures in a row plan one time, and what is saved plans none', () => {
  const send = vi.fn();
  const resend = new Resend(send);
  resend.plan();
  resend.plan();
  vi.advanceTimersByTime(5_000);
  expect(send).toHaveBeenCalledTimes(1);
  resend.plan();
  resend.end();
  vi.advanceTimersByTime(600_000);
  expect([send.mock.calls.length, resend.isPlanned]).toEqual([1, false]);
  resend.plan();
  vi.advanceTimersByTime(5_000);
  expect(send, 'the next failure starts from the first pause').toHaveBeenCalledTimes(2);
});
