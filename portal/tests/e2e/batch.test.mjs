// Every step of the brief's "Batch upload", by the names that a person reads.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch } from './browser.mjs';
import { copy, folder, paste, python, TITLES, user, workbook } from './list.mjs';
import { follow, inviteByMail, makeAccount, signedIn } from './people.mjs';
import { fresh, officer, portal } from './stack.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** The template as it was downloaded, filled in as a person would in Excel. */
function fill(template, rows) {
  const path = join(folder, `${Date.now()}.xlsx`);
  python(
    '-c',
    `
import json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
sheet = book.worksheets[0]
head = next(row[0].row for row in sheet.iter_rows() if any(cell.value == 'Email' for cell in row))
start = next(cell.column for cell in sheet[head] if cell.value == 'Email')
for at, row in enumerate(json.loads(sys.argv[3]), 1):
    for offset, text in enumerate(row):
        sheet.cell(head + at, start + offset, text or None)
book.save(sys.argv[2])`,
    template,
    path,
    JSON.stringify(rows),
  );
  return path;
}

/** The rows of a workbook under its titles. */
const read = (path) =>
  JSON.parse(
    python(
      '-c',
      `
import json, sys, openpyxl
sheet = openpyxl.load_workbook(sys.argv[1]).worksheets[0]
rows = [[cell if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
head = next(at for at, row in enumerate(rows) if 'Email' in row)
print(json.dumps([dict(zip(rows[head], row)) for row in rows[head + 1:] if any(row)]))`,
      path,
    ),
  );

async function save(page, name, press) {
  const saved = page.waitForEvent('download');
  await press();
  const download = await saved;
  assert.match(download.suggestedFilename(), name);
  const path = join(folder, `${Math.random()}-${download.suggestedFilename()}`);
  await download.saveAs(path);
  return path;
}

const cell = (page, row, column) => page.locator(`[id="cell-${row}-${column}"]`);
const grid = (page) => page.getByRole('grid', { name: 'Users' });

