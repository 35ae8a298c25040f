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

const MAILED = 'It can take a few minutes; look in the junk folder too. They work until ';
const ahead = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
/** A code as the view shows it: another one can be asked for after `wait` seconds. */
const code = (state, wait = 60) => ({
  state,
  availableFrom: ahead(wait),
  ...(state !== 'available' && { validUntil: ahead(1_800) }),
});
const wrong = (name, detail) =>
  problem('validation', { errors: [{ pointer: '/mailboxCode', code: `mailbox-code.${name}`, detail }] });

/** The page of an invitation with a code in this state, and a service that mails one. */
async function invited(mailboxCode = code('available', 0), options = {}) {
  const visit = await start('', options);
  const { page, server, url } = visit;
  const service = { code: mailboxCode, accepted: [] };
  const view = () => ({ status: 200, body: { ...VIEW, mailboxCode: service.code } });
  server.on('viewInvitation', view).on('requestMailboxCode', () => {
    service.code = code('requested');
    return { ...view(), status: 202 };
  });
  server.on('acceptInvitation', ({ body }) => {
    service.accepted.push(body);
    return { status: 202, body: { ...VIEW, state: 'accepted' } };
  });
  await page.goto(`${url}accept#${TOKEN}`);
  const button = (name) => page.getByRole('button', { name, exact: true });
  await page.getByLabel('First name').waitFor();
  const typed = () =>
    Promise.all(['First name', 'Contact number', 'Organisation'].map((name) => page.getByLabel(name).inputValue()));
  const asks = () => server.asked.filter((each) => each === 'POST /api/invitations/mailbox-code').length;
  return { ...visit, service, button, typed, asks, digits: page.getByLabel('Confirmation code') };
}

async function fillIn(page) {
  await page.getByLabel('First name').fill('Mei Ling');
  await page.getByLabel('Contact number').fill('91234567');
  await page.getByLabel('Organisation').fill('Example Agency');
}
const DETAILS = ['Mei Ling', '91234567', 'Example Agency'];

/** Fills in the details and has a code mailed. */
async function withCode(options) {
  const visit = await invited(undefined, options);
  await fillIn(visit.page);
  await visit.button('Mail me a code').click();
  await visit.digits.waitFor();
  return visit;
}

const isFocused = (locator) =>
  expect.poll(() => locator.evaluate((each) => document.activeElement === each)).toBe(true);

test('a code is asked for once the details are good, and the page says why and where it goes', async () => {
  const { page, button, asks, digits } = await invited();
  await page.getByText('So we mail a code to bo@example-agency.gov.sg: it shows that this mailbox is yours.').waitFor();
  await button('Mail me a code').click();
  await page.getByRole('heading', { name: '3 fields need fixing' }).waitFor();
  expect([asks(), await digits.count()]).toEqual([0, 0]);
  await fillIn(page);
  await button('Mail me a code').press('Enter');
  await page.getByText(`We are mailing six digits to bo@example-agency.gov.sg. ${MAILED}`).waitFor();
  await isFocused(digits);
  expect(asks()).toBe(1);
  expect(await digits.evaluate(({ inputMode, autocomplete }) => [inputMode, autocomplete])).toEqual([
    'numeric',
    'one-time-code',
  ]);
  expect(await digits.getAttribute('aria-invalid')).toBeNull();
  await page.locator('#live').getByText('We are mailing six digits').waitFor({ state: 'attached' });
});

test('the details can be changed until the code is typed, and both are sent together', async () => {
  const { page, service, typed, digits } = await withCode();
  expect(await typed()).toEqual(DETAILS);
  await page.getByLabel('Organisation').fill('Sample Board');
  await digits.press('Enter');
  await page.locator('#mailboxCode-error').getByText('Enter the six digits from the mail.').waitFor();
  await digits.fill('123 45');
  await digits.press('Enter');
  await page.locator('#mailboxCode-error').getByText('A code has six digits, such as 123 456.').waitFor();
  expect(service.accepted).toEqual([]);
  await digits.fill('123 456');
  await digits.press('Enter');
  const title = page.getByRole('heading', { name: 'Your account is being created' });
  await title.waitFor();
  await isFocused(title);
  expect(service.accepted).toEqual([
    {
      token: TOKEN,
      firstName: 'Mei Ling',
      lastName: '',
      countryCode: '65',
      contactNumber: '91234567',
      organisation: 'Sample Board',
      department: '',
      mailboxCode: '123456',
    },
  ]);
});

test.each(['requested', 'sent'])(
  'a page that is loaded again while a code is %s asks for it at once',
  async (state) => {
    const { page, button, digits } = await invited(code(state));
    await page.getByText(`${state === 'sent' ? 'We have mailed' : 'We are mailing'} six digits`).waitFor();
    expect([await digits.count(), await button('Mail me a code').count()]).toEqual([1, 0]);
    await button('Accept the invitation').waitFor();
  },
);

test.each([
  ['wrong', 'This is not the code that was mailed. You can try 4 more times.'],
  ['expired', 'This code has expired. Have another one mailed.'],
  ['used-up', 'Too many wrong codes were typed. Have another one mailed.'],
])('a code that is %s says so at its field, and the details stay', async (name, detail) => {
  const { page, server, service, button, typed, digits } = await withCode();
  server.on('acceptInvitation', () => {
    service.code = code(name === 'wrong' ? 'sent' : 'available', 0);
    return wrong(name, detail);
  });
  await digits.fill('654321');
  await button('Accept the invitation').click();
  await page.getByRole('button', { name: `Confirmation code: ${detail}` }).click();
  await isFocused(digits);
  expect(await page.locator('#mailboxCode-error').textContent()).toBe(detail);
  expect([...(await typed()), await digits.inputValue()]).toEqual([...DETAILS, '654321']);
  if (name !== 'wrong') await page.getByText('The code that we mailed does not work any more.').first().waitFor();
  expect([...(await findings(page)), ...(await overflow(page)), ...(await lostFocus(page))]).toEqual([]);
  await button(name === 'wrong' ? 'Mail the code again' : 'Mail another code').click();
  await page.locator('#mailboxCode-error').waitFor({ state: 'detached' });
  await isFocused(digits);
  expect([...(await typed()), await digits.inputValue()]).toEqual([...DETAILS, '']);
});

