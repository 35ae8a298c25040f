// The ways into a list of users, by the names that a person reads.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { launch } from './browser.mjs';
import { cell, copy, fill, grid, paste, save, TITLES, user, workbook } from './list.mjs';
import { follow, signedIn } from './people.mjs';
import { fresh, officer, portal } from './stack.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

describe('Batch upload', () => {
  test('Download the template, fill it in, choose the file: the list is shown, each fault in its cell', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await follow(page, 'Batch upload');
    await settle();
    const template = await save(page, /^TechBiz User Batch Upload\.xlsx$/, () =>
      page.getByRole('button', { name: 'Download excel template' }).click(),
    );
    const file = fill(template, [
      user(),
      user({ organisation: '' }),
      user({ email: 'tan@gmail' }),
      user({ email: fresh('v', 'vendor.example.com') }),
    ]);
    await page.getByLabel('Choose a file').setInputFiles(file);
    await grid(page).waitFor({ timeout: 30_000 });
    await page.getByText('1 ready', { exact: true }).waitFor();
    await page.getByText('3 to fix', { exact: true }).first().waitFor();
    await cell(page, 2, 'organisation').getByText('Fill this in.').waitFor();
    await cell(page, 3, 'email').getByText('Enter one email address').waitFor();
    await cell(page, 4, 'username').getByText('Vendors need a TechPass username.').waitFor();
    await settle();
  });

  test('A dropped file, the same cells pasted with and without titles make the same list', async () => {
    const { page } = await signedIn(browser, officer, { route: '#/batches' });
    const people = Array.from({ length: 50 }, (_, n) =>
      user({ firstName: `Mei Ling ${String.fromCharCode(65 + (n % 26))}`, seed: n % 2 ? 'Yes' : 'No' }),
    );
    const shown = async () => {
      await grid(page).waitFor({ timeout: 30_000 });
      await page.getByText('50 ready', { exact: true }).waitFor();
      const id = page.url().split('/').pop();
      return page.evaluate(
        async ([batch]) => {
          const { idToken } = JSON.parse(sessionStorage.getItem('session'));
          const answer = await fetch(new URL(`api/batches/${batch}/rows?limit=200`, location.href.split('#')[0]), {
            headers: { authorization: `Bearer ${idToken}` },
          });
          return (await answer.json()).items.map(({ values }) => values);
        },
        [id],
      );
    };
    const template = await save(page, /xlsx$/, () =>
      page.getByRole('button', { name: 'Download excel template' }).click(),
    );
    const bytes = readFileSync(fill(template, people)).toString('base64');
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], 'dropped.xlsx'));
      document
        .querySelector('.drop')
        .dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    }, bytes);
    const dropped = await shown();
    assert.equal(dropped.length, 50);
    for (const rows of [people, [TITLES, ...people], people.map((cells, n) => [n + 1, ...cells])]) {
      await paste(page, rows);
      assert.deepEqual(await shown(), dropped);
    }
  });

  test('Addresses copied from a mail, and rows typed in, end in the same table', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/batches' });
    const [one, two] = [fresh('loose'), fresh('loose')];
    await page.getByLabel('Or paste from Excel').fill(`Dear all\n"Tan, Mei Ling" <${one}>; ${two}`);
    await page.getByText('2 users found. 1 line without an address is skipped.').waitFor();
    await page.getByRole('button', { name: 'Add 2 users' }).click();
    await grid(page).waitFor();
    assert.equal(
      await cell(page, 1, 'lastName')
        .textContent()
        .then((text) => text.trim()),
      'Tan',
    );
    await page.goto(`${portal}#/batches`);
    await page.getByRole('button', { name: 'Type them in' }).click();
    await page.getByRole('heading', { name: '5 users' }).waitFor();
    await settle();
  });

  test('Titles that are not known are asked about once, and the stored file is read again', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/batches' });
    const titles = ['Reached at', 'Given name', 'Surname', 'Rings at', 'Agency', 'What for', 'Desk'];
    const people = () => [
      [fresh('mapped'), 'Mei Ling', 'Tan', '91234567', 'Example Agency', 'Joins the team', '12-34'],
    ];
    const choose = (rows) => page.getByLabel('Choose a file').setInputFiles(workbook(rows));
    const questions = page.getByRole('heading', { name: 'we need your answers' });
    const send = page.getByRole('button', { name: 'Read the list' });
    await choose([titles, ...people()]);
    await questions.waitFor({ timeout: 30_000 });
    await page.getByText('Not found yet: Email address; Contact number').waitFor();
    assert.equal(await page.getByLabel('Given name').inputValue(), 'firstName');
    // On the title of the page, where the file was read before the page was there.
    await page.waitForFunction(() => document.activeElement.matches('#questions-title, h1'));
    await settle();
    await page.getByLabel('Reached at').selectOption('Email address');
    await page.getByLabel('Rings at').selectOption('First name');
    await send.click();
    await page.getByText('Another column holds this too.').first().waitFor();
    // Choosing does not move the focus, as a person's hand does, and the summary of faults goes with the last of them.
    await page.getByLabel('Rings at').focus();
    await page.getByLabel('Rings at').selectOption('Contact number');
    await page.getByLabel('What for').selectOption('Reason');
    await page.getByText('Left out, and not read: Desk.').waitFor();
    await settle();
    await send.click();
    await grid(page).waitFor({ timeout: 30_000 });
    await page.getByText('1 ready', { exact: true }).waitFor();
    assert.equal(await cell(page, 1, 'contactNumber').locator('.text').textContent(), '91234567');

    // The next file of this kind is read at once, in another order too.
    await page.goto(`${portal}#/batches`);
    await page.getByText('“Rings at” is Contact number').waitFor();
    await settle();
    await choose([titles, ...people()].map((cells) => [...cells].reverse()));
    await grid(page).waitFor({ timeout: 30_000 });
    await page.getByText('1 ready', { exact: true }).waitFor();
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    assert.ok(!/@|Mei Ling|91234567/.test(kept), kept);

    await page.goto(`${portal}#/batches`);
    await page.getByRole('button', { name: 'Forget this' }).click();
    await choose([titles, ...people()]);
    await questions.waitFor({ timeout: 30_000 });
    // An officer who comes back later answers without the file, and gives one reason for everybody.
    await page.reload();
    await questions.waitFor();
    await page.getByLabel('Reached at').selectOption('Email address');
    await page.getByLabel('Rings at').selectOption('Contact number');
    await page.getByLabel('Reason').fill('Joins the team');
    await settle();
    await send.click();
    await grid(page).waitFor({ timeout: 30_000 });
    await page.getByText('1 ready', { exact: true }).waitFor();
  });

  test('Pasted titles that are not known are asked about beside the paste, and remembered', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/batches' });
    const cells = () =>
      [
        'Work contact\tGiven name\tSurname\tRings at\tAgency\tWhat for',
        `${fresh('pasted')}\tMei Ling\tTan\t91234567\tExample Agency\tJoins the team`,
      ].join('\n');
    await page.getByLabel('Or paste from Excel').fill(cells());
    await page.getByText('Email address, Contact number, Reason').waitFor();
    await settle();
    await page.getByLabel('Work contact').selectOption('Email address');
    await page.getByLabel('Rings at').selectOption('Contact number');
    await page.getByLabel('What for').selectOption('Reason');
    await page.getByText('Not found yet').waitFor({ state: 'detached' });
    await page.getByLabel('Or paste from Excel').press('End');
    await page.keyboard.type(' soon');
    assert.equal(await page.getByLabel('What for').inputValue(), 'reason', 'what was said stays while one types');
    await page.getByRole('button', { name: 'Add 1 user' }).click();
    await grid(page).waitFor({ timeout: 30_000 });
    await page.getByText('1 ready', { exact: true }).waitFor();
    await page.goto(`${portal}#/batches`);
    await page.getByText('“Rings at” is Contact number').waitFor();
    await page.getByLabel('Or paste from Excel').fill(cells());
    await page.getByRole('button', { name: 'Add 1 user' }).click();
    await page.getByText('1 ready', { exact: true }).waitFor({ timeout: 30_000 });
    await settle();
  });

  test('Titles in any order, case and company are understood without asking', async () => {
    const { page } = await signedIn(browser, officer, { route: '#/batches' });
    const variants = [
      ['Email', 'First Name', 'Last Name', 'Contact Number', 'Organisation', 'Reason for creation'],
      ['email', 'first name', 'last name', 'contact number', 'organisation', 'reason for creation'],
      ['EMAIL ADDRESS', 'GIVEN NAME', 'SURNAME', 'MOBILE', 'AGENCY', 'REASON'],
      ['Email ID', 'Given Names', 'Surname', 'HP', 'Company Name', 'Purpose'],
      ['E-mail', 'First\nName', 'Last\u00a0Name', 'Contact No.', 'Organization', 'Justification'],
      [
        'Work Email *',
        'First Name (as in NRIC)',
        'Family Name',
        'Phone Number [mobile]',
        'Company',
        'Reason for invite',
      ],
    ];
    const shown = [];
    for (const titles of variants) {
      for (const order of [(cells) => cells, (cells) => [...cells].reverse()]) {
        await page.goto(`${portal}#/batches`);
        await page.getByLabel('Choose a file').setInputFiles(
          workbook([
            ['S/N', ...order(titles), 'Remarks'],
            ['1', ...order([fresh('titled'), 'Mei Ling', 'Tan', '91234567', 'Example Agency', 'Joins']), ''],
          ]),
        );
        const questions = page.getByRole('heading', { name: 'we need your answers' });
        await grid(page).or(questions).waitFor({ timeout: 30_000 });
        if (await questions.count()) shown.push(titles);
        else await page.getByText('1 ready', { exact: true }).waitFor();
      }
    }
    assert.deepEqual(shown, []);
  });

  test('Users are added to a list that is there: pasted over it, as loose addresses, and one typed in', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await paste(page, [user(), user()]);
    await copy(page, [user(), user({ organisation: '' })]);
    await grid(page).press('Control+v');
    const dialog = page.getByRole('dialog', { name: 'Add users' });
    await dialog.getByText('2 users found.').waitFor();
    await settle();
    await dialog.getByRole('button', { name: 'Add 2 users' }).dblclick();
    await page.getByRole('heading', { name: '4 users' }).waitFor();
    await page.getByText('3 ready', { exact: true }).waitFor();
    await cell(page, 4, 'organisation').getByText('Fill this in.').waitFor();
    await settle();

    await page.getByRole('button', { name: 'Add users' }).click();
    await dialog
      .getByLabel('Paste from Excel or from a mail')
      .fill(`"Tan, Mei Ling" <${fresh('loose')}>; ${fresh('loose')}`);
    await dialog.getByRole('button', { name: 'Add 2 users' }).click();
    await page.getByRole('heading', { name: '6 users' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: '4 users' }).waitFor();

    await page.getByRole('button', { name: 'Add users' }).click();
    await dialog.getByRole('button', { name: 'Add an empty row' }).click();
    await page.getByRole('textbox', { name: 'Email address' }).fill(fresh('typed'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '5 users' }).waitFor();
    await settle();
    await page.reload();
    await page.getByRole('heading', { name: '5 users' }).waitFor();
  });

  test('150 users are pasted over a list that is there, and none is lost', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await paste(page, [user(), user()]);
    const many = Array.from({ length: 150 }, () => user());
    await copy(page, many);
    await grid(page).press('Control+v');
    const dialog = page.getByRole('dialog', { name: 'Add users' });
    await dialog.getByText('150 users found.').waitFor();
    await dialog.getByRole('button', { name: 'Add 150 users' }).dblclick();
    await page.getByRole('heading', { name: '152 users' }).waitFor({ timeout: 60_000 });
    await page.getByText('152 ready', { exact: true }).waitFor();
    await settle();
    await page.reload();
    await page.getByRole('heading', { name: '152 users' }).waitFor();
  });

  test('A file that cannot be read says what to do next', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/batches' });
    const choose = (name, text) =>
      page
        .getByLabel('Choose a file')
        .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });
    await page.getByLabel('Choose a file').focus();
    await choose('users.txt', 'Email');
    await page.getByText('This is a text file.').waitFor();
    await choose('users.xlsx', '');
    await page.getByText('This file is empty.').waitFor();
    await settle();
    await choose('users.xlsx', '%PDF-1.7');
    await page.getByRole('heading', { name: 'This file could not be read' }).waitFor({ timeout: 30_000 });
    await page.getByText('Upload an Excel workbook (.xlsx)').waitFor();
    await settle();
  });
});
