import { expect, test } from 'vitest';
import { tokenIn } from '../../src/pages/accept/token';

const TOKEN = '1f274b3817a99724437b1e123ce9f225eb122781ddebcc6157055c3a0b6c0e4c';
const LINK = `https://portal.example.com/v1/accept#${TOKEN}`;

test.each<[string, string]>([
  ['the link', LINK],
  ['its part from the # on', `#${TOKEN}`],
  ['the code alone', TOKEN],
  ['the code with spaces around', `  ${TOKEN}\n`],
  ['the code in capitals', TOKEN.toUpperCase()],
  ['the link in angle brackets', `<${LINK}>`],
  ['the link with a period behind it', `${LINK}.`],
  ['a link in two lines', `${LINK.slice(0, 60)}\n${LINK.slice(60)}`],
  ['a link that is broken by =', `${LINK.slice(0, 76)}=\r\n${LINK.slice(76)}`],
  ['a code in groups', TOKEN.replace(/.{8}/g, '$& ')],
  ['a link that a security check wrote', `https://check.example.com/?url=${encodeURIComponent(LINK)}&data=abc123`],
  ['the text of the mail', `The invitation can be accepted before 23-11-2025:\n\n${LINK}\n\nA button is on the page.`],
])('the token is found in %s', (_, text) => {
  expect(tokenIn(text)).toBe(TOKEN);
});

test.each<[string, string]>([
  ['nothing', ''],
  ['a link without its end', 'https://portal.example.com/v1/accept'],
  ['a link with a part of its end', LINK.slice(0, -1)],
  ['a code that is too long', `${TOKEN}0`],
  ['a code with another letter', `#${TOKEN.slice(1)}g`],
  ['a digest of something else', `https://portal.example.com/v1/accept?x=${TOKEN}`],
])('there is no token in %s', (_, text) => {
  expect(tokenIn(text)).toBeUndefined();
});
