import { expect, test } from 'vitest';
import domains from '../../../shared/domain/vectors/domains.json';
import vectors from '../../../shared/domain/vectors/fields.json';
import {
  checkContact,
  checkDepartment,
  checkEmail,
  checkName,
  checkOrganisation,
  checkReason,
  checkUsername,
  domainOf,
} from '../../src/rules/fields';
import { checkUsernameOf, tidyEmail } from '../../src/rules/forms';

const checks = {
  email: checkEmail,
  username: checkUsername,
  name: checkName,
  organisation: checkOrganisation,
  department: checkDepartment,
  reason: checkReason,
};

// The same file as `shared/domain/tests/vectors.rs`: what the server refuses, the form refuses, for the same reason.
for (const [field, check] of Object.entries(checks)) {
  test.each((vectors as unknown as Record<string, [string, string | null][]>)[field]!)(`${field} %j`, (typed, code) => {
    expect(check(typed) ?? null).toBe(code);
  });
}

// The server refuses to say what these mean; the form does not ask.
test.each(domains.hostNames as [string, boolean][])('host name %j', (host, isOne) => {
  expect(domainOf(`x@${host}`) !== undefined).toBe(isOne);
});

test.each(vectors.contact as unknown as [[string, string], [string, string] | null][])(
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