describe('Batch upload', () => {
  test('Download the template, fill it in, choose the file: the user list is displayed, each fault in its cell', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await follow(page, 'Batch upload');
    await settle();
    const template = await save(page, /^TechBiz User Batch Upload\.xlsx$/, () =>
      page.getByRole('button', { name: 'Download excel template' }).click(),
    );
    const file = fill(template, [
      user(),
      user({ lastName: '' }),
      user({ email: 'tan@gmail' }),
      user({ email: fresh('v', 'vendor.example.com') }),
    ]);
    await page.getByLabel('Choose a file').setInputFiles(file);
    await grid(page).waitFor({ timeout: 30_000 });
    await page.getByText('1 ready', { exact: true }).waitFor();
    await page.getByText('3 to fix', { exact: true }).first().waitFor();
    await cell(page, 2, 'lastName').getByText('Fill this in.').waitFor();
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
    await page.getByText('2 users found. 1 line without an address is left out.').waitFor();
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

  test('Titles that are not known are asked about once, and the file is read again', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/batches' });
    const titles = ['Work contact', 'Given name', 'Surname', 'HP', 'Agency', 'Purpose', 'Desk'];
    const people = () => [
      [fresh('mapped'), 'Mei Ling', 'Tan', '91234567', 'Example Agency', 'Joins the team', '12-34'],
    ];
    await page.getByLabel('Choose a file').setInputFiles(workbook([titles, ...people()]));
    const dialog = page.getByRole('dialog', { name: 'Which column holds what?' });
    await dialog.waitFor({ timeout: 30_000 });
    await dialog.getByText('Email address, Contact number, Reason').waitFor();
    assert.equal(await dialog.getByLabel('Given name').inputValue(), 'firstName');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'column-1');
    await settle();
    await dialog.getByLabel('Work contact').selectOption('Email address');
    await dialog.getByLabel('HP').selectOption('First name');
    await dialog.getByText('Another column holds this too.').first().waitFor();
    await dialog.getByRole('button', { name: 'Read the file again' }).click();
    await dialog.getByLabel('HP').selectOption('Contact number');
    await dialog.getByLabel('Purpose').selectOption('Reason');
    await settle();
    await dialog.getByRole('button', { name: 'Read the file again' }).click();
    await grid(page).waitFor({ timeout: 30_000 });
    await page.getByText('1 ready', { exact: true }).waitFor();
    assert.equal(await cell(page, 1, 'contactNumber').locator('.text').textContent(), '91234567');

    // The next file of this kind is read at once, in another order too.
    await page.goto(`${portal}#/batches`);
    await page.getByText('“HP” is Contact number').waitFor();
    await settle();
    const turned = (cells) => [...cells].reverse();
    await page.getByLabel('Choose a file').setInputFiles(workbook([titles, ...people()].map(turned)));
    await grid(page).waitFor({ timeout: 30_000 });
    await page.getByText('1 ready', { exact: true }).waitFor();
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    assert.ok(!/@|Mei Ling|91234567/.test(kept), kept);

    await page.goto(`${portal}#/batches`);
    await page.getByRole('button', { name: 'Forget this' }).click();
    await page.getByLabel('Choose a file').setInputFiles(workbook([titles, ...people()]));
    await dialog.waitFor({ timeout: 30_000 });
    // Whoever comes back later has to show the file again.
    await page.reload();
    await page.getByRole('button', { name: 'Say what the columns hold' }).click();
    for (const [title, field] of [
      ['Work contact', 'Email address'],
      ['HP', 'Contact number'],
      ['Purpose', 'Reason'],
    ])
      await dialog.getByLabel(title).selectOption(field);
    await settle();
    await dialog.getByLabel('Choose the file again').setInputFiles(workbook([titles, ...people()]));
    await grid(page).waitFor({ timeout: 30_000 });
  });

  test('Pasted titles that are not known are asked about beside the paste, and remembered', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/batches' });
    const cells = () =>
      [
        'Work contact\tGiven name\tSurname\tHP\tAgency\tPurpose',
        `${fresh('pasted')}\tMei Ling\tTan\t91234567\tExample Agency\tJoins the team`,
      ].join('\n');
    await page.getByLabel('Or paste from Excel').fill(cells());
    await page.getByText('Email address, Contact number, Reason').waitFor();
    await settle();
    await page.getByLabel('Work contact').selectOption('Email address');
    await page.getByLabel('HP').selectOption('Contact number');
    await page.getByLabel('Purpose').selectOption('Reason');
    await page.getByText('Not found yet').waitFor({ state: 'detached' });
    await page.getByLabel('Or paste from Excel').press('End');
    await page.keyboard.type(' soon');
    assert.equal(await page.getByLabel('Purpose').inputValue(), 'reason', 'what was said stays while one types');
    await page.getByRole('button', { name: 'Add 1 user' }).click();
    await grid(page).waitFor({ timeout: 30_000 });
    await page.getByText('1 ready', { exact: true }).waitFor();
    await page.goto(`${portal}#/batches`);
    await page.getByText('“HP” is Contact number').waitFor();
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
            ['1', ...order([fresh('titled'), 'Mei Ling', 'Tan', '91234567', 'Example Agency', 'Joins']), 'none'],
          ]),
        );
        const dialog = page.getByRole('dialog');
        await grid(page).or(dialog).waitFor({ timeout: 30_000 });
        if (await dialog.count()) shown.push(titles);
        else await page.getByText('1 ready', { exact: true }).waitFor();
      }
    }
    assert.deepEqual(shown, []);
  });

  test('What is used otherwise than it was typed is marked, with what will be used', async () => {
    const { page, settle } = await signedIn(browser, officer);
    const address = fresh('mended');
    await paste(page, [
      user(),
      user({ email: address.replace('mended', 'Mended'), contactNumber: '9123 4567', countryCode: '' }),
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

  test('Users are added to a list that is there: pasted over it, as loose addresses, and one typed in', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await paste(page, [user(), user()]);
    await copy(page, [user(), user({ lastName: '' })]);
    await grid(page).press('Control+v');
    const dialog = page.getByRole('dialog', { name: 'Add users' });
    await dialog.getByText('2 users found.').waitFor();
    await settle();
    await dialog.getByRole('button', { name: 'Add 2 users' }).dblclick();
    await page.getByRole('heading', { name: '4 users' }).waitFor();
    await page.getByText('3 ready', { exact: true }).waitFor();
    await cell(page, 4, 'lastName').getByText('Fill this in.').waitFor();
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
    await choose('users.csv', 'Email');
    await page.getByText('This is a text file.').waitFor();
    await choose('users.xlsx', '');
    await page.getByText('This file is empty.').waitFor();
    await settle();
    await choose('users.xlsx', 'not a workbook');
    await page.getByRole('heading', { name: 'This file could not be read' }).waitFor({ timeout: 30_000 });
    await page.getByText('save it as Excel Workbook (.xlsx)').waitFor();
    await settle();
  });

  test('Click the ellipsis, View details, amend, Save; edit in the cell; F8 finds the next error', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await paste(page, [user(), user({ lastName: '' }), user({ contactNumber: '12', organisation: '' })]);
    await page.getByRole('button', { name: 'Actions for row 2' }).click();
    await page.getByRole('menuitem', { name: 'View details' }).click();
    const drawer = page.getByRole('dialog', { name: 'User details, row 2' });
    await settle();
    await drawer.getByLabel('Last name').fill('Lim');
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

  test('Click Remove, and take it back; duplicates say of whom', async () => {
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
    await page.getByRole('button', { name: 'Already invited by you (1)' }).waitFor();
    await cell(page, 1, 'email').getByText('Already invited').waitFor();
    await page.getByRole('button', { name: 'Submit 1 user' }).click();
    await page.getByRole('dialog').getByText('Left out', { exact: true }).waitFor();
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

  test('Remove all that are shown, and take it back; doubles go together', async () => {
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
    await page.getByText('3 left out').waitFor();
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

describe('Submit', () => {
  test('Ready ones are sent, however often one clicks; progress outlives a reload; results come back; failed rows are mended and sent', async () => {
    const { page, settle } = await signedIn(browser, officer);
    const taken = fresh('taken');
    makeAccount(taken);
    await paste(page, [user(), user({ seed: 'Yes' }), user({ email: taken }), user({ lastName: '' })]);
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

    const results = read(
      await save(page, /results\.xlsx$/, () => page.getByRole('button', { name: 'Results' }).click()),
    );
    assert.equal(results.length, 4);
    for (const row of results) assert.match(row['Trace ID'], /^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    const failedPath = await save(page, /failed rows\.xlsx$/, () =>
      page.getByRole('button', { name: 'Rows not invited' }).click(),
    );
    assert.deepEqual(
      read(failedPath)
        .map(({ Status }) => Status)
        .includes('Needs fixing'),
      true,
    );

    await page.getByRole('button', { name: 'Last name: missing (1)' }).click();
    await page.getByRole('button', { name: 'Actions for row 4' }).click();
    await page.getByRole('menuitem', { name: 'View details' }).click();
    await page.getByRole('dialog').getByLabel('Last name').fill('Lim');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Submit 1 user' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: '3 users done, 1 to fix' }).waitFor({ timeout: 90_000 });
    assert.ok(!(await page.title()).startsWith('Done - '), 'one is left to fix');
    await settle();

    await page.getByRole('button', { name: /^All \(/ }).click();
    await page.getByRole('button', { name: 'Actions for row 3' }).click();
    await page.getByRole('menuitem', { name: 'View details' }).click();
    await page.getByRole('dialog').locator('#email').fill(fresh('free'));
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Submit 1 user' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
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

describe('At its limits', () => {
  test('10,000 users are pasted, scrolled, found and edited', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/batches' });
    page.setDefaultTimeout(180_000);
    const stem = fresh('many').split('@')[0];
    const rows = Array.from({ length: 10_000 }, (_, n) =>
      user({ email: `${stem}${n}@example-agency.gov.sg`, lastName: n === 8_765 ? '' : 'Tan' }),
    );
    await paste(page, rows);
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
    await cell(page, 8_766, 'lastName').waitFor();
    await page.keyboard.type('Lim');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Submit 10,000 users' }).waitFor();
    await settle();
  });

  test('On the narrowest phone users are cards, and everything can be done', async () => {
    const { page, settle } = await signedIn(browser, officer, { width: 320, height: 720 });
    await paste(page, [user(), user({ lastName: '' })]);
    await settle();
    await cell(page, 2, 'user').click();
    await page.getByRole('dialog').getByLabel('Last name').fill('Lim');
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
        body: '{"type":"/problems/unavailable","title":"","status":503,"traceId":"1-67891233-abcdef012345678912345678"}',
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
