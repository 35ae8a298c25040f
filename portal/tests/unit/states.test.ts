import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BATCH_STATES, INVITE_STATES, ROW_STATES } from '../../src/api/states';

const page = readFileSync(new URL('../../../docs/API.md', import.meta.url), 'utf8');

/** The names in capitals that stand between two texts of docs/API.md. */
function statesBetween(from: string, to: string): string[] {
  const start = page.indexOf(from) + from.length;
  expect(start, from).toBeGreaterThanOrEqual(from.length);
  const text = page.slice(start, page.indexOf(to, start));
  return [...text.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]!);
}

test.each<[string, readonly string[], string, string]>([
  ['batch', BATCH_STATES, '| `state` |', '|'],
  ['row', ROW_STATES, 'in the spreadsheet, `state` (', ')'],
  ['invite', INVITE_STATES, '`techpass.state` is one of', '.\n'],
])('the states of a %s are those of docs/API.md', (_, states, from, to) => {
  expect([...states].sort()).toEqual(statesBetween(from, to).sort());
});
