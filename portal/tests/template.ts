import { readFileSync } from 'node:fs';

const api = readFileSync(new URL('../../docs/API.md', import.meta.url), 'utf8');
const table = api.split('| field | title in workbooks |')[1]!.split('\n\n')[0]!;

/** The titles of the template in its order, by field, as docs/API.md has them. */
export const template: readonly (readonly [string, string])[] = [...table.matchAll(/^\| `(\w+)` \| (.+?) \|/gm)].map(
  ([, field, title]) => [field!, title!],
);
