// A list of users, as officers have it in Excel.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fresh, portal } from './stack.mjs';

export const root = resolve(import.meta.dirname, '../../..');
/** Where workbooks are written; a folder of this run. */
export const folder = mkdtempSync(join(tmpdir(), 'users-'));
export const python = (...args) =>
  execFileSync(resolve(root, '.tools/emulator/bin/python'), args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

/** The columns of the template, as docs/API.md lists them: fields and their titles. */
const COLUMNS = [
  ...readFileSync(resolve(root, 'docs/API.md'), 'utf8')
    .split('| field | title in workbooks |')[1]
    .split('\n\n')[0]
    .matchAll(/^\| `(\w+)` \| (.+?) \|/gm),
].map(([, field, title]) => ({ field, title }));
export const TITLES = COLUMNS.map(({ title }) => title);

/** Cells of one user in the order of the template. */
export const user = (change = {}) => {
  const texts = {
    email: fresh('batch'),
    firstName: 'Mei Ling',
    lastName: 'Tan',
    countryCode: '65',
    contactNumber: '91234567',
    organisation: 'Example Agency',
    department: 'Platforms',
    seed: 'No',
    reason: 'Joins the team',
    ...change,
  };
  return COLUMNS.map(({ field }) => texts[field] ?? '');
};

/** A workbook of these rows; gives its path. */
export function workbook(rows, name = `${Math.random()}.xlsx`) {
  const path = join(folder, name);
  python(
    '-c',
    `
import json, sys, openpyxl
book = openpyxl.Workbook()
for row in json.loads(sys.argv[2]):
    book.active.append(row)
book.save(sys.argv[1])`,
    path,
    JSON.stringify(rows),
  );
  return path;
}

/** Copies cells, as Excel does. */
export const copy = (page, rows) =>
  page.evaluate((text) => navigator.clipboard.writeText(text), rows.map((cells) => cells.join('\t')).join('\n'));

/** Creates a list from cells that were copied. */
export async function paste(page, rows, { timeout = 60_000 } = {}) {
  await page.goto(`${portal}#/batches`);
  await copy(page, rows);
  await page.getByLabel('Or paste from Excel').press('Control+v');
  await page.getByRole('button', { name: /^Add .* users?$/ }).click();
  await page.getByRole('grid', { name: 'Users' }).waitFor({ timeout });
}

/** The template as it was downloaded, filled in as a person would in Excel. */
export function fill(template, rows) {
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
export const read = (path) =>
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

/** The file that a press of a button saves, whose name is as it should be. */
export async function save(page, name, press) {
  const saved = page.waitForEvent('download');
  await press();
  const download = await saved;
  assert.match(download.suggestedFilename(), name);
  const path = join(folder, `${Math.random()}-${download.suggestedFilename()}`);
  await download.saveAs(path);
  return path;
}

export const cell = (page, row, column) => page.locator(`[id="cell-${row}-${column}"]`);
export const grid = (page) => page.getByRole('grid', { name: 'Users' });
