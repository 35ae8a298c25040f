import { expect, test, vi } from 'vitest';

vi.stubGlobal('location', { href: 'http://portal.test/v1/' });
vi.mock('../../src/app/officer', () => ({ officer: { id: 'ada' } }));
const { answersOf, faultsOf, inWords, leftOutOf, missingOf, startOf } = await import(
  '../../src/pages/batch/questions/answers'
);
type Questions = import('../../src/pages/batch/questions/answers').Questions;

const reasons = [{ code: 'FILE_HEADER_MISSING', detail: 'These columns were not found: Reason for creation.' }];
const asked: Questions = {
  reasons,
  columns: [
    { title: 'Email', column: 1, field: 'email', samples: ['bo@example-agency.gov.sg'] },
    { title: 'Name', column: 2, field: 'fullName', samples: ['Tan Bo'] },
    { title: 'HP', column: 3, field: 'contactNumber', samples: ['91234567', '81234567'] },
    { title: 'Designation', column: 4, samples: ['Engineer'] },
  ],
  missing: ['organisation', 'reason'],
};
const saying = (questions: Questions, said: Record<string, string>) => ({ ...startOf(questions), ...said });
const faults = (questions: Questions, said: Record<string, string> = {}) =>
  faultsOf(questions, saying(questions, said));

const addresses: Questions = {
  reasons: [{ code: 'FILE_CONTACT_NUMBERS_MISSING', detail: 'No column holds contact numbers.' }],
  columns: [
    { title: 'Email', column: 1, field: 'email', samples: ['bo@example-agency.gov.sg'] },
    { title: 'Name', column: 2, field: 'fullName', samples: ['Tan Bo'] },
    { title: 'Desk', column: 3, samples: ['12a'] },
  ],
  missing: ['contactNumber', 'organisation', 'reason'],
  kinds: ['email', 'account'],
};

test('how people without numbers are invited is chosen first, and decides what else is needed', () => {
  expect(faults(addresses)).toMatchObject({ kind: 'Choose how they are to be invited.' });
  expect(faults(addresses).columns).toBeUndefined();
  const byEmail = saying(addresses, { kind: 'email', 'values/reason': 'Joins' });
  expect(missingOf(addresses, byEmail)).toEqual({ ofColumns: [], ofValues: ['seed', 'reason'] });
  expect(leftOutOf(addresses, byEmail)).toEqual(['Name', 'Desk']);
  expect(faultsOf(addresses, byEmail)).toEqual({});
  expect(answersOf(addresses, byEmail)).toMatchObject({ kind: 'email', values: { reason: 'Joins' } });
  const accounts = saying(addresses, { kind: 'account' });
  expect(missingOf(addresses, accounts).ofColumns).toEqual(['contactNumber']);
  expect(leftOutOf(addresses, accounts)).toEqual(['Desk']);
  expect(answersOf(addresses, accounts).kind).toBe('account');
  expect(answersOf(asked, saying(asked, {})).kind).toBeUndefined();
});

test('what each column was taken for is the start, and nothing is chosen that was not', () => {
  const start = startOf({ ...asked, worksheets: [{ name: 'Officers', rows: 2 }] });
  expect(start).toMatchObject({ 'columns/0': 'email', 'columns/1': 'fullName', 'columns/3': '', worksheet: '' });
  expect(startOf({ reasons, columns: [{ title: 'X', column: 1, field: 'newer', samples: [] }] })).toMatchObject({
    'columns/0': '',
  });
});

test('the answers are what was asked: columns, one value for everybody, and nothing of what is blank', () => {
  const said = saying(asked, { 'values/reason': 'Joins the project', 'values/organisation': 'Example Agency' });
  expect(answersOf(asked, said)).toEqual({
    columns: [
      { title: 'Email', column: 1, field: 'email' },
      { title: 'Name', column: 2, field: 'fullName' },
      { title: 'HP', column: 3, field: 'contactNumber' },
      { title: 'Designation', column: 4 },
    ],
    values: { reason: 'Joins the project', organisation: 'Example Agency' },
  });
  expect(leftOutOf(asked, said)).toEqual(['Designation']);
});

