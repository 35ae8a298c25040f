import { afterEach, expect, test } from 'vitest';
import { LIMITS } from '../fake/description';
import { FakeList, person } from '../fake/list';
import { problem } from '../fake/server';
import { stage } from './page.mjs';

const TRACE = '1-67891233-abcdef012345678912345678';

let open;
const start = async (people, options) => {
  open = await stage(options);
  const list = new FakeList(people).on(open.server);
  open.server.on('showDomain', () => ({ status: 200, body: { persona: 'officer', seed: 'eligible' } }));
  await open.goTo(`/batches/${list.id}`);
  await open.page.getByRole('grid', { name: 'Users' }).waitFor();
  return {
    ...open,
    list,
    grid: open.page.getByRole('grid', { name: 'Users' }),
    cell: (row, field) => open.page.locator(`#cell-${row}-${field}`),
    note: open.page.locator('.cell-note:popover-open'),
  };
};
const people = (n) => Array.from({ length: n }, (_, at) => person(at + 1));
const type = async (cell, text) => {
  await cell.dblclick();
  await cell.getByRole('textbox').fill(text);
  await cell.page().keyboard.press('Enter');
};
const pasteInto = (page, text) =>
  page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    // As Firefox does it: on the body, whatever has the focus and cannot be typed into.
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);

afterEach(() => open.done());

test('150 users pasted over a list are added in parts; after a failure in the middle it goes on', async () => {
  const { page, list, grid, server } = await start(people(3));
  await grid.focus();
  await pasteInto(page, Array.from({ length: 150 }, (_, n) => `Bo Tan\tnew${n}@example-agency.gov.sg`).join('\n'));
  const dialog = page.getByRole('dialog', { name: 'Add users' });
  server.trouble('addRows', problem('unavailable'), 1, 1);
  await dialog.getByRole('button', { name: 'Add 150 users' }).click();
  const [added, left] = [LIMITS.addedRows, 150 - LIMITS.addedRows];
  await dialog
    .getByText(`${added} of 150 users added. Trying again adds the other ${left}, and nobody twice.`)
    .waitFor();
  await dialog.getByRole('button', { name: `Add the other ${left}` }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: '153 users' }).waitFor();
  expect(list.rows.length).toBe(153);
});

test('a row with a warning is ready, says what to look at, and is found by its chip', async () => {
  const warnings = [
    {
      code: 'email.unknown-agency',
      detail: 'Nobody of this agency has an account yet. Did you mean example-agency.gov.sg?',
      meant: 'example-agency.gov.sg',
    },
  ];
  const { page, list, cell, note, server } = await start(people(3));
  list.rows[1] = { ...list.rows[1], warnings };
  await page.reload();
  await cell(2, 'email').getByText('Nobody of this agency has an account').waitFor();
  await cell(2, 'email').click();
  await note.getByText('Did you mean example-agency.gov.sg?').waitFor();
  await page.getByRole('button', { name: 'To look at (1)' }).click();
  await cell(1, 'email').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Submit/ }).waitFor();
  const warning = { code: 'email.unknown-agency', detail: 'Did you mean example-agency.gov.sg?' };
  server.on('showDomain', () => ({ status: 200, body: { persona: 'officer', seed: 'eligible', warning } }));
  await open.goTo('/invite/email');
  await page.getByLabel('Email address').fill('bo@exmple-agency.gov.sg');
  await page.getByText('Did you mean example-agency.gov.sg?').waitFor();
});

test('a cell that could not be saved keeps its text, marked, and is saved when the browser is online', async () => {
  const { page, list, cell, context } = await start(people(3));
  await context.setOffline(true);
  await type(cell(1, 'department'), 'Platforms');
  await page.getByRole('heading', { name: 'One change is not saved' }).waitFor();
  await cell(1, 'department').getByText('Platforms').waitFor();
  await cell(1, 'department').getByText('Not saved').waitFor();
  expect(list.row(1).values.department).toBe('');
  await context.setOffline(false);
  await page.getByRole('heading', { name: 'One change is not saved' }).waitFor({ state: 'detached' });
  await expect.poll(() => list.row(1).values.department).toBe('Platforms');
});

