import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Session } from '../../src/app/session';
import type { SignIn } from '../../src/app/user-pool';

const revoked: string[] = [];
const left: string[] = [];
let stored: Map<string, string>;
let sessions: { Session: new () => Session };
let revoke: () => Promise<Response>;
let channels: BroadcastChannel[] = [];
const Channel = BroadcastChannel;

/** Lets messages of the channel and answers of the network arrive. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

const signIn = (sub: string, refreshToken: string): SignIn => ({
  idToken: `token of ${sub}`,
  refreshToken,
  expiresAt: Date.now() + 600_000,
  claims: { sub, iss: 'https://pool.example', aud: 'client', iat: 0, exp: 600 },
});

/** A tab in which somebody is signed in. */
async function tab(sub: string, refreshToken: string): Promise<{ session: Session; events: string[] }> {
  stored.set('session', JSON.stringify(signIn(sub, refreshToken)));
  const session = new sessions.Session();
  const events: string[] = [];
  for (const event of ['ended', 'renewed']) session.addEventListener(event, () => events.push(event));
  await session.resume();
  events.length = 0;
  return { session, events };
}

beforeEach(async () => {
  revoked.length = left.length = 0;
  stored = new Map();
  revoke = async () => new Response(null, { status: 200 });
  vi.resetModules();
  vi.stubGlobal('location', {
    href: 'https://portal.example/',
    search: '',
    assign: (url: URL) => left.push(String(url)),
  });
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
  vi.stubGlobal('setInterval', () => 0);
  vi.stubGlobal(
    'BroadcastChannel',
    class extends Channel {
      constructor(name: string) {
        super(name);
        channels.push(this);
      }
    },
  );
  vi.stubGlobal('fetch', async (url: string | URL, request?: RequestInit) => {
    if (String(url).endsWith('config.json')) {
      return Response.json({
        authority: 'https://pool.example',
        clientId: 'client',
        signInUrl: 'https://sign-in.example',
      });
    }
    expect(String(url)).toBe('https://sign-in.example/oauth2/revoke');
    const form = new URLSearchParams(String(request?.body));
    expect(form.get('client_id')).toBe('client');
    revoked.push(form.get('token')!);
    return revoke();
  });
  await (await import('../../src/config')).loadConfig();
  sessions = await import('../../src/app/session');
});

/** No tab of a test outlives it. */
afterEach(() => {
  for (const channel of channels) channel.close();
  channels = [];
  vi.unstubAllGlobals();
});

test('signing out revokes the refresh token, forgets the tokens and leaves', async () => {
  const { session } = await tab('ada', 'refresh of ada');
  await session.signOut();
  expect(revoked).toEqual(['refresh of ada']);
  expect(stored.has('session')).toBe(false);
  expect(session.token()).toBeUndefined();
  expect(left).toHaveLength(1);
  expect(left[0]).toMatch(/^https:\/\/sign-in\.example\/logout\?client_id=client&/);
});

test('a pool that does not revoke keeps nobody signed in', async () => {
  revoke = () => Promise.reject(new TypeError('no network'));
  const { session } = await tab('ada', 'refresh of ada');
  await session.signOut();
  expect([session.token(), left.length]).toEqual([undefined, 1]);
});

test('signing out ends the officer’s other tabs, each of which revokes its own token, and nobody else’s', async () => {
  const first = await tab('ada', 'first');
  const second = await tab('ada', 'second');
  const other = await tab('bo', 'third');
  await first.session.signOut();
  await settled();
  expect(revoked.sort()).toEqual(['first', 'second']);
  expect(second.events).toEqual(['ended']);
  expect(second.session.token()).toBeUndefined();
  expect(other.events).toEqual([]);
  expect(other.session.token()).toBe('token of bo');
});

test('only the same officer carries on in a tab that was signed out', async () => {
  const first = await tab('ada', 'first');
  const second = await tab('ada', 'second');
  await first.session.signOut();
  await settled();
  (await tab('bo', 'third')).session.share();
  await settled();
  expect(second.session.token()).toBeUndefined();
  (await tab('ada', 'fourth')).session.share();
  await settled();
  expect(second.session.token()).toBe('token of ada');
});

test.each([
  [undefined],
  [null],
  [''],
  ['signed-out'],
  [7],
  [[]],
  [{}],
  [{ kind: 'signed-out' }],
  [{ kind: 'signed-out', sub: '' }],
  [{ kind: 'signed-out', sub: 7 }],
  [{ kind: 'signed-out', sub: 'bo' }],
  [{ sub: 'ada' }],
  [{ kind: 'signed-in' }],
  [{ kind: 'signed-in', signIn: null }],
  [{ kind: 'signed-in', signIn: {} }],
  [{ kind: 'signed-in', signIn: { claims: {} } }],
  [{ kind: 'signed-in', signIn: { idToken: 'forged', claims: { sub: undefined } } }],
  [signIn('ada', 'without a kind')],
])('a tab ignores %j', async (message) => {
  const { session, events } = await tab('ada', 'first');
  new BroadcastChannel('session').postMessage(message);
  await settled();
  expect([events, session.token(), revoked]).toEqual([[], 'token of ada', []]);
});

test('a tab in which nobody is signed in ignores everything', async () => {
  const session = new sessions.Session();
  const messages = [{ kind: 'signed-in', signIn: signIn('ada', 'x') }, { kind: 'signed-out', sub: 'ada' }, {}];
  for (const message of messages) new BroadcastChannel('session').postMessage(message);
  await settled();
  expect(session.token()).toBeUndefined();
});
