// Pictures of the pages as they are, for docs/screenshots: on a desktop and on the narrowest phone.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { launch } from './browser.mjs';
import { copy, paste, user, workbook } from './list.mjs';
import { askForCode, fillInInvitee, person, signedIn } from './people.mjs';
import { fresh, linkFor, officer, portal } from './stack.mjs';

const folder = resolve(import.meta.dirname, '../../../docs/screenshots');
const pages = {
  overview: '#/',
  'invite-users': '#/invite',
  'email-invitation': '#/invite/email',
  'create-account': '#/invite/account',
  'onboard-to-seed': '#/seed',
};

mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const [name, width] of [
  ['desktop', 1280],
  ['phone', 320],
]) {
  const take = (page, of) =>
    page.screenshot({ path: `${folder}/${of}-${name}.png`, fullPage: true, animations: 'disabled' });
  const seen = (page, of) => page.screenshot({ path: `${folder}/${of}-${name}.png`, animations: 'disabled' });
  const { page } = await signedIn(browser, officer, { width, height: 800 });
  page.setDefaultTimeout(60_000);

  await waysIn(page, seen);
  await batch(page, take, seen);

  await page.goto(`${portal}#/invite/email`);
  const address = fresh('picture');
  await page.getByLabel('Email address').fill(address);
  await page.getByLabel('Reason').fill('Joins the team');
  await page.getByRole('button', { name: 'Submit' }).click();
  const link = await linkFor(address);
  const invitee = await person(browser, { width });
  await invitee.page.goto(link);
  await fillInInvitee(invitee.page);
  await take(invitee.page, 'accept');
  await askForCode(invitee.page);
  await take(invitee.page, 'accept-code');
  await invitee.page.goto(portal);
  await invitee.page.getByRole('button', { name: 'Sign in' }).waitFor();
  await take(invitee.page, 'sign-in');

  for (const [of, route] of Object.entries(pages)) {
    await page.goto(portal + route);
    await page.waitForFunction(() => !document.querySelector('main .skeleton') && document.querySelector('main h1'));
    await take(page, of);
  }
  await status(page, seen);
}
await browser.close();

/** The ways into a batch, and what is asked about titles that are not known. */
async function waysIn(page, seen) {
  await page.goto(`${portal}#/batches`);
  await page.waitForFunction(() => document.querySelector('.lines li, main .empty'));
  await seen(page, 'batch-upload');

  await page.getByLabel('Choose a file').setInputFiles(
    workbook(
      [
        ['Reached at', 'Given name', 'Surname', 'Rings at', 'Agency', 'What for'],
        ['tan@example-agency.gov.sg', 'Mei Ling', 'Tan', '91234567', 'Example Agency', 'Joins'],
      ],
      'New joiners.xlsx',
    ),
  );
  await page.getByRole('heading', { name: 'we need your answers' }).waitFor();
  await seen(page, 'batch-columns');
  await page.goto(`${portal}#/batches`);
  await page.reload();
  await page
    .getByLabel('Or paste from Excel')
    .fill(
      'Work contact\tGiven name\tSurname\tHP\tAgency\tPurpose\n' +
        'tan@example-agency.gov.sg\tMei Ling\tTan\t91234567\tExample Agency\tJoins',
    );
  await page.getByText('Not found yet').waitFor();
  await seen(page.locator('.intake'), 'batch-pasted');
  await page.getByLabel('Or paste from Excel').fill('');
}

/** From the list to its results. */
async function batch(page, take, seen) {
  const twice = user();
  await paste(page, [
    user({ firstName: 'Aisyah', lastName: 'Rahman', seed: 'Yes' }),
    user({
      email: fresh('ravi', 'vendor.example.com'),
      firstName: 'Ravi',
      lastName: 's/o Kumar',
      organisation: 'Example Vendor Pte Ltd',
    }),
    user({ firstName: 'Mei Ling', contactNumber: '9123 4567' }),
    user({ firstName: 'Hui Min', lastName: 'Goh', contactNumber: '1234' }),
    twice,
    twice,
    user({ firstName: 'José', lastName: 'Pereira', organisation: '' }),
    user({ firstName: 'Nurul', lastName: 'Ibrahim' }),
  ]);
  await page.getByText('to fix').first().waitFor();
  await take(page, 'batch');
  await page.getByRole('button', { name: 'Actions for row 4' }).click();
  await page.getByRole('menuitem', { name: 'View details' }).click();
  await page.getByRole('dialog').waitFor();
  await seen(page, 'batch-details');
  await page.keyboard.press('Escape');
  await copy(page, [user(), user()]);
  await page.getByRole('grid', { name: 'Users' }).press('Control+v');
  await page.getByText('2 users found.').waitFor();
  await seen(page, 'batch-adding');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Submit \d/ }).click();
  await page.getByRole('dialog').waitFor();
  await seen(page, 'batch-submit');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: /users? done/i }).waitFor({ timeout: 120_000 });
  await take(page, 'batch-done');
  await page.getByRole('link', { name: 'Invite user status' }).last().click();
  await page.locator('td.email').first().waitFor();
}

/** The list, and one of it. */
async function status(page, seen) {
  await page.goto(`${portal}#/invites`);
  await page.locator('td.email').first().waitFor();
  await seen(page, 'invite-user-status');
  await page.locator('td.email a').first().click();
  await page.getByRole('heading', { name: 'History' }).waitFor();
  await seen(page, 'invite-details');
}
