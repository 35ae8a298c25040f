import { expect, test } from 'vitest';
import { scrollFor, windowOf } from '../../src/pages/batch/grid/window';

test.each([
  // total, scrollTop, first, end
  [10_000, 0, 0, 17],
  [10_000, 52 * 5_000, 4_994, 5_017],
  [10_000, 52 * 10_000, 9_983, 10_000],
  [3, 0, 0, 3],
  [0, 400, 0, 0],
])('of %d rows scrolled to %d px, rows %d to %d are there', (total, scrollTop, first, end) => {
  expect(windowOf(total, 52, scrollTop, 520)).toEqual({ first, end });
});

test('what is seen is always there, wherever one scrolls', () => {
  for (let scrollTop = 0; scrollTop <= 52 * 1_000 - 500; scrollTop += 37) {
    const { first, end } = windowOf(1_000, 52, scrollTop, 500);
    expect(first * 52).toBeLessThanOrEqual(scrollTop);
    expect(end * 52).toBeGreaterThanOrEqual(Math.min(scrollTop + 500, 52_000));
    expect(end - first).toBeLessThan(30);
  }
});

test('scrolling goes no further than it must', () => {
  expect(scrollFor(10, 50, 40, 0, 340)).toBe(250);
  expect(scrollFor(3, 50, 40, 0, 340)).toBe(0);
  expect(scrollFor(2, 50, 40, 400, 340)).toBe(100);
});
