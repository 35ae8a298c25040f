import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faults } from '../../src/messages/faults';
import { problems } from '../../src/messages/problems';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

// Only the reader of a list finds these, and the API says them in words of its own.
const OF_LISTS = [
  'cell.too-long',
  'cell.formula',
  'cell.error',
  'cell.type',
  'cell.precision',
  'email.link-mismatch',
  'email.other-name',
  'email.invited-other-name',
  'username.other-name',
];

test('every fault that a form can have has words, and no others do', () => {
  const codes = [...read('shared/domain/src/fault.rs').matchAll(/^ {4}\w+ = "([\w.-]+)", "/gm)].map(
    (match) => match[1],
  );
  expect(codes.length).toBeGreaterThan(20);
  expect([...Object.keys(faults), ...OF_LISTS].sort()).toEqual(codes.sort());
});

test('every problem of the API tells what happened, what is safe and what to do', () => {
  const slugs = [...read('docs/API.md').matchAll(/^\| `([\w-]+)` \| \d{3} \|/gm)].map((match) => match[1]!);
  expect(slugs.length).toBeGreaterThan(20);
  // Only the device side, which has no pages, is told of its signature.
  for (const slug of slugs.filter((each) => each !== 'signature-not-valid')) expect(problems[slug], slug).toBeDefined();
});
