import { expect, test } from 'vitest';
import domains from '../../../shared/domain/vectors/domains.json';
import vectors from '../../../shared/domain/vectors/fields.json';
import { FIELDS } from '../../src/rules/field-table';
import { checkContact, checkEmail, checkName, checkUsername, domainOf } from '../../src/rules/fields';
import {
  type AccountField,
  checkPlain,
  checkProfile,
  checkUsernameOf,
  PROFILE_FIELDS,
  startOf,
  tidyEmail,
  WORK_FIELDS,
} from '../../src/rules/forms';
import type { Verdict } from '../../src/rules/text';

const { contact, ...fields } = vectors as unknown as Record<string, [string, string | null][]>;
const named: Record<string, (typed: string) => Verdict> = {
  email: checkEmail,
  username: checkUsername,
  name: checkName,
};

// The same file as `shared/domain/tests/vectors.rs`: what the server refuses, the form refuses, for the same reason.
for (const [field, cases] of Object.entries(fields)) {
  test.each(cases)(`${field} %j`, (typed, code) => {
    const verdict = named[field] ? named[field](typed) : checkPlain(field as AccountField, typed);
    expect(verdict ?? null).toBe(code);
  });
}

test.each(WORK_FIELDS)('%s is required and bounded as the table says', (field) => {
  const { max, required } = FIELDS[field];
  const faultOf = (text: string) => checkProfile({ ...startOf(PROFILE_FIELDS), [field]: text })[field];
  expect([' ', 'x'.repeat(max), 'x'.repeat(max + 1)].map(faultOf)).toEqual([
    required === 'always' ? 'required' : undefined,
    undefined,
    'too-long',
  ]);
});

// The server refuses to say what these mean; the form does not ask.
test.each(domains.hostNames as [string, boolean][])('host name %j', (host, isOne) => {
  expect(domainOf(`x@${host}`) !== undefined).toBe(isOne);
});

test.each(contact as unknown as [[string, string], [string, string] | null][])(
  'contact %j',
  ([countryCode, number], verdict) => {
    const fault = checkContact(countryCode, number);
    expect(fault ? [fault.field, fault.code] : null).toEqual(verdict);
  },
);

test.each([
  ['Tan Mei Ling <tan@agency.gov.sg>', 'tan@agency.gov.sg'],
  ['"Tan, Mei Ling" <tan@agency.gov.sg>;', 'tan@agency.gov.sg'],
  ['mailto:tan@agency.gov.sg', 'tan@agency.gov.sg'],
  [' tan@agency.gov.sg, ', 'tan@agency.gov.sg'],
  ['tan@agency.gov.sg', 'tan@agency.gov.sg'],
])('an address pasted as %j is %j', (pasted, address) => {
  expect(tidyEmail(pasted)).toBe(address);
});

test('only vendors need a username', () => {
  expect(checkUsernameOf('', { persona: 'vendor', seed: 'eligible' })).toBe('username.required');
  expect(checkUsernameOf('', { persona: 'officer', seed: 'eligible' })).toBeUndefined();
  expect(checkUsernameOf('', undefined)).toBeUndefined();
  expect(checkUsernameOf('-x', undefined)).toBe('username.syntax');
});
