import { expect, test } from 'vitest';
import { readPaste } from '../../src/pages/batch/intake/paste';
import type { RowText } from '../../src/pages/batch/rows/new-rows';
import { ALL_FIELDS } from '../../src/rules/forms';
import { template } from '../template';

const at = (name: string) => `${name}@example-agency.gov.sg`;
const TWO = [
  {
    email: at('mei'),
    firstName: 'Mei',
    lastName: 'Tan',
    contactNumber: '91234567',
    organisation: 'Example Agency',
    reason: 'New joiner',
  },
  {
    email: at('kow'),
    firstName: 'Ah Kow',
    lastName: 'Lim',
    contactNumber: '91234568',
    organisation: 'Example Agency',
    reason: 'New joiner',
  },
];
const TITLES = 'First Name,Last Name,Email,Contact Number,Organisation,Reason';
const LINES = [
  `Mei,Tan,${at('mei')},91234567,Example Agency,New joiner`,
  `Ah Kow,Lim,${at('kow')},91234568,Example Agency,New joiner`,
];
const fieldsOf = (text: string) =>
  Object.fromEntries(readPaste(text).columns.map(({ title, field }) => [title, field]));
const withoutGuesses = (rows: readonly RowText[]) => rows.map(({ guessed, ...texts }) => texts);

test.each<[string, string]>([
  ['commas', [TITLES, ...LINES].join('\n')],
  ['semicolons', [TITLES, ...LINES].join('\r\n').replaceAll(',', ';')],
  ['spaces behind the commas', [TITLES, ...LINES].join('\n').replaceAll(',', ', ')],
  ['every cell in quotes', [TITLES, ...LINES].map((line) => `"${line.replaceAll(',', '","')}"`).join('\n')],
  ['blank lines and a greeting', ['Dear all', '', TITLES, '', ...LINES, '', 'Thanks'].join('\n')],
  ['the addresses of a mail program', [TITLES, ...LINES].join('\n').replace(at('mei'), `Mei Tan <${at('mei')}>`)],
])('lines with titles and %s are cells', (_, text) => {
  expect(readPaste(text).rows).toEqual(TWO);
});

test('a quoted cell keeps its commas, quotes and line breaks', () => {
  const text = `Email,First Name,Reason\n${at('bo')},Bo,"Joins ""A"", B\nand C"\n${at('kim')},Kim,Joins`;
  expect(readPaste(text).rows).toEqual([
    { email: at('bo'), firstName: 'Bo', reason: 'Joins "A", B\nand C' },
    { email: at('kim'), firstName: 'Kim', reason: 'Joins' },
  ]);
});

test('of commas and semicolons, those that the titles are divided by count', () => {
  const text = `Name;Email;Agency\nTan, Mei Ling;${at('mei')};Example Agency\nLim, Ah Kow;${at('kow')};Example Agency`;
  expect(readPaste(text).rows.map(({ lastName, organisation }) => [lastName, organisation])).toEqual([
    ['Tan', 'Example Agency'],
    ['Lim', 'Example Agency'],
  ]);
});

test('lines without titles are cells, and the officer is asked what their columns hold', () => {
  const { rows, titles } = readPaste(LINES.join('\n'));
  expect(titles.map(({ title, samples }) => [title, samples?.[0]])).toEqual([
    ['Column A', 'Mei'],
    ['Column B', 'Tan'],
    ['Column C', at('mei')],
    ['Column D', '91234567'],
    ['Column E', 'Example Agency'],
    ['Column F', 'New joiner'],
  ]);
  expect(rows.map(({ organisation, reason, ...row }) => row)).toEqual(
    TWO.map(({ organisation, reason, ...row }) => ({ ...row, guessed: ['firstName', 'lastName'] })),
  );
  const said = [
    { column: 5, title: 'Column E', field: 'organisation' as const },
    { column: 6, title: 'Column F', field: 'reason' as const },
  ];
  expect(withoutGuesses(readPaste(LINES.join('\n'), said).rows)).toEqual(TWO);
});

