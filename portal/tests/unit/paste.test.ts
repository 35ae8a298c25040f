import { expect, test } from 'vitest';
import { readPaste } from '../../src/pages/batch/intake/paste';
import type { RowText } from '../../src/pages/batch/rows/new-rows';
import { ALL_FIELDS } from '../../src/rules/forms';
import { template } from '../template';

const people: RowText[] = Array.from({ length: 50 }, (_, n) => ({
  email: `person.${n}@example-agency.gov.sg`,
  firstName: `Mei Ling ${String.fromCharCode(65 + (n % 26))}`,
  lastName: 'Tan',
  countryCode: '65',
  contactNumber: `91234${String(100 + n)}`,
  organisation: 'Example Agency',
  department: 'Platforms',
  seed: n % 2 ? 'Yes' : 'No',
  reason: 'Joins the team',
}));
const titles = template.map(([, title]) => title);
const cells = (row: RowText) => ALL_FIELDS.map((field) => row[field] ?? '');
const line = (row: RowText) => cells(row).join('\t');

test('the table of fields is the template', () => {
  expect(template.map(([field]) => field)).toEqual(ALL_FIELDS);
});

test.each<[string, string]>([
  [
    'with the header of the template',
    [`S/N\t${titles.join('\t')}`, ...people.map((row, n) => `${n + 1}\t${line(row)}`)].join('\r\n'),
  ],
  ['without a header', people.map(line).join('\n')],
  ['without a header, with numbers in front', `${people.map((row, n) => `${n + 1}\t${line(row)}`).join('\r\n')}\r\n`],
  [
    'in another order, under a banner, with a column of somebody’s own',
    [
      'Users of Platforms\t\t',
      '',
      [...titles.toReversed().map((title) => `${title.toUpperCase()} *`), 'Remarks'].join('\t'),
      ...people.map((row) => [...cells(row).toReversed(), 'see mail'].join('\t')),
    ].join('\n'),
  ],
  [
    'in quotes, with spaces around',
    [
      titles.map((title) => `"${title}"`).join('\t'),
      ...people.map((row) =>
        cells(row)
          .map((text) => `"\u00a0${text} "`)
          .join('\t'),
      ),
    ].join('\n'),
  ],
  [
    'with addresses as a mail program copies them',
    [titles.join('\t'), ...people.map((row) => line({ ...row, email: `${row.firstName} <${row.email}>` }))].join('\n'),
  ],
])('cells %s make the same rows', (_, text) => {
  expect(readPaste(text)).toMatchObject({ rows: people, skipped: 0 });
});

test.each<[string, string]>([
  ['in a line', 'Mei Ling Tan <tan@example-agency.gov.sg>; bob@example-agency.gov.sg'],
  ['in lines', 'Mei Ling Tan <tan@example-agency.gov.sg>\nbob@example-agency.gov.sg\n'],
  ['with commas', '"Tan, Mei Ling" <tan@example-agency.gov.sg>, <bob@example-agency.gov.sg>,'],
  ['as links', 'Mei Ling TAN (AGENCY) <mailto:tan@example-agency.gov.sg>; mailto:bob@example-agency.gov.sg'],
  ['in two columns', 'Mei Ling Tan\ttan@example-agency.gov.sg\n\tbob@example-agency.gov.sg'],
])('loose addresses %s make the same rows', (_, text) => {
  const rows = readPaste(text).rows.map(({ email, firstName = '', lastName = '' }) => ({
    email,
    name: `${firstName} ${lastName}`.trim().toLowerCase(),
  }));
  expect(rows).toEqual([
    { email: 'tan@example-agency.gov.sg', name: 'mei ling tan' },
    { email: 'bob@example-agency.gov.sg', name: '' },
  ]);
});

test('what names nobody is counted, never dropped in silence', () => {
  expect(readPaste('Dear all\ntan@example-agency.gov.sg\nSee you')).toMatchObject({
    rows: [{ email: 'tan@example-agency.gov.sg' }],
    skipped: 2,
  });
  expect(readPaste('')).toMatchObject({ rows: [], skipped: 0 });
  expect(readPaste('Name\tTown\nBo\tBedok')).toMatchObject({ rows: [], skipped: 2 });
});

test('titles that are not known are given back, and read as the officer says', () => {
  const text =
    'Work contact\tGiven name\tSurname\tRings at\tAgency\tDesk\n' +
    'bo@example-agency.gov.sg\tBo\tTan\t91234567\tExample Agency\t12-34';
  const { rows, titles } = readPaste(text);
  expect(rows).toEqual([{ firstName: 'Bo', lastName: 'Tan', organisation: 'Example Agency' }]);
  expect(titles.filter(({ field }) => !field).map(({ column, title }) => [column, title])).toEqual([
    [1, 'Work contact'],
    [4, 'Rings at'],
    [6, 'Desk'],
  ]);
  const said = [
    { column: 9, title: 'Work contact', field: 'email' as const },
    { column: 4, title: 'Rings at', field: 'contactNumber' as const },
  ];
  expect(readPaste(text, said).rows).toEqual([
    {
      email: 'bo@example-agency.gov.sg',
      firstName: 'Bo',
      lastName: 'Tan',
      contactNumber: '91234567',
      organisation: 'Example Agency',
    },
  ]);
  expect(readPaste(text, [{ column: 5, title: 'Agency', field: null }]).rows[0]).toEqual({
    firstName: 'Bo',
    lastName: 'Tan',
  });
});

