import { expect, test } from 'vitest';
import { passwordNews } from '../../src/pages/accept/first-password';

const availableFrom = '2026-11-23T05:24:02.123Z';
const news = (state: Parameters<typeof passwordNews>[0]['state'], waitingUntil?: string): string =>
  passwordNews({ state, availableFrom, ...(waitingUntil && { waitingUntil }) }, 't***@agency.gov.sg');

test('a password that can leave is on its way', () => {
  for (const state of ['requested', 'sent'] as const)
    expect(news(state)).toBe(
      'A temporary password is on its way to t***@agency.gov.sg. Look into the junk folder too.',
    );
});

test('a password that waits for room in its mailbox is not on its way, and the page says from when it is', () => {
  const text = news('held', '2026-11-24T01:05:00.000Z');
  expect(text).toMatch(
    new RegExp(
      '^Your temporary password waits\\. It leaves at about 24 Nov 2026, 9:05.am, ' +
        'since your mailbox has had three mails from us today\\.$',
    ),
  );
});

test('a password that waits while mail is stopped has no time, because nobody knows one', () => {
  expect(news('held')).toBe(
    'Your temporary password waits, since we send no mail at the moment. ' +
      'It goes to t***@agency.gov.sg as soon as we do again.',
  );
});

test('a password of which nobody knows is asked for again', () => {
  expect(news('unknown')).toMatch(/^We do not know .* ask for another one\.$/);
});
