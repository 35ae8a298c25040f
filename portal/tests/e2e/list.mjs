// A list of users, as officers have it in Excel.
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fresh, portal } from './stack.mjs';

export const root = resolve(import.meta.dirname, '../../..');
/** Where workbooks are written; a folder of this run. */
export const folder = mkdtempSync(join(tmpdir(), 'users-'));
export const python = (...args) =>
  execFileSync(resolve(root, '.tools/emulator/bin/python'), args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

export const TITLES = [
  'Email',
  'Username',
  'First Name',
  'Last Name',
  'Country Code',
  'Contact Number',
  'Organisation',
  'Department',
  'Onboarding to SEED required?',
  'Reason for creation',
];

/** Cells of one user in the order of the template. */
export const user = (change = {}) =>
  Object.values({
    email: fresh('batch'),
    username: '',
    firstName: 'Mei Ling',
    lastName: 'Tan',
    countryCode: '65',
    contactNumber: '91234567',
    organisation: 'Example Agency',
    department: 'Platforms',
    seed: 'No',
    reason: 'Joins the team',
    ...change,
  });

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

/** Makes a list of cells that were copied. */
export async function paste(page, rows) {
  await page.goto(`${portal}#/batches`);
  await copy(page, rows);
  await page.getByLabel('Or paste from Excel').press('Control+v');
  await page.getByRole('button', { name: /^Add .* users?$/ }).click();
  await page.getByRole('grid', { name: 'Users' }).waitFor({ timeout: 60_000 });
}