test('titles of which none is known are no person', () => {
  const text = 'Contact\tCalled\tWhere\nbo@example-agency.gov.sg\tBo\tBedok\nkim@example-agency.gov.sg\tKim\tYishun';
  expect(readPaste(text)).toMatchObject({
    rows: [],
    skipped: 2,
    titles: [{ title: 'Contact' }, { title: 'Called' }, { title: 'Where' }],
  });
  expect(readPaste(text, [{ column: 1, title: 'Contact', field: 'email' }]).rows.map(({ email }) => email)).toEqual([
    'bo@example-agency.gov.sg',
    'kim@example-agency.gov.sg',
  ]);
  expect(
    readPaste('\tMei Ling\tTan\t65\t91234567\nbo@example-agency.gov.sg\t\tBo').titles,
    'a person without an address',
  ).toEqual([]);
  expect(
    readPaste('\t\tMei Ling\tTan\t\t\tHTX\nbo@example-agency.gov.sg\t\tBo').titles,
    'nor without a number',
  ).toEqual([]);
  expect(readPaste(text).isGuess).toBe(true);
});

test('what was said before gives way to what a title says by itself', () => {
  const said = [{ column: 1, title: 'Rings at', field: 'contactNumber' as const }];
  const text = 'Email\tFirst Name\tMobile\tRings at\nbo@example-agency.gov.sg\tBo\t91234567\t81234567';
  expect(readPaste(text, said).rows[0]!.contactNumber).toBe('91234567');
  expect(readPaste(text, said).columns.at(-1)!.field).toBeNull();
});

test('a cell keeps its line breaks and quotes', () => {
  const { rows } = readPaste('Email\tFirst Name\tReason\nbo@example-agency.gov.sg\tBo\t"Joins ""Platforms""\nin May"');
  expect(rows).toEqual([{ email: 'bo@example-agency.gov.sg', firstName: 'Bo', reason: 'Joins "Platforms"\nin May' }]);
});

test('a surname stands before a comma or in capitals', () => {
  expect(readPaste('TAN Mei Ling <a@example-agency.gov.sg>').rows[0]).toMatchObject({
    firstName: 'Mei Ling',
    lastName: 'TAN',
  });
  expect(readPaste('Tan, Mei Ling <a@example-agency.gov.sg>').rows[0]).toMatchObject({
    firstName: 'Mei Ling',
    lastName: 'Tan',
  });
});

test('10,000 rows are read at once', () => {
  const text = Array.from({ length: 10_000 }, (_, n) =>
    line({ ...people[n % 50], email: `p${n}@example-agency.gov.sg` }),
  ).join('\n');
  const start = performance.now();
  expect(readPaste(text).rows).toHaveLength(10_000);
  expect(performance.now() - start).toBeLessThan(2_000);
});

test.each<[string, string, string, boolean]>([
  ['Tan Mei Ling', 'Mei Ling', 'Tan', true],
  ['Ng Wei', 'Wei', 'Ng', true],
  ['Mei Ling Tan', 'Mei Ling', 'Tan', true],
  ['Mei Ling TAN', 'Mei Ling', 'TAN', true],
  ['TAN Mei Ling', 'Mei Ling', 'TAN', true],
  ['Nurul Aisyah binte Ahmad', 'Nurul Aisyah', 'binte Ahmad', true],
  ['Muthu s/o Raju', 'Muthu', 's/o Raju', true],
  ['Priya Goh', 'Priya', 'Goh', true],
  ['Tan, Mei Ling', 'Mei Ling', 'Tan', false],
  ['TAN, Mei Ling', 'Mei Ling', 'TAN', false],
  ['TAN, MEI LING', 'MEI LING', 'TAN', true],
  ['LOVELACE, Ada', 'Ada', 'LOVELACE', true],
  ['VAN DER BERG, JAN', 'JAN', 'VAN DER BERG', true],
  ['MOE, Tan Mei Ling', 'Tan Mei Ling', 'MOE', true],
  ['Ng, Jean-Luc', 'Jean-Luc', 'Ng', false],
  ['Lovelace, Ada', 'Ada', 'Lovelace', true],
  ['van der Berg, Jan', 'Jan', 'van der Berg', true],
  ['TAN, LING', 'LING', 'TAN', true],
  ['Tan, GovTech', 'GovTech', 'Tan', true],
  ['Tan, Ministry of Education', 'Ministry of Education', 'Tan', true],
  ['Tan, Mei Ling, MOE', 'Mei Ling', 'Tan', true],
  ['Tan Mei Ling, MOE', 'Mei Ling', 'Tan', true],
  ['TAN MEI LING, MOE', 'MEI LING', 'TAN', true],
  ['Tan Mei Ling, Ministry of Education', 'Mei Ling', 'Tan', true],
  ['Ada Lovelace, HTX', 'Ada', 'Lovelace', true],
  ['Nurul Aisyah binte Ahmad, MOM', 'Nurul Aisyah', 'binte Ahmad', true],
])('the whole name %s is split, and marked as a guess unless it says how', (name, firstName, lastName, isGuess) => {
  const email = 'somebody@example-agency.gov.sg';
  const wanted = { email, firstName, lastName, ...(isGuess && { guessed: ['firstName', 'lastName'] }) };
  expect(readPaste(`${name} <${email}>`).rows[0]).toEqual(wanted);
  expect(readPaste(`"${name}" <${email}>`).rows[0]).toEqual(wanted);
});

test('one word beside an agency is a guess of the first name', () => {
  const email = 'ada@example-agency.gov.sg';
  expect(readPaste(`Ada, HTX <${email}>`).rows[0]).toEqual({ email, firstName: 'Ada', guessed: ['firstName'] });
});
