// Those who use the portal, each in a browser of their own.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { findings, launch, lostFocus, open, overflow } from './browser.mjs';
import { python, root } from './list.mjs';
import { portal } from './stack.mjs';

/** One browser for a file of tests. */
export async function withBrowser(run) {
  const browser = await launch();
  try {
    await run(browser);
  } finally {
    await browser.close();
  }
}

/** Makes an account that nobody invited. */
export const makeAccount = (address) => void python(join(root, 'tests/e2e/stranger.py'), address);

/** A person at the portal. `settle` holds the page to what every page must keep. */
export async function person(browser, options) {
  const { context, page, faults } = await open(browser, portal, options);
  const settle = async () => {
    assert.deepEqual([...faults, ...(await findings(page)), ...(await overflow(page)), ...(await lostFocus(page))], []);
  };
  return { context, page, faults, settle };
}

/** Fills in the hosted page. */
export async function identify(page, { email, password }) {
  await page.locator('input[name=username]').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit], input[type=submit]').first().click();
}

/** Fills in the form of an account for a vendor. */
export async function fillInVendor(page, address) {
  await page.getByLabel('Email address').fill(address);
  await page.getByLabel('TechPass username').fill(address.split('@')[0]);
  await page.getByLabel('First name').fill('Ravi');
  await page.getByLabel('Last name').fill('s/o Kumar');
  await page.getByLabel('Contact number').fill('9123 4567');
  await page.getByLabel('Organisation').fill('Example Vendor Pte Ltd');
  await page.getByLabel('Reason').fill('Maintains the portal');
}

/** Fills in who the invitee is, on the page that their link opens. */
export async function fillInInvitee(page) {
  await page.getByRole('heading', { name: 'You are invited to TechPass' }).waitFor();
  await page.getByLabel('First name').fill('Mei Ling');
  await page.getByLabel('Last name').fill('Tan');
  await page.getByLabel('Contact number').fill('91234567');
  await page.getByLabel('Organisation').fill('Example Agency');
}

/** Has a code mailed to the invitee, and waits for the field to type it in. */
export async function askForCode(page) {
  await page.getByRole('button', { name: 'Mail me a code' }).click();
  await page.waitForFunction(() => document.activeElement?.id === 'mailboxCode');
}

/** Signs in on the hosted page, and comes back. */
export async function signIn(page, who, route = '') {
  await page.goto(portal + route);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await identify(page, who);
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Invites one person on the page for it, and sees that it went out. */
export async function inviteByMail(page, address) {
  await page.getByLabel('Email address').fill(address);
  await page.getByLabel('Reason').fill('Joins the team');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByRole('heading', { name: 'Invitation sent' }).waitFor({ timeout: 30_000 });
}

export async function signedIn(browser, who, { route, ...options } = {}) {
  const visit = await person(browser, options);
  await signIn(visit.page, who, route);
  return visit;
}

/** Goes to a page by its link, as a person does. */
export async function follow(page, ...names) {
  for (const name of names) await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
  await page.waitForFunction((title) => document.activeElement?.textContent?.trim() === title, names.at(-1));
}
