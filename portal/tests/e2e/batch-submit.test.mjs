// From a list of users to its results, by the names that a person reads.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from './browser.mjs';
import { grid, paste, read, save, user, workbook } from './list.mjs';
import { makeAccount, signedIn } from './people.mjs';
import { fresh, officer, portal } from './stack.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

describe('Submit', () => {
  test('Ready rows are sent once; progress survives a reload; failed rows are fixed and sent', async () => {
    const { page, settle } = await signedIn(browser, officer);
    const taken = fresh('taken');
    makeAccount(taken);
    await paste(page, [user(), user({ seed: 'Yes' }), user({ email: taken }), user({ organisation: '' })]);
    await page.getByRole('button', { name: 'Submit 3 users' }).click();
    const dialog = page.getByRole('dialog', { name: 'Submit 3 users?' });
    await settle();
    await dialog.getByLabel(/^Wait/).check();
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: /^Show only errors/, pressed: true }).waitFor();
    await page.getByRole('button', { name: 'Submit 3 users' }).dblclick();
    await dialog.getByRole('button', { name: 'Continue' }).dblclick();
    await page.getByRole('progressbar').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: '2 users done, 2 to fix' }).waitFor({ timeout: 90_000 });
    // A page that was just loaded has no focus yet.
    await grid(page).focus();
    await settle();

    const failedPath = await downloadResults(page);

    await page.getByRole('button', { name: 'Organisation: missing (1)' }).click();
    await fixAndSubmit(page, 4, page.getByRole('dialog').getByLabel('Organisation'), 'Example Agency');
    await page.getByRole('heading', { name: '3 users done, 1 to fix' }).waitFor({ timeout: 90_000 });
    assert.ok(!(await page.title()).startsWith('Done - '), 'one is left to fix');
    await settle();

    await page.getByRole('button', { name: /^All \(/ }).click();
    await fixAndSubmit(page, 3, page.getByRole('dialog').locator('#email'), fresh('free'));
    await page.getByRole('heading', { name: 'All 4 users done' }).waitFor({ timeout: 90_000 });
    await page.waitForFunction(() => document.title.startsWith('Done - '));
    await settle();

    await page.getByRole('link', { name: 'Invite user status' }).last().click();
    await page.getByText('Total no. of invitations: 4').waitFor();

    await page.goto(`${portal}#/batches`);
    await page.getByLabel('Choose a file').setInputFiles(failedPath);
    await grid(page).waitFor({ timeout: 30_000 });
    await page.getByRole('heading', { name: '2 users' }).waitFor();
  });
});

describe('A list as an HR system exports it', () => {
  test('400 people without a reason are 400 accounts after one round of questions', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/batches' });
    const titles = ['Employee No', 'Full Name', 'Email ID', 'HP', 'Agency'];
    const people = Array.from({ length: 400 }, (_, at) => [
      `E${1_000 + at}`,
      'Tan Mei Ling',
      fresh(`hr-${at}`),
      `9${String(1_000_000 + at)}`,
      'Example Agency',
    ]);
    await page.getByLabel('Choose a file').setInputFiles(workbook([titles, ...people]));
    await page.getByRole('heading', { name: 'we need your answers' }).waitFor({ timeout: 30_000 });
    await page.getByText('Left out, and not read: Employee No.').waitFor();
    await page.getByLabel('Reason', { exact: true }).fill('Joins in May');
    await settle();
    await page.getByRole('button', { name: 'Read the list' }).click();
    await page.getByRole('button', { name: 'Submit 400 users' }).click({ timeout: 60_000 });
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'All 400 users done' }).waitFor({ timeout: 300_000 });
    await settle();
    await page.getByRole('link', { name: 'Invite user status' }).last().click();
    await page.getByText('Total no. of invitations: 400').waitFor();
  });
});

/** Saves the results of four users, and the rows that failed; gives the path of those. */
async function downloadResults(page) {
  const results = read(await save(page, /results\.xlsx$/, () => page.getByRole('button', { name: 'Results' }).click()));
  assert.equal(results.length, 4);
  for (const row of results) assert.match(row['Trace ID'], /^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  const failedPath = await save(page, /failed rows\.xlsx$/, () =>
    page.getByRole('button', { name: 'Rows not invited' }).click(),
  );
  assert.ok(read(failedPath).some(({ Status }) => Status === 'Needs fixing'));
  return failedPath;
}

/** Types `text` into a field of a row's details, and submits that row alone. */
async function fixAndSubmit(page, number, field, text) {
  await page.getByRole('button', { name: `Actions for row ${number}` }).click();
  await page.getByRole('menuitem', { name: 'View details' }).click();
  await field.fill(text);
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Submit 1 user' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
}