test('a cell that the service did not take is saved by Retry in the cell, and given up by Discard', async () => {
  const { page, list, cell, server } = await start(people(3));
  server.trouble('changeRow', problem('unavailable'), 2);
  await type(cell(1, 'department'), 'Platforms');
  await type(cell(2, 'department'), 'Data');
  await page.getByRole('heading', { name: '2 changes are not saved' }).waitFor();
  await cell(1, 'department').getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('heading', { name: 'not saved' }).waitFor({ state: 'detached' });
  expect([list.row(1).values.department, list.row(2).values.department]).toEqual(['Platforms', 'Data']);
  server.trouble('changeRow', problem('unavailable'));
  await type(cell(1, 'department'), 'Elsewhere');
  await page.getByRole('button', { name: 'Discard' }).click();
  await cell(1, 'department').getByText('Platforms').waitFor();
  expect(await cell(1, 'department').getByText('Not saved').count()).toBe(0);
});

test('a cell that got no answer is sent again by itself a few times, and then by Retry, as is said', async () => {
  const { page, list, cell } = await start(people(3));
  const after = async (seconds) => {
    await page.clock.runFor(seconds * 1_000);
    await page.getByRole('heading', { name: 'One change is not saved' }).waitFor();
  };
  let asked = 0;
  let isSilent = true;
  await page.route('**/rows/1', (route) => {
    asked += 1;
    return isSilent ? route.abort('timedout') : route.continue();
  });
  await page.clock.install();
  await type(cell(1, 'department'), 'Platforms');
  await page.getByText('It is sent again by itself within a minute.').waitFor();
  await after(6);
  await expect.poll(() => asked).toBe(2);
  await after(16);
  await expect.poll(() => asked).toBe(3);
  await page.getByText('It is sent again by itself within a minute.').waitFor();
  await after(46);
  await page.getByText('Retry sends it again.').waitFor();
  await after(300);
  expect(asked).toBe(4);
  await page.locator('.unsaved').getByRole('button', { name: 'Retry' }).click();
  await page.getByText('It is sent again by itself within a minute.').waitFor();
  isSilent = false;
  await page.locator('.unsaved').getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('heading', { name: 'One change is not saved' }).waitFor({ state: 'detached' });
  await expect.poll(() => list.row(1).values.department).toBe('Platforms');
  isSilent = true;
  await type(cell(1, 'department'), 'Data');
  await page.getByText('It is sent again by itself within a minute.').waitFor();
  isSilent = false;
  await page.clock.runFor(6_000);
  await page.getByRole('heading', { name: 'One change is not saved' }).waitFor({ state: 'detached' });
  await expect.poll(() => list.row(1).values.department).toBe('Data');
});