test.each<[string, string, Record<string, string | null>]>([
  [
    'the address first, and no username',
    `${at('mei')},Mei,Tan,91234567\n${at('bob')},Bob,Lim,81234567`,
    { 'Column A': 'email', 'Column B': 'firstName', 'Column C': 'lastName', 'Column D': 'contactNumber' },
  ],
  [
    'the family name first',
    `Tan;Mei;${at('mei')};91234567\nLim;Bob;${at('bob')};81234567`,
    { 'Column A': 'lastName', 'Column B': 'firstName', 'Column C': 'email', 'Column D': 'contactNumber' },
  ],
  [
    'whole names and agencies',
    `Tan Mei Ling, MOE, ${at('mei')}\nLim Ah Kow, HTX, ${at('kow')}`,
    { 'Column A': 'fullName', 'Column B': null, 'Column C': 'email' },
  ],
  [
    'an address and a whole name',
    `${at('mei')}\tTan Mei Ling\n${at('kow')}\tLim Ah Kow`,
    { 'Column A': 'email', 'Column B': 'fullName' },
  ],
  [
    'two columns of numbers, of which none is guessed',
    `${at('mei')},91234567,61234567\n${at('kow')},81234567,61234568`,
    { 'Column A': 'email', 'Column B': null, 'Column C': null },
  ],
])('columns without titles are asked about: %s', (_, text, fields) => {
  expect(fieldsOf(text)).toEqual(fields);
  expect(readPaste(text).rows.map(({ email }) => email)[0]).toBe(at('mei'));
});

test.each<[string, string, number]>([
  [
    'with commas',
    `${at('mei')},,Mei,Tan,65,91234567,Example Agency\n${at('bob')},,Bob,Lim,65,81234567,Example Agency`,
    0,
  ],
  ['with the names in each other’s place', `${at('mei')},,Tan,Mei,65,91234567\n${at('bob')},,Lim,Bob,65,81234567`, 0],
  ['numbered', `1.\t${at('mei')}\t\tMei\tTan\t65\t91234567\n2.\t${at('bob')}\t\tBob\tLim\t65\t81234567`, 0],
])('cells in the order of the template are read as they are, %s', (_, text, asked) => {
  const { rows, titles } = readPaste(text);
  expect([titles.length, rows.map(({ contactNumber }) => contactNumber)]).toEqual([asked, ['91234567', '81234567']]);
});

test.each<[string, string]>([
  [
    'a title with an example of an address',
    `Email (name@example-agency.gov.sg),First Name,Mobile\n${at('mei')},Mei,91234567`,
  ],
  ['a title with a number in brackets', `Email,First Name,Mobile (8 digits)\n${at('mei')},Mei,91234567`],
])('%s is a title', (_, text) => {
  expect(readPaste(text).rows).toEqual([{ email: at('mei'), firstName: 'Mei', contactNumber: '91234567' }]);
});

test.each<[string, string]>([
  ['an address', `${at('one')}\tReason\tSeed\tMobile\n${at('two')}\tB\tC\tD`],
  ['a number', `Mobile\tSeed\tReason\t91234567\n${at('two')}\tB\tC\t81234567\n${at('three')}\tB\tC\t81234568`],
  ['a family name', `pending\tMei\tTan\tHTX\n${at('two')}\tBo\tLim\tMOE\n${at('three')}\tKi\tLee\tMOM`],
  ['a whole name', `pending\tTan Mei\tPlans\tHTX\n${at('two')}\tLim Bo\tOps\tMOE\n${at('three')}\tLee Ki\tData\tMOM`],
  ['a text that is there again', `later\tAda\tHTX\tData\n${at('two')}\tBo\tHTX\tOps\n${at('three')}\tKi\tMOM\tOps`],
  ['no address yet', `N/A\tAda\tByron\tData\n${at('two')}\tBo\tSmith\tOps\n${at('three')}\tKi\tJones\tOps`],
])('a row with %s is of a person, and never taken for titles', (_, text) => {
  const { rows, titles, isGuess } = readPaste(text);
  expect(isGuess).toBeUndefined();
  expect(titles.every(({ title }) => title.startsWith('Column '))).toBe(true);
  expect(rows).toHaveLength(text.split('\n').length);
});

test.each([
  'Full Name',
  'Name',
  'NAME *',
  'Name as in NRIC/FIN',
  'Name (as in NRIC)',
  'Full name as in NRIC',
  'Staff Name',
])('a column of %s is split, and marked as a guess', (title) => {
  for (const separator of ['\t', ',', ';']) {
    const text = [
      ['Email', title, 'Agency'],
      [at('mei'), 'Tan Mei Ling', 'Example Agency'],
      [at('nurul'), 'Nurul Aisyah binte Ahmad', 'Example Agency'],
      [at('siti'), 'Siti', 'Example Agency'],
    ]
      .map((cells) => cells.join(separator))
      .join('\n');
    expect(readPaste(text).rows.map(({ firstName, lastName, guessed }) => [firstName, lastName, guessed])).toEqual([
      ['Mei Ling', 'Tan', ['firstName', 'lastName']],
      ['Nurul Aisyah', 'binte Ahmad', ['firstName', 'lastName']],
      ['Siti', undefined, ['firstName']],
    ]);
  }
});