test('the code can be mailed again from a time on', async () => {
  const { page, button, asks, digits } = await invited();
  await page.clock.install();
  await fillIn(page);
  await button('Mail me a code').click();
  const another = button('Mail the code again');
  await page.getByText(/^The code can be mailed again from [^.]*\.$/).waitFor();
  expect(await another.getAttribute('aria-disabled')).toBe('true');
  await another.press('Enter');
  expect(asks()).toBe(1);
  await digits.fill('123');
  await page.clock.fastForward(61_000);
  await page.getByText('No mail after a few minutes? Have the code mailed again.').waitFor();
  expect(await another.getAttribute('aria-disabled')).toBe('false');
  await another.press('Enter');
  await expect.poll(asks).toBe(2);
  await isFocused(digits);
  expect(await digits.inputValue()).toBe('');
});

test('somebody who can have no code for long is told who can help', async () => {
  const { page, button } = await invited({ ...code('available', 24 * 3600), validUntil: undefined });
  await page.getByText('No code arrives? Your inviter can revoke this invitation and invite you again.').waitFor();
  await page.getByRole('link', { name: 'Ask ada@example-agency.gov.sg' }).waitFor();
  await button('Mail me a code').waitFor();
  expect([...(await findings(page)), ...(await overflow(page))]).toEqual([]);
});

test('a code whose mail comes back says so by itself, and who can help; it can still be typed', async () => {
  const { page, service, button, typed, digits } = await withCode();
  await digits.fill('12');
  service.code = code('not-delivered', 0);
  const notice = page.getByRole('alert');
  await notice.getByRole('heading', { name: 'The mail with your code came back' }).waitFor();
  await page.getByText('If the code has reached you all the same, enter it here.').waitFor();
  expect(await digits.inputValue()).toBe('12');
  const mail = await notice.getByRole('link', { name: 'Ask ada@example-agency.gov.sg' }).getAttribute('href');
  expect(mail).toMatch(/^mailto:ada@example-agency\.gov\.sg\?/);
  expect([...(await findings(page)), ...(await overflow(page))]).toEqual([]);
  await button('Mail the code again').click();
  await isFocused(digits);
  expect(await typed()).toEqual(DETAILS);
  expect(await notice.count()).toBe(0);
});

test.each([
  ['the mail system gives this address back', problem('state-conflict', { detail: 'Mail to it came back.' })],
  ['it is too soon', problem('too-many-requests', { detail: 'Another code can be mailed in 40 seconds.' })],
  ['all mail is stopped', problem('unavailable', { detail: 'No mail is sent at the moment.' })],
])('%s: no code is mailed, the page says why, and all that was typed stays', async (_, refusal) => {
  const { page, server, button, typed, digits } = await invited();
  await fillIn(page);
  server.trouble('requestMailboxCode', refusal, 2);
  await button('Mail me a code').click();
  const notice = page.getByRole('alert');
  await notice.getByText(`What you typed is still here. ${refusal.problem.detail}`).waitFor();
  await isFocused(notice);
  expect([...(await typed()), await digits.count()]).toEqual([...DETAILS, 0]);
  await button('Mail me a code').click();
  await expect.poll(() => server.asked.filter((each) => each.endsWith('/mailbox-code')).length).toBe(2);
  await notice.waitFor();
  await button('Mail me a code').click();
  await isFocused(digits);
  expect(await notice.count()).toBe(0);
});

test('without a connection no code is asked for, and all that was typed stays', async () => {
  const { page, context, button, typed, digits } = await invited();
  await fillIn(page);
  await context.setOffline(true);
  await button('Mail me a code').click();
  await page.getByRole('heading', { name: 'There was no connection.' }).waitFor();
  expect(await typed()).toEqual(DETAILS);
  await context.setOffline(false);
  await button('Mail me a code').click();
  await isFocused(digits);
});

test('a code whose answer was lost is asked for at its field', async () => {
  const { page, typed, digits } = await invited();
  await fillIn(page);
  await page.route('**/mailbox-code', async (route) => {
    await route.fetch();
    await route.abort('timedout');
  });
  await page.getByLabel('First name').press('Control+Enter');
  await page.getByRole('heading', { name: 'No answer came.' }).waitFor();
  await digits.waitFor();
  expect(await typed()).toEqual(DETAILS);
  expect(await digits.getAttribute('aria-invalid')).toBeNull();
});

test.each([1280, 320])('at %i px each step is accessible, and not wider than the page', async (width) => {
  const { page, service, button } = await invited(undefined, { width });
  const look = async () => expect([...(await findings(page)), ...(await overflow(page))]).toEqual([]);
  await look();
  await fillIn(page);
  await button('Mail me a code').click();
  await button('Accept the invitation').click();
  await page.locator('#mailboxCode-error').waitFor();
  await look();
  service.code = code('not-delivered');
  await page.getByRole('heading', { name: 'The mail with your code came back' }).waitFor();
  await look();
});
