import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { causes, duplicates } from '../../src/messages/batches';
import { faults } from '../../src/messages/faults';
import { problems } from '../../src/messages/problems';
import { domain } from '../domain';

// The page's address is read when its parts are loaded.
vi.stubGlobal('location', { href: 'http://portal.test/v1/' });
const { resultOf } = await import('../../src/pages/invites/actions');

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

// Only the server finds these, and the API says them in words of its own.
const OF_SERVER = [
  'invisible-character',
  'username.not-for-officer',
  'country-code.unknown',
  'contact-number.unknown',
  'contact-number.other-code',
  'contact-number.ambiguous',
  'cell.too-long',
  'cell.formula',
  'cell.error',
  'cell.type',
  'cell.precision',
  'cell.merged',
  'email.link-mismatch',
  'email.other-name',
  'email.invited-other-name',
  'username.other-name',
  'email.account-disabled',
  'duplicate.username',
  'seed.invited-without',
];

const api = read('docs/API.md');
const codes = [...domain.matchAll(/^ {4}\w+ = "([\w.-]+)", "/gm)].map((match) => match[1]!);

test('every fault that a form can have has words, and no others do', () => {
  expect(codes.length).toBeGreaterThan(20);
  expect([...Object.keys(faults), ...OF_SERVER].sort()).toEqual([...codes].sort());
});

test('the faults that have a few words for chips are faults of the service', () => {
  expect(Object.keys(causes).filter((code) => !codes.includes(code))).toEqual([]);
});

test('every reason why a row needs no invite has words, and no others do', () => {
  const reasons = new Set([...api.matchAll(/`(duplicate\.[\w-]+)`/g)].map((match) => match[1]));
  expect(Object.keys(duplicates).sort()).toEqual([...reasons].sort());
});

test('every reason why an action skips an invite has words', () => {
  const table = api.split('| `reason` | why it was left as it is |')[1]!.split('\n\n')[0]!;
  const reasons = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([\w-]+)`/g)].map((match) => match[1]!),
  );
  expect(reasons.length).toBeGreaterThan(5);
  for (const reason of reasons) expect(skipped(reason), reason).not.toContain(problems.internal!.what);
});

/** The sentences after an action that skipped one invite for a reason. */
function skipped(reason: string): string {
  const counts = { total: 1, waiting: 0, done: 0, skipped: 1, reasons: { [reason]: 1 } };
  const times = { createdAt: '', updatedAt: '' };
  return resultOf({ id: 'act_1', action: 'resend', state: 'DONE', traceId: '', outcomes: [], counts, ...times }).text;
}

test('every problem of the API tells what happened, what is safe and what to do', () => {
  const slugs = [...api.matchAll(/^\| `([\w-]+)` \| \d{3} \|/gm)].map((match) => match[1]!);
  expect(slugs.length).toBeGreaterThan(20);
  // Only the device side, which has no pages, is told of its signature.
  for (const slug of slugs.filter((each) => each !== 'signature-not-valid')) expect(problems[slug], slug).toBeDefined();
});
