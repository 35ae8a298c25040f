// What an officer does with a list of users, by the names that a person reads.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from './browser.mjs';
import { cell, grid, paste, user } from './list.mjs';
import { follow, inviteByMail, makeAccount, signedIn } from './people.mjs';
import { fresh, officer } from './stack.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

describe('A list of users', () => {
  test('What is not used as it was typed is marked, with what will be used', async () => {
    const { page, settle } = await signedIn(browser, officer);
    const address = fresh('spaced');
    await paste(page, [
      user(),
      user({ email: address.replace('spaced', 'Spaced'), contactNumber: '9123 4567', countryCode: '' }),
    ]);
    await page.getByRole('button', { name: 'Repaired (1)' }).click();
    await cell(page, 2, 'contactNumber').getByText('We will use').waitFor();
    assert.match(await cell(page, 2, 'contactNumber').textContent(), /We will use \S*91234567/);
    assert.equal(await page.getByRole('row', { name: /We will use/ }).count(), 1);
    await cell(page, 2, 'contactNumber').click();
    await page.locator('#grid-note').getByText('Repaired: we will use').waitFor();
    await settle();
    await page.getByRole('button', { name: 'Actions for row 2' }).click();
    await page.getByRole('menuitem', { name: 'View details' }).click();
    const number = page.getByRole('dialog').getByLabel('Contact number');
    assert.match(
      await number.evaluate((input) => document.getElementById(input.getAttribute('aria-describedby')).textContent),
      /Repaired: we will use \S*91234567/,
    );
    await settle();
    await number.fill('9123 4568');
    await page.locator('#contactNumber-used').waitFor({ state: 'detached' });
  });

  test('Click the ellipsis, View details, amend, Save; edit in the cell; F8 finds the next error', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await paste(page, [user(), user({ organisation: '' }), user({ contactNumber: '12', organisation: '' })]);
    await page.getByRole('button', { name: 'Actions for row 2' }).click();
    await page.getByRole('menuitem', { name: 'View details' }).click();
    const drawer = page.getByRole('dialog', { name: 'User details, row 2' });
    await settle();
    await drawer.getByLabel('Organisation').fill('Sample Board');
    await drawer.getByRole('button', { name: 'Save' }).click();
    await drawer.waitFor({ state: 'detached' });
    await page.getByText('2 ready', { exact: true }).waitFor();
    await settle();

    await grid(page).focus();
    await page.keyboard.press('F8');
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'Contact number' }).fill('98765432');
    await page.keyboard.press('Tab');
    await page.getByText('Checking…').waitFor({ state: 'detached' });
    await page.keyboard.press('F8');
    await page.keyboard.type('Sample Board');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Submit 3 users' }).waitFor();
    await settle();
    await page.keyboard.press('Control+z');
    await page.getByText('2 ready', { exact: true }).waitFor();
    await settle();
  });

  test('Click Remove, and undo; duplicates name the other row', async () => {
    const { page, settle } = await signedIn(browser, officer);
    const twice = user();
    await paste(page, [twice, twice, user()]);
    await page.getByRole('button', { name: 'Twice in this list (1)' }).waitFor();
    await cell(page, 2, 'email').getByText('Same person as row 1').waitFor();
    await page.getByRole('button', { name: 'Actions for row 1' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByText('Row 1 removed.').waitFor();
    await page.getByRole('heading', { name: '2 users' }).waitFor();
    await page.getByText('2 ready', { exact: true }).waitFor();
    await settle();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: '3 users' }).waitFor();
    await settle();
  });

  test('Who is invited already is said before anything is sent; who has an account, with the way to SEED', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invite/email' });
    const [invited, holder] = [fresh('invited'), fresh('holder')];
    makeAccount(holder);
    await inviteByMail(page, invited);
    await paste(page, [user({ email: invited }), user({ email: holder })]);
    await page.getByRole('button', { name: 'Invitation is out (1)' }).waitFor();
    await cell(page, 1, 'email').getByText('Invitation is out').waitFor();
    await page.getByRole('button', { name: 'Submit 1 user' }).click();
    await page.getByRole('dialog').getByText('Skipped', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await cell(page, 2, 'state').getByText('Failed').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Actions for row 2' }).click();
    await page.getByRole('menuitem', { name: 'View details' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Onboard to SEED' }).waitFor();
    await settle();
  });

  test('Show only errors; change all of them alike; undo', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await paste(page, [user(), ...Array.from({ length: 30 }, () => user({ organisation: '' }))]);
    await page.getByRole('button', { name: 'Organisation: missing (30)' }).click();
    await page.getByRole('button', { name: 'Change all 30 alike' }).click();
    await settle();
    await page.getByRole('dialog').getByLabel('Organisation', { exact: true }).fill('Sample Board');
    await page.getByRole('button', { name: 'Change 30 users' }).click();
    await page.getByRole('button', { name: 'Submit 31 users' }).waitFor();
    await settle();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('30 to fix', { exact: true }).first().waitFor();
    await settle();
  });

  test('Remove all that are shown, and undo; doubles are removed together', async () => {
    const { page, settle } = await signedIn(browser, officer);
    const twice = fresh('twice');
    await paste(page, [user(), ...Array.from({ length: 4 }, () => user({ email: twice })), user({ organisation: '' })]);
    await page.getByRole('button', { name: 'Twice in this list (3)' }).click();
    await page.getByRole('button', { name: 'Remove all 3' }).click();
    await settle();
    await page.getByRole('dialog', { name: 'Remove 3 users?' }).getByRole('button', { name: 'Remove 3 users' }).click();
    await page.getByRole('heading', { name: '3 users' }).waitFor();
    await page.getByRole('button', { name: 'Submit 2 users' }).waitFor();
    await settle();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: '6 users' }).waitFor();
    await page.getByText('3 skipped').waitFor();
    await settle();
  });

  test('To delete all users, click Reset; to confirm, click Confirm', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await paste(page, [user()]);
    await page.getByRole('button', { name: 'Reset' }).click();
    await settle();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { name: 'Your batches' }).waitFor();
    await settle();
    await page.goBack();
    await page
      .getByRole('heading', { name: 'This list was reset' })
      .or(page.getByRole('heading', { name: 'There is nothing here.' }))
      .waitFor();
    await settle();
  });

  test('Somebody else was faster: the row is shown as it is now', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await paste(page, [user()]);
    const other = await page.context().newPage();
    await other.addInitScript(
      (stored) => {
        for (const [name, value] of Object.entries(stored)) sessionStorage.setItem(name, value);
      },
      await page.evaluate(() => ({ ...sessionStorage })),
    );
    await other.goto(page.url());
    const edit = async (tab, text) => {
      await cell(tab, 1, 'department').dblclick();
      await tab.getByRole('textbox', { name: 'Department' }).fill(text);
      await tab.keyboard.press('Enter');
    };
    await grid(other).waitFor();
    await edit(other, 'Here first');
    await other.getByText('Checking…').waitFor({ state: 'detached' });
    await edit(page, 'Too late');
    await page.getByRole('heading', { name: 'One change is not saved' }).waitFor();
    await cell(page, 1, 'department').getByText('Too late').waitFor();
    await cell(page, 1, 'department').getByText('Changed elsewhere').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await cell(page, 1, 'department').getByText('Here first').waitFor();
    await settle();
  });
});

