// Pictures of the pages as they are, for docs/screenshots: on a desktop and on the narrowest phone.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { launch } from './browser.mjs';
import { person, signedIn } from './people.mjs';
import { fresh, linkFor, officer, portal } from './stack.mjs';

const folder = resolve(import.meta.dirname, '../../../docs/screenshots');
const pages = { 'overview': '#/', 'invite-users': '#/invite', 'email-invitation': '#/invite/email', 'create-account': '#/invite/account', 'invite-user-status': '#/invites', 'onboard-to-seed': '#/seed' };

mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const [name, width] of [['desktop', 1280], ['phone', 320]]) {
  const take = (page, of) => page.screenshot({ path: `${folder}/${of}-${name}.png`, fullPage: true, animations: 'disabled' });
  const { page } = await signedIn(browser, officer, { width });
  for (const [of, route] of Object.entries(pages)) {
    await page.goto(portal + route);
    await page.waitForFunction(() => !document.querySelector('main .skeleton') && document.querySelector('main h1'));
    await take(page, of);
  }
  await page.goto(`${portal}#/invite/email`);
  const address = fresh('picture');
  await page.getByLabel('Email address').fill(address);
  await page.getByLabel('Reason').fill('Joins the team');
  await page.getByRole('button', { name: 'Submit' }).click();
  const link = await linkFor(address);
  const invitee = await person(browser, { width });
  await invitee.page.goto(link);
  await invitee.page.getByRole('button', { name: 'Accept the invitation' }).waitFor();
  await take(invitee.page, 'accept');
  await invitee.page.goto(portal);
  await invitee.page.getByRole('button', { name: 'Sign in' }).waitFor();
  await take(invitee.page, 'sign-in');
}
await browser.close();
