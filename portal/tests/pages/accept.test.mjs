import { afterEach, expect, test } from 'vitest';
import { findings, lostFocus, overflow } from '../e2e/browser.mjs';
import { problem } from '../fake/server';
import { stage } from './page.mjs';

const TOKEN = '1f274b3817a99724437b1e123ce9f225eb122781ddebcc6157055c3a0b6c0e4c';
const VIEW = {
  state: 'invited',
  invitedBy: 'ada@example-agency.gov.sg',
  email: 'bo@example-agency.gov.sg',
  expiresAt: '2026-12-27T15:59:59Z',
  traceId: '1-67891233-abcdef012345678912345678',
};

let open;
afterEach(() => open.done());

/** The invitee's page with what is behind `accept` in its address; `tokens` is what the service was asked for. */
const start = async (end, options) => {
  open = await stage(options);
  const tokens = [];
  open.server.on('viewInvitation', ({ body }) => {
    tokens.push(body.token);
    return body.token === TOKEN ? { status: 200, body: VIEW } : problem('invitation-not-valid');
  });
  await open.page.goto(`${open.url}accept${end}`);
  return { ...open, tokens, field: open.page.getByLabel('Link or code from the mail') };
};

test.each(['', '#', '#%20', '?utm_source=mail'])(
  'a link with the end “%s” says that it lost it, and asks nobody',
  async (end) => {
    const { page, tokens } = await start(end);
    await page.getByRole('heading', { name: 'This link lost its end on the way' }).waitFor();
    expect(await page.title()).toBe('This link lost its end on the way - Invite users');
    expect(tokens).toEqual([]);
  },
);

test.each([
  ['the whole link', `https://portal.example.com/v1/accept#${TOKEN}`],
  ['the code', TOKEN],
])('%s of the mail opens the invitation, by keyboard', async (_, text) => {
  const { page, tokens, field } = await start('');
  await field.fill('https://portal.example.com/v1/accept');
  await field.press('Enter');
  await page.locator('#code-error').getByText('There is no code in this.').waitFor();
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  await field.fill(text);
  await field.press('Enter');
  await page.getByRole('heading', { name: 'You are invited to TechPass' }).waitFor();
  await expect.poll(() => lostFocus(page)).toEqual([]);
  expect(tokens).toEqual([TOKEN]);
  await page.reload();
  await page.getByRole('heading', { name: 'You are invited to TechPass' }).waitFor();
});

test('a code of no invitation says so, and has the focus', async () => {
  const { page, field } = await start('');
  await field.fill('0'.repeat(64));
  await page.getByRole('button', { name: 'Open the invitation' }).click();
  const title = page.getByRole('heading', { name: 'This link is not valid' });
  await title.waitFor();
  await expect.poll(() => title.evaluate((heading) => document.activeElement === heading)).toBe(true);
});

test.each([1280, 320])('at %i px the field for the link is accessible, and not wider than the page', async (width) => {
  const { page, field } = await start('', { width });
  await field.waitFor();
  expect([...(await findings(page)), ...(await overflow(page))]).toEqual([]);
  await page.getByRole('button', { name: 'Open the invitation' }).click();
  await page.locator('#code-error').waitFor();
  expect([...(await findings(page)), ...(await overflow(page))]).toEqual([]);
});

test.each([1280, 320])('at %i px a link that does not work any more is replaced, by keyboard', async (width) => {
  const old = '0'.repeat(64);
  const { page, server, tokens } = await start(`#${old}`, { width });
  const asked = [];
  server.on('requestNewLink', ({ body }) => {
    asked.push(body.token);
    return asked.length === 1 ? problem('unavailable') : { status: 204 };
  });
  await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();
  expect(tokens).toEqual([old]);
  const button = page.getByRole('button', { name: 'Mail me a new link' });
  await button.press('Enter');
  await page.getByText('The service is not available').waitFor();
  await button.press('Enter');
  await page.getByText('a new link is on its way to the mailbox that the old one was sent to').waitFor();
  expect(asked).toEqual([old, old]);
  expect([...(await findings(page)), ...(await overflow(page)), ...(await lostFocus(page))]).toEqual([]);
});
