import { afterEach, expect, test } from 'vitest';
import { findings, overflow } from '../e2e/browser.mjs';
import { FakeList } from '../fake/list';
import { problem } from '../fake/server';
import { stage } from './page.mjs';

const LINES = [
  'Mei,Tan,mei@example-agency.gov.sg,91234567,Example Agency,New joiner',
  'Ah Kow,Lim,kow@example-agency.gov.sg,91234568,Example Agency,New joiner',
];

let open;
afterEach(() => open.done());

const start = async (options) => {
  open = await stage(options);
  const list = new FakeList([]).on(open.server);
  await open.goTo('/batches');
  const box = open.page.getByLabel('Or paste from Excel');
  await box.waitFor();
  return { ...open, list, box };
};

test('lines with commas and without titles are asked about, and added as it is said', async () => {
  const { page, list, box } = await start();
  await box.fill(LINES.join('\n'));
  await page.getByText('2 users found.').waitFor();
  expect(await page.getByLabel('Column B').inputValue()).toBe('lastName');
  await page.getByText('such as New joiner').waitFor();
  await page.getByLabel('Column E').selectOption('Organisation');
  await page.getByLabel('Column F').selectOption('Reason');
  await page.getByText('Not found yet').waitFor({ state: 'detached' });
  await box.press('End');
  await page.keyboard.type('!');
  expect(await page.getByLabel('Column F').inputValue()).toBe('reason');
  await page.getByRole('button', { name: 'Add 2 users' }).click();
  await page.getByRole('heading', { name: '2 users' }).waitFor();
  expect(list.rows.map(({ values, repairs }) => [values.firstName, values.lastName, values.reason, repairs])).toEqual([
    ['Mei', 'Tan', 'New joiner', [expect.objectContaining({ guess: true }), expect.objectContaining({ guess: true })]],
    [
      'Ah Kow',
      'Lim',
      'New joiner!',
      [expect.objectContaining({ guess: true }), expect.objectContaining({ guess: true })],
    ],
  ]);
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test('what was said of one list without titles is not said of another', async () => {
  const { page, box } = await start();
  await box.fill(LINES.join('\n'));
  await page.getByLabel('Column A').selectOption('Department');
  await box.fill(LINES.toReversed().join('\n'));
  await expect.poll(() => page.getByLabel('Column A').inputValue()).toBe('firstName');
});

test('a column of somebody’s own is asked about once, and no column of numbers or without a text is', async () => {
  const { page, server, box } = await start();
  server.on('createBatch', () => problem('unavailable'));
  const text = [
    'S/N\tEmail\tFull Name\tMobile\tAgency\tReason\tGrade\tRemarks',
    '1\tmei@example-agency.gov.sg\tTan Mei Ling\t91234567\tExample Agency\tJoins\tMX10\t',
    '2\tkow@example-agency.gov.sg\tLim Ah Kow\t91234568\tExample Agency\tJoins\tMX11\t',
  ].join('\n');
  await box.fill(text);
  await page.getByLabel('Grade').waitFor();
  expect(await page.locator('.paste select').count()).toBe(1);
  await page.getByRole('button', { name: 'Add 2 users' }).click();
  await page.getByRole('heading', { name: 'The service is not available' }).waitFor();
  await page.getByText('As you said before: “Grade” is left out.').waitFor();
  await box.fill(`${text}\n`);
  await page.getByText('2 users found.').waitFor();
  expect(await page.locator('.paste select').count()).toBe(0);
});

test.each([1280, 320])(
  'at %i px what is asked beside a paste is accessible, and not wider than the page',
  async (width) => {
    const { page, box } = await start({ width });
    await box.fill(LINES.join('\n'));
    await page.getByLabel('Column F').waitFor();
    expect([...(await findings(page)), ...(await overflow(page))]).toEqual([]);
  },
);