test('a whole name fills in only what no column of its own has', () => {
  const text = `Email\tName\tLast Name\n${at('mei')}\tTan Mei Ling\tTan-Lee\n${at('bo')}\tLim Bo\t`;
  expect(readPaste(text).rows).toEqual([
    { email: at('mei'), firstName: 'Mei Ling', lastName: 'Tan-Lee', guessed: ['firstName'] },
    { email: at('bo'), firstName: 'Bo', lastName: 'Lim', guessed: ['firstName', 'lastName'] },
  ]);
});

test.each<[string, string]>([
  ['numbers', `1. Tan Mei Ling <${at('mei')}>\n2. Bob Lim <${at('bob')}>`],
  ['numbers in brackets', `(1) Tan Mei Ling <${at('mei')}>\n(2) Bob Lim <${at('bob')}>`],
  ['numbers and a bracket', `1) Tan Mei Ling - ${at('mei')}\n2) Bob Lim - ${at('bob')}`],
  ['numbers of Word', `1.\tTan Mei Ling <${at('mei')}>\n2.\tBob Lim <${at('bob')}>`],
  ['letters', `a) Tan Mei Ling <${at('mei')}>\nb) Bob Lim <${at('bob')}>`],
  ['bullets', `• Tan Mei Ling <${at('mei')}>\n• Bob Lim <${at('bob')}>`],
  ['stars', `* Tan Mei Ling: ${at('mei')}\n* Bob Lim: ${at('bob')}`],
  ['bullets of Word', `•\tTan Mei Ling - ${at('mei')}\n•\tBob Lim – ${at('bob')}`],
  ['dashes', `- Tan Mei Ling – ${at('mei')}\n- Bob Lim – ${at('bob')}`],
  ['hanging dashes', `Tan Mei Ling - ${at('mei')} -\nBob Lim -- ${at('bob')} —`],
  ['fields of a mail', `From: Tan Mei Ling <${at('mei')}>\nTo: Bob Lim <${at('bob')}>`],
  ['quoted fields of a mail', `> From: "Tan Mei Ling" <${at('mei')}>\n> Cc: 'Bob Lim' <${at('bob')}>`],
  ['fields of a table that was copied', `From:\tTan Mei Ling <${at('mei')}>\nTo:\tBob Lim <${at('bob')}>`],
  ['labels', `Name: Tan Mei Ling, Email: ${at('mei')}\nName: Bob Lim, Email: ${at('bob')}`],
  ['quotes', `'Tan Mei Ling' <${at('mei')}>; “Bob Lim” <${at('bob')}>`],
  ['quotes around the address too', `‘Tan Mei Ling’ '${at('mei')}'\n"Bob Lim" "${at('bob')}"`],
  ['names in brackets behind', `${at('mei')} (Tan Mei Ling)\n${at('bob')} (Bob Lim)`],
  ['names in square brackets behind', `${at('mei')} [Tan Mei Ling], ${at('bob')} [Bob Lim]`],
  ['names in brackets behind, numbered', `1. ${at('mei')} (Tan Mei Ling)\n2. ${at('bob')} (Bob Lim)`],
])('addresses with %s give the names alone', (_, text) => {
  expect(readPaste(text)).toMatchObject({
    rows: [
      { email: at('mei'), firstName: 'Mei Ling', lastName: 'Tan', guessed: ['firstName', 'lastName'] },
      { email: at('bob'), firstName: 'Bob', lastName: 'Lim', guessed: ['firstName', 'lastName'] },
    ],
    skipped: 0,
  });
});

test.each(['(MOE)', '(on leave)', '(ext. 1234)', '[team lead]', '(HTX)'])(
  '%s behind an address is no name',
  (remark) => {
    expect(readPaste(`${at('mei')} ${remark}\n${at('bob')}`).rows).toEqual([
      { email: at('mei') },
      { email: at('bob') },
    ]);
  },
);