test('what was typed into a row that is removed is given up with a sentence, and does not block Submit', async () => {
  const { page, list, cell, server } = await start(people(4));
  server.on('submitBatch', () => {
    Object.assign(list, { state: 'SUBMITTED', progress: {} });
    return { status: 202, body: list.body };
  });
  server.trouble('changeRow', problem('unavailable'), 2);
  await type(cell(2, 'department'), 'Platforms');
  await type(cell(3, 'department'), 'Data');
  await page.getByRole('heading', { name: '2 changes are not saved' }).waitFor();
  await page.getByRole('button', { name: 'Actions for row 2' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  const gone = (rows) => page.getByText(`${rows} not in the list any more. What was typed there was not saved.`);
  await gone('Row 2 is').waitFor();
  // Retry is to find that the row is removed, and no poll before it.
  server.trouble('showBatch', problem('unavailable'), 1_000);
  list.remove(3);
  await page.locator('.unsaved').getByRole('button', { name: 'Retry' }).click();
  await gone('Rows 2, 3 are').waitFor();
  await page.getByRole('heading', { name: 'not saved' }).waitFor({ state: 'detached' });
  expect(await page.getByText('All changes are saved.').count()).toBe(0);
  server.calm();
  await page.getByRole('button', { name: /^Submit/ }).click();
  await page
    .getByRole('dialog', { name: /^Submit/ })
    .getByRole('button', { name: 'Continue' })
    .click();
  await page.getByRole('progressbar').waitFor();
  await gone('Rows 2, 3 are').locator('..').getByRole('button', { name: 'Dismiss' }).click();
  await gone('Rows 2, 3 are').waitFor({ state: 'detached' });
});

test('details that are saved for a row that was removed elsewhere say that they are not saved', async () => {
  const { page, list } = await start(people(3));
  await page.getByRole('button', { name: 'Actions for row 2' }).click();
  await page.getByRole('menuitem', { name: 'View details' }).click();
  const dialog = page.getByRole('dialog', { name: 'User details, row 2' });
  await dialog.getByLabel('Department').fill('Platforms');
  list.remove(2);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Row 2 is not in the list any more. What was typed there was not saved.').waitFor();
  await dialog.waitFor({ state: 'detached' });
});

const pasteGuess = async ({ page, grid }) => {
  await grid.focus();
  await pasteInto(page, 'Tan Mei Ling <mei@example-agency.gov.sg>');
  const dialog = page.getByRole('dialog', { name: 'Add users' });
  await dialog.getByRole('button', { name: 'Add 1 user' }).click();
  await dialog.waitFor({ state: 'detached' });
};

test('a guess is confirmed by Enter or by its own text, and not by a look into its cell', async () => {
  const stage = await start(people(3));
  const { page, list, cell } = stage;
  await pasteGuess(stage);
  const guess = (field) => cell(4, field).getByText('A guess:');
  const guesses = () => list.row(4).repairs?.map(({ field }) => field);
  await guess('firstName').waitFor();
  await cell(4, 'firstName').dblclick();
  await cell(4, 'firstName').getByRole('textbox').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('F2');
  await cell(4, 'lastName').getByRole('textbox').waitFor();
  await cell(2, 'email').click();
  await cell(4, 'firstName').click();
  const note = 'A guess from the whole name. Open the cell and press Enter to confirm it, or type it again.';
  await page.locator('#grid-note').getByText(note).waitFor();
  expect(guesses()).toEqual(['firstName', 'lastName']);
  await page.keyboard.press('F2');
  await page.keyboard.press('Enter');
  await guess('firstName').waitFor({ state: 'detached' });
  expect(guesses()).toEqual(['lastName']);
  await cell(4, 'lastName').dblclick();
  await page.keyboard.type('Tan');
  await cell(2, 'email').click();
  await guess('lastName').waitFor({ state: 'detached' });
  expect(guesses()).toBeUndefined();
  expect(list.row(4).values).toMatchObject({ firstName: 'Mei Ling', lastName: 'Tan' });
});

test('where rows are cards, a guess is confirmed by Save in its details', async () => {
  const stage = await start(people(1), { width: 390, height: 844 });
  const { page, list } = stage;
  await pasteGuess(stage);
  await page.getByText('mei@example-agency.gov.sg').click();
  const dialog = page.getByRole('dialog', { name: 'User details, row 2' });
  await dialog.getByText('Mei Ling, a guess from the whole name that Save confirms').waitFor();
  await dialog.getByLabel('Organisation').fill('Example Agency');
  await dialog.getByLabel('Contact number').fill('91234567');
  await dialog.getByLabel('Reason').fill('Joins');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(list.row(2).repairs).toBeUndefined();
});

test('what is typed into a cell stays with its row while another tab removes one above, or that row', async () => {
  const { page, list, cell, grid } = await start(people(5));
  await cell(4, 'department').dblclick();
  await cell(4, 'department').getByRole('textbox').fill('Platforms');
  list.remove(1);
  await cell(1, 'department').waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await cell(4, 'department').getByText('Platforms').waitFor();
  await expect.poll(() => list.rows.map(({ values }) => values.department)).toEqual(['', '', '', 'Platforms', '']);
  await cell(3, 'department').dblclick();
  await cell(3, 'department').getByRole('textbox').fill('Data');
  list.remove(3);
  await page.getByText('Row 3 is not in the list any more. What was typed there was not saved.').waitFor();
  await grid.focus();
  expect(list.rows.map(({ values }) => values.department)).toEqual(['', '', '', 'Platforms', '']);
});

test('what is typed into a cell stays while another one is answered', async () => {
  const { page, list, cell } = await start(people(3));
  let answer;
  await page.route('**/rows/1', async (route) => {
    await new Promise((resolve) => {
      answer = resolve;
    });
    await route.continue();
  });
  await type(cell(1, 'department'), 'Platforms');
  await cell(2, 'department').click();
  await page.keyboard.type('Da');
  await expect.poll(() => Boolean(answer)).toBe(true);
  answer();
  await page.getByText('Checking…').waitFor({ state: 'detached' });
  await page.keyboard.type('ta');
  await page.keyboard.press('Enter');
  await expect.poll(() => list.rows.map(({ values }) => values.department)).toEqual(['Platforms', 'Data', '']);
});

test('leaving with cells that are not saved asks first: stay keeps them, leave loses them', async () => {
  const { page, cell, context, goTo, list } = await start(people(3));
  const here = page.url();
  const dialog = page.getByRole('dialog', { name: '2 changes are not saved' });
  const stay = async () => {
    await dialog.getByText('They are lost when you leave this page.').waitFor();
    await dialog.getByRole('button', { name: 'Stay' }).click();
    await page.waitForURL(here);
    await cell(1, 'department').getByText('Platforms').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  };
  await goTo('/invite');
  await page.getByRole('heading', { name: 'Invite users', level: 1 }).waitFor();
  await goTo(`/batches/${list.id}`);
  await cell(1, 'department').waitFor();
  await context.setOffline(true);
  await type(cell(1, 'department'), 'Platforms');
  await type(cell(2, 'department'), 'Data');
  await page.getByRole('heading', { name: '2 changes are not saved' }).waitFor();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Overview' }).click();
  await stay();
  await page.evaluate(() => history.back());
  await stay();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await stay();
  await page.evaluate(() => history.back());
  await dialog.getByRole('button', { name: 'Leave and lose 2 changes' }).click();
  await page.getByRole('heading', { name: 'Invite users', level: 1 }).waitFor();
  await context.setOffline(false);
  await page.evaluate(() => history.forward());
  await cell(1, 'department').waitFor();
  expect(await page.getByText('Platforms').count()).toBe(0);
});

test('leaving with nothing but what is saved asks nobody, also while the cell is typed into', async () => {
  const { page, cell, list, server } = await start(people(3));
  const nobody = { items: [], total: 0, techpass: {} };
  server.on('listInvites', () => ({ status: 200, headers: { etag: '"1"' }, body: nobody }));
  server.on('listBatches', () => ({ status: 200, body: { items: [] } }));
  await cell(1, 'department').dblclick();
  await cell(1, 'department').getByRole('textbox').fill('Platforms');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  expect(list.row(1).values.department).toBe('Platforms');
});

test('the browser asks before the tab is closed with cells that are not saved', async () => {
  const { page, cell, context } = await start(people(3));
  const asked = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await context.setOffline(true);
  await type(cell(1, 'department'), 'Platforms');
  await page.getByRole('heading', { name: 'One change is not saved' }).waitFor();
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await cell(1, 'department').getByText('Platforms').waitFor();
});

test.each([
  [1280, 720],
  [1366, 625],
])('the whole of a fault is read at its cell by keyboard and mouse, at %d x %d', async (width, height) => {
  const { page, grid, cell, note } = await start(
    [...people(30), person(31, { organisation: '' }), person(32, { email: 'nobody' })],
    { width, height },
  );
  await grid.focus();
  await page.keyboard.press('F8');
  await note.getByText('Fill this in.').waitFor();
  await page.keyboard.press('F8');
  await note.getByText('Enter one email address, such as name@agency.gov.sg.').waitFor();
  const box = await note.boundingBox();
  expect(box.y >= 0 && box.y + box.height <= height && box.x + box.width <= width).toBe(true);
  await page.keyboard.press('Escape');
  await note.waitFor({ state: 'detached' });
  await cell(31, 'organisation').hover();
  await note.getByText('Fill this in.').hover();
  await page.waitForTimeout(400);
  await note.getByText('Fill this in.').waitFor();
  await page.mouse.move(5, 5);
  await note.getByText('Fill this in.').waitFor({ state: 'detached' });
});

test('a phone shows users as cards, and nothing is wider than it', async () => {
  const { page } = await start(people(3), { width: 390, height: 844 });
  await page.getByText('p1@example-agency.gov.sg').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test('all processed, nothing left to fix is done; a number on a button is the number it opens with', async () => {
  const { page, list } = await start([...people(3), person(4, { organisation: '' })]);
  for (const row of list.rows.slice(0, 3))
    list.rows[row.number - 1] = {
      ...row,
      state: 'SENT',
      invite: {
        id: `inv_${row.number}`,
        state: 'ONBOARDED',
        techpass: 'Onboarded',
        seed: '-',
        traceId: '1-67891233-abcdef012345678912345678',
      },
    };
  Object.assign(list, { state: 'DONE', progress: { ONBOARDED: 3 } });
  await page.reload();
  await page.getByRole('heading', { name: '3 users done, 1 to fix' }).waitFor();
  expect(await page.title()).not.toMatch(/^Done/);
  await page.getByRole('button', { name: 'Change all 1 alike' }).click();
  await page.getByRole('heading', { name: 'Change 1 user alike' }).waitFor();
  list.change(4, { username: 'n/a' });
  await page.getByLabel('What to change').selectOption({ label: 'TechPass username' });
  await page.getByText('Leave it empty to clear it.').waitFor();
  await page.getByRole('button', { name: 'Change 1 user' }).click();
  await page.getByText('TechPass username changed for 1 user.').waitFor();
  expect(list.rows[3].values.username).toBe('');
  list.change(4, { organisation: 'Example Agency' });
  list.rows[3] = { ...list.rows[3], state: 'REMOVED' };
  await page.reload();
  await page.getByRole('heading', { name: 'All 3 users done' }).waitFor();
  await page.waitForFunction(() => document.title.startsWith('Done - '));
});

const submitted = (list, states) => {
  states.forEach((state, at) => {
    const invite = { id: `inv_${at + 1}`, state, techpass: state, seed: '-', traceId: TRACE };
    list.rows[at] = { ...list.rows[at], state: 'SENT', invite };
  });
  const progress = Object.fromEntries(states.map((state) => [state, states.filter((each) => each === state).length]));
  Object.assign(list, { state: 'DONE', progress });
};

test('a batch whose mails wait says until when, or that all mail is stopped', async () => {
  const { page, list } = await start(people(4));
  submitted(list, ['ACCOUNT_CREATED', 'MAILING', 'MAILING', 'MAILING']);
  const until = new Date(Date.now() + 24 * 3600_000).toISOString();
  Object.assign(list, { state: 'DISPATCHED', mailHold: { state: 'PAUSED', until } });
  await page.reload();
  await page.getByText(/No mails go out until about \d/).waitFor();
  list.mailHold = { state: 'STOPPED' };
  await page.reload();
  await page.getByText('All mail is stopped').waitFor();
});

test('a batch of which invites need attention or expired is not done, and neither are their rows', async () => {
  const { page, list, cell } = await start(people(4));
  submitted(list, ['ONBOARDED', 'NEEDS_ATTENTION', 'EXPIRED', 'QUEUED']);
  await page.reload();
  await page.getByRole('heading', { name: '1 user done, 1 needs attention, 1 expired, 1 in progress' }).waitFor();
  expect(await page.title()).not.toMatch(/^Done/);
  expect(await page.locator('#progress-title.finished').count()).toBe(0);
  const tick = await cell(1, 'state').locator('svg').innerHTML();
  for (const row of [2, 3, 4]) expect(await cell(row, 'state').locator('svg').innerHTML()).not.toBe(tick);
});

test('a row that is fixed after the others are done is not submitted, which is said at once', async () => {
  const { page, list, cell } = await start([...people(3), person(4, { organisation: '' })]);
  submitted(list, ['ONBOARDED', 'ONBOARDED', 'ONBOARDED']);
  await page.reload();
  await page.getByRole('heading', { name: '3 users done, 1 to fix' }).waitFor();
  await type(cell(4, 'organisation'), 'Example Agency');
  await page.getByRole('heading', { name: '3 users done, 1 not submitted' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '3 users done, 1 not submitted' }).waitFor();
  expect(await page.title()).not.toMatch(/^Done/);
});
