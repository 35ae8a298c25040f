import { afterEach, expect, test } from 'vitest';
import { findings, lostFocus, overflow } from '../e2e/browser.mjs';
import { FakeList, person } from '../fake/list';
import { problem } from '../fake/server';
import { stage } from './page.mjs';

const reasons = [
  { code: 'FILE_HEADER_MISSING', detail: 'These columns were not found: Reason for creation.' },
  { code: 'FILE_COLUMNS_UNKNOWN', detail: 'These columns have content, and no field: HP, Designation.' },
];
const COLUMNS = {
  reasons,
  columns: [
    { title: 'Email', column: 1, field: 'email', samples: ['bo@example-agency.gov.sg', 'kim@example-agency.gov.sg'] },
    { title: 'Name', column: 2, field: 'fullName', samples: ['Tan Bo', 'Lim Kim Huat'] },
    { title: 'HP', column: 3, samples: ['91234567', '81234567'] },
    { title: 'Agency', column: 4, field: 'organisation', samples: ['Example Agency'] },
    { title: 'Designation', column: 5, samples: ['Engineer', 'Manager', 'A'.repeat(60)] },
  ],
  missing: ['contactNumber', 'reason'],
};
const SHEETS = {
  reasons: [{ code: 'FILE_WORKSHEETS_SEVERAL', detail: 'Several worksheets of this file can be the list.' }],
  worksheets: [
    { name: 'Officers', rows: 12 },
    { name: 'Vendors', rows: 1 },
  ],
};
const TEXTS = {
  reasons: [{ code: 'FILE_ENCODING_UNKNOWN', detail: 'The letters of this file can be read in several ways.' }],
  encodings: [
    { name: 'windows-1252', sample: 'Núñez' },
    { name: 'macintosh', sample: 'N˙Òez' },
  ],
};

let open;
afterEach(() => open.done());

/** A batch that asks one round of questions after the other, and then is a draft. */
const start = async ([first, ...others], options) => {
  open = await stage(options);
  const list = new FakeList([person(1), person(2)]).on(open.server);
  Object.assign(list, { state: 'ASKING', questions: first, source: 'upload' });
  const answers = [];
  open.server.on('answerQuestions', ({ body }) => {
    answers.push(body);
    Object.assign(list, { state: 'PARSING', questions: undefined });
    const reading = list.body;
    const questions = others.shift();
    Object.assign(list, { state: questions ? 'ASKING' : 'DRAFT', questions });
    return { status: 202, body: reading };
  });
  await open.goTo(`/batches/${list.id}`);
  await open.page.getByRole('heading', { name: 'we need your answers' }).waitFor();
  return { ...open, list, answers, send: open.page.getByRole('button', { name: 'Read the list' }) };
};
const isDraft = (page) => page.getByRole('heading', { name: '2 users' }).waitFor();

test('columns are said by select, one value is given for everybody, and the list is read', async () => {
  const { page, answers, send } = await start([COLUMNS]);
  await page.getByText(reasons[0].detail).waitFor();
  await page.getByText('Not found yet: Contact number').waitFor();
  await page.getByText('Left out, and not read: HP, Designation.').waitFor();
  const hp = page.getByLabel('HP');
  expect(await hp.locator('option').allTextContents()).toEqual(
    expect.arrayContaining(['Contact number', 'Full name', 'Leave this column out']),
  );
  expect(await hp.evaluate((select) => document.getElementById(`${select.id}-samples`).textContent)).toContain(
    '81234567',
  );
  await hp.selectOption('Contact number');
  await page.getByText('Not found yet').waitFor({ state: 'detached' });
  await page.getByLabel('Reason').fill('Joins the project');
  await send.click();
  await isDraft(page);
  expect(await lostFocus(page)).toEqual([]);
  expect(answers).toEqual([
    {
      columns: COLUMNS.columns.map(({ title, column, field }) => ({
        title,
        column,
        ...(title === 'HP' ? { field: 'contactNumber' } : field && { field }),
      })),
      values: { reason: 'Joins the project' },
    },
  ]);
});