test('a value for everybody counts only while no column holds its field', () => {
  const said = saying(asked, {
    'columns/3': 'organisation',
    'values/organisation': 'Example Agency',
    'values/reason': 'Joins',
  });
  expect(missingOf(asked, said)).toEqual({ ofColumns: [], ofValues: ['reason'] });
  expect(answersOf(asked, said).values).toEqual({ reason: 'Joins' });
  expect(faultsOf(asked, said)).toEqual({});
});

test('a column that is taken from a field makes that field missing', () => {
  expect(missingOf(asked, saying(asked, { 'columns/2': '' })).ofColumns).toEqual(['contactNumber']);
  expect(missingOf(asked, saying(asked, { 'columns/1': '' })).ofColumns).toEqual(['firstName', 'lastName']);
  expect(missingOf(asked, saying(asked, { 'columns/1': 'lastName' })).ofColumns).toEqual([]);
  expect(inWords(['email', 'firstName', 'lastName'])).toBe('Email address; First name, Last name or Full name');
});

test.each<[string, string, string | undefined]>([
  ['values/organisation', '', 'required'],
  ['values/organisation', 'Example Agency', undefined],
  ['values/organisation', 'x'.repeat(65), 'too-long'],
  ['values/reason', '   ', 'required'],
  ['values/reason', 'x'.repeat(256), 'too-long'],
  ['values/reason', 'For S1234567D', 'identity-number'],
  ['values/reason', 'Jo\u0000ins', 'control-character'],
])('%s of %j is judged by the rules of its field', (name, text, code) => {
  expect(faults(asked, { 'values/reason': 'Joins', 'values/organisation': 'Example Agency', [name]: text })[name]).toBe(
    code,
  );
});

test.each<[string, string, string | undefined]>([
  ['department', '', undefined],
  ['department', 'x'.repeat(65), 'too-long'],
  ['countryCode', '', undefined],
  ['countryCode', '+65', undefined],
  ['countryCode', '06', 'country-code.syntax'],
  ['countryCode', '12345', 'country-code.syntax'],
  ['seed', '', undefined],
  ['seed', 'Yes', undefined],
  ['seed', 'perhaps', 'seed.syntax'],
])('an optional %s of %j is judged when it is asked for', (field, text, code) => {
  const questions = { ...asked, missing: ['organisation', 'reason', field] };
  const name = `values/${field}`;
  expect(missingOf(questions, startOf(questions)).ofValues).toContain(field);
  expect(faults(questions, { [name]: text })[name]).toBe(code);
});

test('two columns of one field are both named', () => {
  const found = faults(asked, { 'columns/3': 'email' });
  expect(found['columns/0']).toBe(found['columns/3']);
  expect(found['columns/0']).toContain('Another column holds this too');
});

test('of a worksheet and an encoding one has to be chosen, and columns are another round', () => {
  const sheets: Questions = {
    reasons,
    worksheets: [
      { name: 'Officers', rows: 12 },
      { name: 'Vendors', rows: 3 },
    ],
  };
  expect(Object.keys(faults(sheets))).toEqual(['worksheet']);
  expect(faults(sheets, { worksheet: 'Vendors' })).toEqual({});
  expect(answersOf(sheets, saying(sheets, { worksheet: 'Vendors' }))).toEqual({ worksheet: 'Vendors' });
  const texts: Questions = { reasons, encodings: [{ name: 'windows-1252', sample: 'Núñez' }] };
  expect(Object.keys(faults(texts))).toEqual(['encoding']);
  expect(answersOf(texts, saying(texts, { encoding: 'windows-1252' }))).toEqual({ encoding: 'windows-1252' });
});

test('a value for everybody is asked for also where no column is', () => {
  const questions: Questions = { reasons, missing: ['reason', 'email'] };
  expect(missingOf(questions, startOf(questions))).toEqual({ ofColumns: [], ofValues: ['reason'] });
});
