import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const MAX_COLUMNS = 120;
const MAX_LINES = 500;
/** What is built, loaded or generated. */
const NOT_BY_HAND = ['node_modules', 'dist', 'package-lock.json', 'schema.d.ts'];
const KINDS = /\.(ts|mjs|css|html|svg|jsonc?)$/;

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !NOT_BY_HAND.includes(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return KINDS.test(entry.name) ? [path] : [];
    });
}

const sources = filesIn(ROOT).map((path) => ({
  name: relative(ROOT, path),
  lines: readFileSync(path, 'utf8').trimEnd().split('\n'),
}));

test(`no line written by hand has more than ${MAX_COLUMNS} columns`, () => {
  expect(sources.length).toBeGreaterThan(100);
  const long = sources.flatMap(({ name, lines }) =>
    lines.flatMap((line, at) => ([...line].length > MAX_COLUMNS ? [`${name}:${at + 1}`] : [])),
  );
  expect(long).toEqual([]);
});

test(`no file written by hand has more than ${MAX_LINES} lines`, () => {
  const long = sources.filter(({ lines }) => lines.length > MAX_LINES);
  expect(long.map(({ name, lines }) => `${name}: ${lines.length}`)).toEqual([]);
});
