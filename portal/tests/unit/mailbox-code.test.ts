import { expect, test } from 'vitest';
import {
  againLabel,
  codeFault,
  codeNews,
  codeOf,
  codeReason,
  digitsOf,
  isOut,
  type MailboxCode,
  nextCodeText,
  pauseOf,
  pauseText,
  returnedText,
} from '../../src/pages/accept/mailbox-code';

const EMAIL = 't***@agency.gov.sg';
// 5:24:02 pm in Singapore.
const NOW = Date.parse('2026-11-23T09:24:02.123Z');
const in_ = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
const code = (state: MailboxCode['state'], wait = 0, valid?: number): MailboxCode => ({
  state,
  availableFrom: in_(wait),
  ...(valid !== undefined && { validUntil: in_(valid) }),
});
/** As browsers of all ages write times: some put a narrow blank before am and pm. */
const plain = (text: string | undefined): string | undefined => text?.replaceAll('\u202f', ' ');

test('the page says why it asks for a code, and where it goes', () => {
  expect(codeReason(EMAIL)).toBe(
    'A mail with a link may have been forwarded, or sent to a wrong address. So we mail a code to ' +
      't***@agency.gov.sg: it shows that this mailbox is yours.',
  );
});

test('a code that was mailed, or is on its way, works until a time', () => {
  expect(plain(codeNews(code('sent', 60, 1800), EMAIL))).toBe(
    'We have mailed six digits to t***@agency.gov.sg. It can take a few minutes; look in the junk folder too. ' +
      'They work until 5:54 pm.',
  );
  expect(codeNews(code('requested', 60, 1800), EMAIL)).toMatch(
    /^We are mailing six digits to t\*\*\*@agency\.gov\.sg\./,
  );
  expect(codeNews(code('sent'), EMAIL)).toMatch(/junk folder too\.$/);
});

test('a code that does not work any more is asked for again', () => {
  expect(codeNews(code('available'), EMAIL)).toBe(
    'The code that we mailed does not work any more. Have another one mailed.',
  );
});

test('a mail that came back leads to the person who can correct the address', () => {
  expect(returnedText(EMAIL, 'ada@agency.gov.sg')).toMatch(/t\*\*\*@agency\.gov\.sg .* Ask ada@agency\.gov\.sg,/);
});

test('an invitation that says nothing of a code can have one at once', () => {
  const none = codeOf({ state: 'invited', invitedBy: '', email: '', traceId: '', mailboxCode: null });
  expect([none.state, isOut(none), pauseOf(none, NOW)]).toEqual(['available', false, 0]);
  expect(pauseText(none, NOW)).toBeUndefined();
  expect(nextCodeText(none, NOW)).toBe('');
});

test.each<[MailboxCode['state'], boolean]>([
  ['available', false],
  ['requested', true],
  ['sent', true],
  ['not-delivered', false],
])('whether more may be reported of a code that is %s: %s', (state, expected) => {
  expect(isOut(code(state))).toBe(expected);
});

test.each([
  ['a moment ago', -1, undefined],
  ['now', 0, undefined],
  ['in a part of a minute, which is said as the next minute', 30, 'Another code can be mailed from 5:25 pm.'],
  ['today', 3600, 'Another code can be mailed from 6:25 pm.'],
  ['tomorrow', 86_400, 'Another code can be mailed from 24 Nov 2026, 5:25 pm.'],
])('another code from %s', (_, wait, text) => {
  expect(plain(pauseText(code('sent', wait), NOW))).toBe(text);
  expect(pauseOf(code('sent', wait), NOW)).toBe(Math.max(0, wait * 1000));
});

test('a code is mailed again while it can be typed, and another one after that', () => {
  expect(nextCodeText(code('sent', 0, 1800), NOW)).toBe('No mail after a few minutes? Have the code mailed again.');
  expect(plain(nextCodeText(code('sent', 60, 1800), NOW))).toBe('The code can be mailed again from 5:26 pm.');
  expect(plain(nextCodeText(code('available', 60), NOW))).toBe('Another code can be mailed from 5:26 pm.');
  expect([againLabel(code('sent', 0, 1800)), againLabel(code('not-delivered', 0, 1800))]).toEqual([
    'Mail the code again',
    'Mail the code again',
  ]);
  expect(againLabel(code('available'))).toBe('Mail another code');
});

test('a code whose mail came back can be typed all the same', () => {
  expect(codeNews(code('not-delivered', 0, 1800), EMAIL)).toBe(
    'If the code has reached you all the same, enter it here.',
  );
});

test.each([
  '123456',
  '123 456',
  ' 123 456\n',
  '123-456',
  '123\u2013456',
  '1 2 3 4 5 6',
  '123\u00a0456',
  '１２３４５６',
  '\u202a123\u200b456\u202c',
])('the code “%s” has six digits', (text) => {
  expect(digitsOf(text)).toBe('123456');
  expect(codeFault(text)).toBeUndefined();
});

test.each([
  ['', 'Enter the six digits from the mail.'],
  [' - ', 'Enter the six digits from the mail.'],
  ['12345', 'A code has six digits, such as 123 456.'],
  ['1234567', 'A code has six digits, such as 123 456.'],
  ['12345a', 'A code has six digits, such as 123 456.'],
])('“%s” is no code: %s', (text, fault) => {
  expect(codeFault(text)).toBe(fault);
});
