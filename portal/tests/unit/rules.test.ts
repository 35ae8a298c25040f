import { expect, test } from 'vitest';
import domains from '../../../shared/domain/vectors/domains.json';
import vectors from '../../../shared/domain/vectors/fields.json';
import { nameOf } from '../../src/pages/batch/intake/names';
import { FIELDS } from '../../src/rules/field-table';
import { checkContact, checkEmail, checkName, checkUsername, domainOf, tidyEmail } from '../../src/rules/fields';
import {
  type AccountField,
  checkPlain,
  checkProfile,
  checkUsernameOf,
  PROFILE_FIELDS,
  startOf,
  WORK_FIELDS,
} from '../../src/rules/forms';
import { length, seedAnswer, type Verdict } from '../../src/rules/text';

/** A text, what is wrong with it, and what is used in its place. */
type Case = [typed: string, code: string | null, used: string | undefined];
type Part = readonly [field: string, code: string];

const { contact, fullName, seed, wholeName, ...fields } = vectors as unknown as Record<string, Case[]>;
const named: Record<string, (typed: string) => Verdict> = {
  email: checkEmail,
  username: checkUsername,
  name: checkName,
};
/** What the page leaves to the server: whether several addresses are one, and what the plans of numbering say. */
const OF_SERVER = /^(email\.several|country-code\.|contact-number\.)/;

// The same file as `shared/domain/tests/vectors.rs`. What the page says early, the server says too; and what it says
// nothing about is right, or is what only the server can know.
for (const [field, cases] of Object.entries(fields)) {
  test.each(cases)(`${field} %j`, (typed, code) => {
    const verdict = named[field] ? named[field](typed) : checkPlain(field as AccountField, typed);
    const isLeft = verdict === undefined && code !== null && OF_SERVER.test(code);
    expect(isLeft ? code : (verdict ?? null)).toBe(code);
  });
}

test.each(fields.email!.filter(([, code]) => code === null))(
  'the address in %j is the one that is stored',
  (...each) => {
    const [typed, , used] = each;
    const address = tidyEmail(typed);
    // The server makes one address of two that are alike.
    expect(address.split('@').length === 2 ? address : used).toBe(used ?? typed);
  },
);

test.each(seed!)('the answer %j', (typed, code, used) => {
  const answer = code === null ? (used ?? typed).toLowerCase() : undefined;
  // How far a licence is says that it was asked for. The page does not count on it.
  const isOfLicence = /^(licen|fully)/i.test(typed);
  expect(seedAnswer(typed)).toBe(isOfLicence ? undefined : answer);
});

const partsOf = (faults: Record<string, string | undefined>): Part[] =>
  Object.entries(faults).filter((fault): fault is [string, string] => /Name$/.test(fault[0]) && Boolean(fault[1]));

test.each(fullName as unknown as [[string, string], Part[] | null][])('name %j', ([firstName, lastName], verdict) => {
  const faults = checkProfile({ ...startOf(PROFILE_FIELDS), firstName, lastName });
  expect(partsOf(faults)).toEqual(verdict ?? []);
});

test.each(wholeName as unknown as [string, string, string, boolean][])(
  'the whole name %j',
  (typed, firstName, lastName, isGuess) => {
    const names = { firstName, ...(lastName && { lastName }) };
    expect(nameOf(typed)).toEqual({ ...names, ...(isGuess && { guessed: Object.keys(names) }) });
  },
);

const contacts = contact as unknown as [[string, string], Part | null][];

test.each(contacts)('contact %j', ([countryCode, number], verdict) => {
  const fault = checkContact(countryCode, number);
  if (fault) expect([fault.field, fault.code]).toEqual(verdict);
  else expect(verdict?.[1] ?? 'contact-number.').toMatch(OF_SERVER);
});

test('the usual faults of a number are said early', () => {
  const early = contacts.filter(([typed]) => checkContact(...typed));
  const codes = new Set(early.map(([, verdict]) => verdict![1]));
  const expected = ['required', 'contact-number.syntax', 'contact-number.singapore', 'country-code.syntax'];
  expect([...codes].sort()).toEqual(expected.sort());
});

test.each(WORK_FIELDS)('%s is required and bounded as the table says', (field) => {
  const { max, required } = FIELDS[field];
  const faultOf = (text: string) => checkProfile({ ...startOf(PROFILE_FIELDS), [field]: text })[field];
  expect([' ', 'x'.repeat(max), 'x'.repeat(max + 1)].map(faultOf)).toEqual([
    required === 'always' ? 'required' : undefined,
    undefined,
    'too-long',
  ]);
});

test('characters are counted as the limit counts them', () => {
  expect(['', ' a\u200b  b\u0301 ', '\u{1f600}', 'x'.repeat(71)].map(length)).toEqual([0, 4, 1, 71]);
});

// The server refuses to say what these mean; the form does not ask.
test.each(domains.hostNames as [string, boolean][])('host name %j', (host, isOne) => {
  expect(domainOf(`x@${host}`) === host.toLowerCase()).toBe(isOne);
});

test('only vendors need a username', () => {
  expect(checkUsernameOf('', { persona: 'vendor', seed: 'eligible' })).toBe('username.required');
  expect(checkUsernameOf('N/A', { persona: 'vendor', seed: 'eligible' })).toBe('username.required');
  expect(checkUsernameOf('', { persona: 'officer', seed: 'eligible' })).toBeUndefined();
  expect(checkUsernameOf('', undefined)).toBeUndefined();
  expect(checkUsernameOf('-x', undefined)).toBe('username.syntax');
});
