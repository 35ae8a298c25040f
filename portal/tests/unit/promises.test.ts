import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/PORTAL.md', root), 'utf8');
/** What a row of the page names: a file, and texts that stand in it. */
const named = [...page.matchAll(/`([\w./-]+\.(?:ts|mjs|rs|py))`: (“[^”]+”(?:, “[^”]+”)*)/g)].flatMap(
  ([, file, names]) => [...names!.matchAll(/“([^”]+)”/g)].map(([, name]) => [file!, name!] as const),
);

test('docs/PORTAL.md has a line for each of the 28 goals, and each but the last names what shows it', () => {
  const lines = page.split('\n').filter((line) => /^\| \d+ \|/.test(line));
  expect(lines.map((line) => Number(/\d+/.exec(line)![0]))).toEqual(Array.from({ length: 28 }, (_, at) => at + 1));
  for (const line of lines.slice(0, -1)) expect(line).toMatch(/`[\w./-]+`: “/);
  expect(named.length).toBeGreaterThan(50);
});

test.each(named)('%s holds “%s”', (file, name) => {
  const url = new URL(file, root);
  expect(existsSync(url), file).toBe(true);
  expect(readFileSync(url, 'utf8').replace(/\\'/g, "'")).toContain(name);
});
