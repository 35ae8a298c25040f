import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

// What `npm run build` made; `make check-portal` builds it first.
const dist = new URL('../../dist/', import.meta.url);
const document = (name: string) => readFileSync(new URL(name, dist), 'utf8');
const assets = readdirSync(new URL('assets/', dist));
const scriptsOf = (name: string) =>
  [...document(name).matchAll(/src="\.\/(assets\/[\w.-]+\.js)"/g)].map((match) => match[1]!);

test.each([
  ['index.html', 70],
  ['accept.html', 20],
])('%s has one script of at most %d KB', (name, most) => {
  const scripts = scriptsOf(name);
  expect(scripts).toHaveLength(1);
  expect(gzipSync(readFileSync(new URL(scripts[0]!, dist)), { level: 9 }).length).toBeLessThanOrEqual(most * 1024);
});

test('there is one script for each document, and nothing else that runs', () => {
  expect(assets.filter((name) => name.endsWith('.js'))).toHaveLength(2);
});

test.each(['index.html', 'accept.html'])('%s holds nothing inline, and names no other place', (name) => {
  const text = document(name);
  expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?:\/\//);
});

test('no template sets a style or markup from text', () => {
  const sources = readdirSync(new URL('../../src/', import.meta.url), { recursive: true, encoding: 'utf8' }).filter(
    (path) => /^(?!api\/schema).*\.ts$/.test(path),
  );
  expect(sources.length).toBeGreaterThan(20);
  for (const path of sources)
    expect(readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8'), path).not.toMatch(
      /\bstyle=|innerHTML|unsafeHTML|styleMap|insertAdjacentHTML/,
    );
});
