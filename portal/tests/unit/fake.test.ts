import { expect, test } from 'vitest';
import { LIMITS } from '../fake/description';
import { FakeList, person } from '../fake/list';
import { type Answer, FakeServer, problem } from '../fake/server';

const LIST = '/v1/api/batches/bat_01KAR3G3AM4X5QJ8T7Z0W2V9YB';
const OFFICER = { authorization: 'Bearer token', 'content-type': 'application/json' };
const KEY = { ...OFFICER, 'idempotency-key': 'key' };
const rows = (n: number) => ({ rows: Array.from({ length: n }, (_, at) => person(at)) });

async function ask(server: FakeServer, method: string, path: string, headers: Record<string, string>, body?: unknown) {
  const answer = await server.fetch(`http://portal.test${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return [
    answer.status,
    answer.status < 400 ? undefined : ((await answer.json()) as { type: string }).type.split('/').pop(),
  ];
}

test.each<[string, string, string, Record<string, string>, unknown, [number, string]]>([
  ['nobody', 'GET', LIST, {}, undefined, [401, 'unauthorized']],
  ['no key', 'POST', `${LIST}/rows`, OFFICER, rows(1), [400, 'idempotency-key']],
  [
    'a key that is too long',
    'POST',
    `${LIST}/rows`,
    { ...KEY, 'idempotency-key': 'k'.repeat(256) },
    rows(1),
    [400, 'idempotency-key'],
  ],
  ['no version', 'PATCH', `${LIST}/rows/1`, OFFICER, { reason: 'Other' }, [428, 'version-required']],
  ['too many rows', 'POST', `${LIST}/rows`, KEY, rows(LIMITS.addedRows + 1), [422, 'validation']],
  ['no row', 'POST', `${LIST}/rows`, KEY, rows(0), [422, 'validation']],
  [
    'too many numbers',
    'POST',
    `${LIST}/rows/remove`,
    OFFICER,
    { numbers: Array.from({ length: 501 }, (_, n) => n) },
    [422, 'validation'],
  ],
  ['a page that is too large', 'GET', `${LIST}/rows?limit=501`, OFFICER, undefined, [400, 'bad-request']],
  ['an unknown parameter', 'GET', `${LIST}/rows?sort=email`, OFFICER, undefined, [400, 'bad-request']],
  ['an unknown field', 'POST', `${LIST}/rows`, KEY, { rows: [{ mail: 'x' }] }, [400, 'bad-request']],
  ['a field of another type', 'POST', `${LIST}/rows`, KEY, { rows: [{ email: null }] }, [400, 'bad-request']],
  ['text', 'POST', `${LIST}/rows`, { ...KEY, 'content-type': 'text/plain' }, rows(1), [415, 'unsupported-media-type']],
  ['too many bytes', 'POST', `${LIST}/rows`, KEY, { rows: [{ reason: 'x'.repeat(1_048_577) }] }, [413, 'too-large']],
  ['another method', 'PUT', LIST, OFFICER, {}, [404, 'not-found']],
  ['another path', 'GET', '/v1/api/users', OFFICER, undefined, [404, 'not-found']],
])('%s is refused as the service does, and fails the test', async (_, method, path, headers, body, wanted) => {
  const server = new FakeServer();
  new FakeList([person(1)]).on(server);
  expect(await ask(server, method, path, headers, body)).toEqual(wanted);
  expect(() => server.verify()).toThrow(wanted[1]);
});

test.each<[string, unknown]>([
  ['a status that the operation does not have', { status: 202, body: { items: [] } }],
  ['a body without what is always there', { status: 200, body: {} }],
  ['a body with more than the description knows', { status: 200, body: { items: [], total: 1 } }],
  ['nothing', { status: 200 }],
  ['an item of another form', { status: 200, body: { items: [{ id: 1 }] } }],
])('an answer of %s fails the test', async (_, answer) => {
  const server = new FakeServer().on('listRows', () => answer as Answer<'listRows'>);
  await ask(server, 'GET', `${LIST}/rows`, OFFICER);
  expect(() => server.verify()).toThrow('scripted for listRows');
});

test('an answer without a header that is promised fails the test', async () => {
  const server = new FakeServer().on('showBatch', () => ({ status: 200, body: new FakeList([]).body }));
  await ask(server, 'GET', LIST, OFFICER);
  expect(() => server.verify()).toThrow('header ETag is missing');
});

test('there is no problem that docs/API.md does not list', () => {
  expect(problem('validation').status).toBe(422);
  expect(() => problem('made-up')).toThrow('made-up');
});

test('what is allowed is answered', async () => {
  const server = new FakeServer();
  new FakeList([person(1)]).on(server);
  expect(await ask(server, 'POST', `${LIST}/rows`, KEY, rows(LIMITS.addedRows))).toEqual([201, undefined]);
  expect(await ask(server, 'GET', `${LIST}/rows?limit=500`, OFFICER)).toEqual([200, undefined]);
  expect(await ask(server, 'PATCH', `${LIST}/rows/1`, { ...OFFICER, 'if-match': '"1"' }, { reason: 'Other' })).toEqual([
    200,
    undefined,
  ]);
  expect(await ask(server, 'DELETE', `${LIST}/rows/2`, OFFICER)).toEqual([204, undefined]);
  server.verify();
});
