// A list of users, as officers have it in Excel.
import { fresh, portal } from './stack.mjs';

export const TITLES = ['Email', 'Username', 'First Name', 'Last Name', 'Country Code', 'Contact Number', 'Organisation', 'Department', 'Onboarding to SEED required?', 'Reason for creation'];

/** Cells of one user in the order of the template. */
export const user = (change = {}) => Object.values({
  email: fresh('batch'), username: '', firstName: 'Mei Ling', lastName: 'Tan', countryCode: '65', contactNumber: '91234567',
  organisation: 'Example Agency', department: 'Platforms', seed: 'No', reason: 'Joins the team', ...change,
});

/** Copies cells, as Excel does. */
export const copy = (page, rows) => page.evaluate((text) => navigator.clipboard.writeText(text), rows.map((cells) => cells.join('\t')).join('\n'));

/** Makes a list of cells that were copied. */
export async function paste(page, rows) {
  await page.goto(`${portal}#/batches`);
  await copy(page, rows);
  await page.getByLabel('Or paste from Excel').press('Control+v');
  await page.getByRole('button', { name: /^Add .* users?$/ }).click();
  await page.getByRole('grid', { name: 'Users' }).waitFor({ timeout: 60_000 });
}
