import { afterEach, expect, test } from 'vitest';
import { findings, lostFocus, overflow } from '../e2e/browser.mjs';
import { FakeList } from '../fake/list';
import { stage } from './page.mjs';

const ADDRESSES = Array.from({ length: 51 }, (_, at) => `joiner-${at + 1}@example-agency.gov.sg`);

let open;
afterEach(() => open.done());

const start = async (route, options) => {
  open = await stage(options);
  const list = new FakeList([]).on(open.server);
  open.server.on('showDomain', () => ({ status: 200, body: { persona: 'officer', seed: 'eligible' } }));
  await open.goTo(route);
  return { ...open, list };
};

/** Pastes into what has the focus, as a person does. */
const paste = (page, text) =>
  page.evaluate((copied) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', copied);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(event);
  }, text);

test('addresses become a list of invitations with one reason and one answer about SEED', async () => {
  const { page, list } = await start('/invite/email/many');
  const box = page.getByLabel('Email addresses');
  await box.fill(`Dear all\n${ADDRESSES.join('; ')}\nMei Tan <mei@example-agency.gov.sg>`);
  await page.getByText('52 addresses found. 1 line without an address left out.').waitFor();
  await page.getByRole('button', { name: 'Check the list' }).click();
  await page.getByRole('heading', { name: 'One field needs fixing' }).waitFor();
  await page.getByLabel('Reason').fill('Joins in May');
  await page.getByLabel('Yes').check();
  await page.getByRole('button', { name: 'Check the list' }).click();
  await page.getByRole('heading', { name: '52 users' }).waitFor();
  expect([list.kind, list.rows.length]).toEqual(['email', 52]);
  const [first] = list.rows;
  expect(first.values).toMatchObject({ email: ADDRESSES[0], seed: 'Yes', reason: 'Joins in May', firstName: '' });
  expect(await page.getByRole('columnheader').allTextContents()).toEqual([
    'Row',
    'Email address',
    'SEED',
    'Reason',
    'Actions',
  ]);
  expect(await findings(page)).toEqual([]);
});

test('several addresses that are pasted where one belongs are a list, with what was typed already', async () => {
  const { page } = await start('/invite/email');
  await page.getByLabel('Reason').fill('Joins in May');
  await page.getByLabel('Email address').focus();
  await paste(page, 'ada@example-agency.gov.sg\nbo@example-agency.gov.sg');
  await page.getByText('2 addresses found.').waitFor();
  expect(await page.getByLabel('Reason').inputValue()).toBe('Joins in May');
  await page.goBack();
  await page.getByLabel('Email address', { exact: true }).waitFor();
});

test('addresses without numbers that are pasted for a list can be invited by email instead', async () => {
  const { page } = await start('/batches');
  await page.getByLabel('Or paste from Excel').fill('ada@example-agency.gov.sg; bo@example-agency.gov.sg');
  await page.getByRole('button', { name: 'Invite them by email' }).click();
  await page.getByText('2 addresses found.').waitFor();
});

test('a user of a list of invitations has an address, an answer about SEED and a reason', async () => {
  const { page, list } = await start('/invite/email/many');
  await page.getByLabel('Email addresses').fill('ada@example-agency.gov.sg bo');
  await page.getByLabel('Reason').fill('Joins in May');
  await page.getByRole('button', { name: 'Check the list' }).click();
  await page.getByRole('heading', { name: '1 user', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Add users' }).click();
  await page.getByLabel('Paste from Excel').fill('Kim Lim\tkim@example-agency.gov.sg\t91234567');
  await page.getByRole('button', { name: 'Add 1 user' }).click();
  await page.getByRole('heading', { name: '2 users' }).waitFor();
  expect(list.rows[1].values).toMatchObject({ email: 'kim@example-agency.gov.sg', firstName: '', contactNumber: '' });
  await page.getByRole('button', { name: 'Change all 2 alike' }).click();
  expect(await page.getByLabel('What to change').locator('option').allTextContents()).toEqual([
    'Is onboarding to SEED required?',
    'Reason',
  ]);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Actions for row 1' }).click();
  await page.getByRole('menuitem', { name: 'View details' }).click();
  const details = page.getByRole('dialog');
  await details.getByLabel('Reason').waitFor();
  expect(await details.getByLabel('First name').count()).toBe(0);
  expect(await findings(page)).toEqual([]);
});

test.each([1280, 320])('at %i px the page is accessible, and not wider than the window', async (width) => {
  const { page } = await start('/invite/email/many', { width });
  await page.getByLabel('Email addresses').fill(ADDRESSES.join('\n'));
  await page.getByText('51 addresses found.').waitFor();
  expect([await findings(page), await overflow(page), await lostFocus(page)]).toEqual([[], [], []]);
});