test('what is wrong is said beside its field before anything is sent', async () => {
  const { page, answers, send } = await start([COLUMNS]);
  await send.click();
  const summary = page.getByRole('heading', { name: '2 fields need fixing' });
  await summary.waitFor();
  expect(await page.evaluate(() => document.activeElement.className)).toContain('summary');
  await page.getByRole('button', { name: 'Columns: Choose the columns that hold these: Contact number.' }).click();
  expect(await page.evaluate(() => document.activeElement.name)).toBe('columns');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement.name)).toBe('columns/0');
  await page.getByLabel('HP').selectOption('Email address');
  await page.getByText('Another column holds this too.').first().waitFor();
  expect(await page.getByLabel('HP').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('HP').selectOption('Contact number');
  await page.getByLabel('Reason').fill('x'.repeat(256));
  await page.getByText('At most 255 characters; this has 256. Shorten it.').first().waitFor();
  await page.getByLabel('Designation').selectOption('Reason');
  await page.getByRole('group', { name: 'The same for everybody' }).waitFor({ state: 'detached' });
  await send.click();
  await isDraft(page);
  expect(answers.map(({ values }) => values)).toEqual([undefined]);
});

test('what the service says of an answer is beside its field, and another answer may fix it', async () => {
  const { page, server, send, answers } = await start([COLUMNS]);
  await page.getByLabel('HP').selectOption('Contact number');
  await page.getByLabel('Reason').fill('Joins');
  const errors = [
    { pointer: '/columns/4', code: 'column', detail: 'There is no such column any more.' },
    { pointer: '/values/reason', code: 'identity-number', detail: 'Remove the NRIC.' },
  ];
  server.trouble('answerQuestions', problem('validation', { errors }));
  await send.click();
  await page.locator('[id="columns/4-error"]').getByText('There is no such column any more.').waitFor();
  expect(await page.getByLabel('Designation').getAttribute('aria-invalid')).toBe('true');
  await page.locator('[id="values/reason-error"]').getByText('This looks like an NRIC or FIN.').waitFor();
  await page.getByLabel('Designation').selectOption('Department');
  await send.click();
  await isDraft(page);
  expect(answers.length).toBe(1);
});

test('by keyboard a worksheet is chosen, and the next round of questions has the focus', async () => {
  const { page, answers } = await start([SHEETS, COLUMNS]);
  await page.getByText('To read another one as well, upload the file again.').waitFor();
  await page.locator('#questions-title').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByLabel('HP').waitFor();
  expect(answers).toEqual([{ worksheet: 'Vendors' }]);
  await expect.poll(() => page.evaluate(() => document.activeElement.id)).toBe('questions-title');
});

test('of several encodings the sample that looks right is chosen', async () => {
  const { page, answers, send } = await start([TEXTS]);
  await send.click();
  await page.locator('#encoding-error').getByText('Choose the text that looks right.').waitFor();
  await page.getByRole('group', { name: 'Which of these looks right?' }).getByRole('radio', { name: 'Núñez' }).check();
  await send.click();
  await isDraft(page);
  expect(answers).toEqual([{ encoding: 'windows-1252' }]);
});

test('a list that was answered in another tab is shown as it is now', async () => {
  const { page, list, server, send } = await start([SHEETS]);
  server.trouble('answerQuestions', problem('state-conflict'));
  Object.assign(list, { state: 'DRAFT', questions: undefined });
  await page.getByRole('radio', { name: 'Officers' }).check();
  await send.click();
  await isDraft(page);
  await page.getByText('This list was changed elsewhere.').waitFor();
  expect(await lostFocus(page)).toEqual([]);
});

