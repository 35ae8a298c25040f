import { expect, test } from 'vitest';
import { IdempotencyKeys } from '../../src/api/idempotency';

test('a retry has the same key, a changed form and the next one have another', () => {
  const keys = new IdempotencyKeys();
  const first = keys.of({ email: 'a@agency.gov.sg' });
  expect(keys.of({ email: 'a@agency.gov.sg' })).toBe(first);
  const changed = keys.of({ email: 'b@agency.gov.sg' });
  expect(changed).not.toBe(first);
  keys.done();
  expect(keys.of({ email: 'b@agency.gov.sg' })).not.toBe(changed);
});
