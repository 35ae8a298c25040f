import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const TESTS = resolve(import.meta.dirname, '..');
const MAX_LINES = 60;

const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((path) => /\.test\.\w+$/.test(path));

/** Whether it holds the tests of a `describe`, which are many. */
function isGroup({ parent }: ts.Node): boolean {
  return ts.isCallExpression(parent) && parent.expression.getText() === 'describe';
}

/** The places of a file's functions that have too many lines. */
function longFunctionsOf(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(join(TESTS, path), 'utf8'), ts.ScriptTarget.Latest, true);
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const [first, last] = [lineOf(node.getStart()), lineOf(node.end)];
    if (ts.isFunctionLike(node) && !isGroup(node) && last - first >= MAX_LINES) found.push(`${path}:${first}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

// Biome counts a `describe` as one function, so it is off for tests.
test(`no function of a test has more than ${MAX_LINES} lines`, () => {
  expect(files.length).toBeGreaterThan(25);
  expect(files.flatMap(longFunctionsOf)).toEqual([]);
});