test('what is typed stays while the page asks again, and after an answer that was lost', async () => {
  const { page, server, send } = await start([COLUMNS]);
  await page.getByLabel('HP').selectOption('Contact number');
  await page.getByLabel('Reason').fill('Joins the project');
  const polls = () => server.asked.filter((each) => each === 'GET /api/batches/{id}').length;
  const before = polls();
  await expect.poll(polls, { timeout: 10_000 }).toBeGreaterThan(before);
  server.trouble('answerQuestions', problem('unavailable'));
  await send.click();
  await page.getByRole('heading', { name: 'The service is not available' }).waitFor();
  expect(await page.getByLabel('Reason').inputValue()).toBe('Joins the project');
  await send.click();
  await isDraft(page);
});

test('the answers are remembered for the next file, with what is left out, until they are forgotten', async () => {
  const { page, server, send } = await start([COLUMNS]);
  await page.getByLabel('HP').selectOption('Contact number');
  await page.getByLabel('Reason').fill('Joins');
  await send.click();
  await isDraft(page);
  const bodies = [];
  server.on('createBatch', ({ body }) => {
    bodies.push(body);
    return problem('unavailable');
  });
  await open.goTo('/batches');
  await page.getByText('As you said before: “HP” is Contact number, “Designation” is left out.').waitFor();
  const upload = () =>
    page
      .getByLabel('Choose a file')
      .setInputFiles({ name: 'users.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('x') });
  await upload();
  await page.getByRole('heading', { name: 'The service is not available' }).waitFor();
  await page.getByRole('button', { name: 'Forget this' }).click();
  await page.getByText('As you said before').waitFor({ state: 'detached' });
  await upload();
  await expect
    .poll(() => bodies)
    .toEqual([
      {
        fileName: 'users.xlsx',
        columns: [
          { title: 'HP', column: 3, field: 'contactNumber' },
          { title: 'Designation', column: 5, field: null },
        ],
      },
      { fileName: 'users.xlsx' },
    ]);
});

test('a list that waits says so among the batches and on the overview, and can be removed', async () => {
  const { page, server } = await start([COLUMNS]);
  server.on('listInvites', () => ({
    status: 200,
    headers: { etag: '"1"' },
    body: { items: [], total: 0, techpass: {} },
  }));
  await open.goTo('/');
  await page.getByText('waits for your answers').click();
  server.on('resetBatch', () => ({ status: 204 }));
  await page.getByRole('link', { name: 'Choose another file' }).click();
  await page.getByRole('listitem').filter({ hasText: 'Waits for your answers' }).getByRole('link').click();
  await page.getByRole('button', { name: 'Remove this list' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove this list' }).click();
  await page.getByRole('heading', { name: 'Upload user list' }).waitFor();
  expect(server.asked).toContain('DELETE /api/batches/{id}');
});

test.each([
  [1280, COLUMNS],
  [320, COLUMNS],
  [320, { ...SHEETS, ...TEXTS, missing: ['organisation', 'department', 'countryCode', 'seed', 'reason'] }],
])(
  'at %i px nothing is wider than the page, and all is accessible, also when it is wrong',
  async (width, questions) => {
    const { page, send } = await start([questions], { width });
    expect([...(await findings(page)), ...(await overflow(page))]).toEqual([]);
    await send.click();
    await page.getByRole('heading', { name: 'need fixing' }).waitFor();
    expect([...(await findings(page)), ...(await overflow(page))]).toEqual([]);
  },
);

test.each(['list.xlsx', 'list.csv', 'list.ods'])('%s is taken when it is chosen or dropped', async (name) => {
  open = await stage();
  const { page, server } = open;
  const names = [];
  server.on('createBatch', ({ body }) => {
    names.push(body.fileName);
    return problem('unavailable');
  });
  await open.goTo('/batches');
  await page.getByText('Drop an Excel, CSV or ODS file here').waitFor();
  const choose = page.getByLabel('Choose a file');
  expect((await choose.getAttribute('accept')).split(',')).toContain(name.slice('list'.length));
  await choose.setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from('x') });
  await expect.poll(() => names).toEqual([name]);
  await page.getByRole('heading', { name: 'The service is not available' }).waitFor();
  await page.evaluate((dropped) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['x'], dropped));
    const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector('.drop').dispatchEvent(event);
  }, name);
  await expect.poll(() => names).toEqual([name, name]);
});