test.each(["D'Souza", 'Tan-Lee', 'O’Brien', 'Lim 3rd'])('%s keeps the marks of its own', (name) => {
  const { firstName = '', lastName = '' } = readPaste(`Ada ${name} <${at('ada')}>`).rows[0]!;
  expect(`${firstName} ${lastName}`.split(' ').sort()).toEqual(`Ada ${name}`.split(' ').sort());
});

/** Numbers from 0 to 1, the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const VALUES: Record<string, readonly string[]> = {
  username: ['ada.tan', 'bo_1', ''],
  firstName: ['Mei Ling', 'Ah Kow', "D'Arcy", 'Ada', 'Zoë'],
  lastName: ['Tan', 'Lim', 'Lovelace', 's/o Raju', ''],
  countryCode: ['65', '+60', ''],
  contactNumber: ['91234567', '+65 9123 4567', ''],
  organisation: ['Example Agency', 'Example, Agency; Board', 'The "Example" Agency'],
  department: ['Platforms', 'R&D', ''],
  seed: ['Yes', 'No', ''],
  reason: ['Joins the team', 'Joins "A",\nthen B; or C', 'New joiner'],
};

/** A table of so many people, as somebody may copy it: which columns, in which order, and how they are divided. */
function tableOf(n: number, next: () => number): { text: string; emails: string[] } {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;
  const emails = Array.from({ length: n }, (_, each) => at(`person${each}`));
  const columns = ALL_FIELDS.filter((field) => field === 'email' || next() < 0.6).sort(() => next() - 0.5);
  const separator = pick(['\t', ',', ';']);
  const hasTitles = next() < 0.5;
  const isNumbered = next() < 0.3;
  const quoted = (text: string) => (/[\t\n",;]/.test(text) || next() < 0.1 ? `"${text.replaceAll('"', '""')}"` : text);
  const lineOf = (cells: readonly string[], number: string) =>
    (isNumbered ? [number, ...cells] : cells).map(quoted).join(separator);
  const titles = new Map(template.map(([field, title]) => [field, title]));
  const lines = emails.map((email, each) =>
    lineOf(
      columns.map((field) => (field === 'email' ? email : pick(VALUES[field]!))),
      `${each + 1}`,
    ),
  );
  const header = lineOf(
    columns.map((field) => titles.get(field)!),
    'S/N',
  );
  return { text: [...(hasTitles ? [header] : []), ...lines].join(pick(['\n', '\r\n'])), emails };
}

test('any pasted table of n addresses gives n rows, each with its address', () => {
  for (let seed = 1; seed <= 2_000; seed += 1) {
    const next = random(seed);
    const { text, emails } = tableOf(1 + Math.floor(next() * 12), next);
    expect(
      readPaste(text).rows.map(({ email }) => email),
      `seed ${seed}:\n${text}`,
    ).toEqual(emails);
  }
});

test('with titles, each cell of any pasted table is in its field', () => {
  const titles = new Map(template.map(([field, title]) => [field, title]));
  for (let seed = 1; seed <= 300; seed += 1) {
    const next = random(seed);
    const fields = ALL_FIELDS.filter((field) => ['email', 'firstName', 'lastName'].includes(field) || next() < 0.6);
    const columns = fields.sort(() => next() - 0.5);
    const people = Array.from({ length: 5 }, (_, each) =>
      columns.map((field) => (field === 'email' ? at(`p${each}`) : VALUES[field]![Math.floor(next() * 3)]!)),
    );
    const line = (cells: readonly string[]) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
    const { rows } = readPaste([columns.map((field) => titles.get(field)!), ...people].map(line).join('\n'));
    expect(rows, `seed ${seed}`).toEqual(
      people.map((cells) => Object.fromEntries(columns.flatMap((field, n) => (cells[n] ? [[field, cells[n]]] : [])))),
    );
  }
});

test('commas by the thousand, and texts of nothing but marks, are read at once', () => {
  const start = performance.now();
  const lines = Array.from({ length: 5_000 }, (_, n) => `Mei,Tan,${at(`p${n}`)},91234567,Example Agency,"Joins, soon"`);
  expect(readPaste([TITLES, ...lines].join('\n')).rows).toHaveLength(5_000);
  for (const text of ['x', 'x,', '"', '" ', ' ', '- ', '>', '1.', '(', '<x'])
    expect(readPaste(text.repeat(50_000)).rows, text).toEqual([]);
  for (const text of ['x', 'x ', '- ', '>', '1.', '"']) readPaste(`${text.repeat(50_000)} <${at('bo')}>`);
  expect(performance.now() - start).toBeLessThan(2_000);
});