describe('At its limits', () => {
  test('10,000 users are pasted, scrolled, found and edited', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/batches' });
    page.setDefaultTimeout(180_000);
    const stem = fresh('many').split('@')[0];
    const rows = Array.from({ length: 10_000 }, (_, n) =>
      user({ email: `${stem}${n}@example-agency.gov.sg`, organisation: n === 8_765 ? '' : 'Example Agency' }),
    );
    // The rows that one request cannot hold are added in parts.
    await paste(page, rows, { timeout: 300_000 });
    await page.getByText('loaded…').waitFor({ state: 'detached' });
    assert.equal(await grid(page).getAttribute('aria-rowcount'), '10001');
    assert.ok((await page.locator('.grid *').count()) < 1_500);
    await grid(page).focus();
    await page.keyboard.press('Control+End');
    await cell(page, 10_000, 'state').waitFor();
    for (let turn = 0; turn < 60; turn += 1) await page.keyboard.press('PageUp');
    await settle();
    await page.keyboard.press('F8');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('F8');
    await cell(page, 8_766, 'organisation').waitFor();
    await page.keyboard.type('Sample Board');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Submit 10,000 users' }).waitFor();
    await settle();
  });

  test('On the narrowest phone users are cards, and everything can be done', async () => {
    const { page, settle } = await signedIn(browser, officer, { width: 320, height: 720 });
    await paste(page, [user(), user({ organisation: '' })]);
    await settle();
    await cell(page, 2, 'user').click();
    await page.getByRole('dialog').getByLabel('Organisation').fill('Sample Board');
    await settle();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Submit 2 users' }).click();
    await settle();
    await page.keyboard.press('Escape');
    await settle();
  });

  test('A list that cannot be loaded says so, and tries again', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await page.route('**/api/batches?*', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          type: '/problems/unavailable',
          title: '',
          status: 503,
          traceId: '1-67891233-abcdef012345678912345678',
        }),
      }),
    );
    await follow(page, 'Batch upload');
    await page.getByRole('heading', { name: 'The service is not available at the moment.' }).waitFor();
    await settle();
    await page.unroute('**/api/batches?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.lines li').first().waitFor();
    await settle();
  });
});
