import { readFileSync } from 'node:fs';
import openapi, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';

test('the types are those of docs/openapi.json: `npm run api` brings them up to date', async () => {
  const wanted = astToString(await openapi(new URL('../../../docs/openapi.json', import.meta.url)));
  expect(readFileSync(new URL('../../src/api/schema.d.ts', import.meta.url), 'utf8')).toContain(wanted.trim());
});
