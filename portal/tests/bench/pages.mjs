// How long officers wait at the pages, in a browser on a running stack. `tests/bench/pages.py` runs it:
// `node pages.mjs FOLDER [paint upload draft status]`, with workbooks of 1,000 people each in the folder.
// Prints milliseconds as JSON, by what was waited for.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, open } from '../e2e/browser.mjs';
import { copy, user } from '../e2e/list.mjs';
import { signedIn } from '../e2e/people.mjs';
import { fresh, officer, portal } from '../e2e/stack.mjs';

const ROUNDS = 5;
const LOOKS = 20;
const EDITS = 40;
const MANY = 10_000;
const LONG = 300_000;
/** Slow 4G as Lighthouse has it: 150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up. */
const SLOW_4G = {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6 * 1024 * 1024) / 8,
  uploadThroughput: (750 * 1024) / 8,
};

const folder = process.argv[2];
const browser = await launch();
const times = {};
function note(name, ms) {
  times[name] ??= [];
  times[name].push(ms);
}

async function clock(name, deed) {
  const from = performance.now();
  await deed();
  note(name, performance.now() - from);
}

const cell = (page, row, column) => page.locator(`[id="cell-${row}-${column}"]`);
const grid = (page) => page.getByRole('grid', { name: 'Users' });
const isLoaded = (page) => page.getByText('loaded…').waitFor({ state: 'detached', timeout: LONG });

/** The page to sign in at, with nothing kept from before. */
async function firstPaint() {
  for (const [name, conditions] of [
    ['first paint', undefined],
    ['first paint, slow 4G', SLOW_4G],
  ]) {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { page, context } = await open(browser, portal);
      const session = await context.newCDPSession(page);
      await session.send('Network.enable');
      await session.send('Network.setCacheDisabled', { cacheDisabled: true });
      if (conditions) await session.send('Network.emulateNetworkConditions', conditions);
      await page.goto(portal);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      const [painted, usable] = await page.evaluate(() => [
        performance.getEntriesByName('first-contentful-paint')[0].startTime,
        performance.now(),
      ]);
      note(name, painted);
      note(`${name}: one can sign in`, usable);
      await context.close();
    }
  }
}

/** From the file that was chosen to the list with every fault marked, and to the last of its rows. */
async function uploads(page) {
  for (const file of readdirSync(folder)) {
    await page.goto(`${portal}#/batches`);
    const input = page.getByLabel('Choose a file');
    await input.waitFor({ state: 'attached' });
    const from = performance.now();
    await input.setInputFiles(join(folder, file));
    await page.getByRole('button', { name: /^Submit [\d,]+ users$/ }).waitFor({ timeout: LONG });
    note('1,000 people: file chosen, list with its faults', performance.now() - from);
    await isLoaded(page);
    note('1,000 people: all rows loaded', performance.now() - from);
  }
}

/** From Enter in a cell to the server's verdict in it. */
async function edits(page, name, first) {
  for (let row = first; row < first + EDITS; row += 1) {
    await cell(page, row, 'department').dblclick();
    await page.getByRole('textbox', { name: 'Department' }).fill(`Team ${row}`);
    const answer = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await clock(name, async () => {
      await page.keyboard.press('Tab');
      const response = await answer;
      await response.finished();
      note(`${name}: the answer alone`, response.request().timing().responseEnd);
      await page.getByText('Checking…').waitFor({ state: 'detached' });
    });
  }
}

/** The times between frames while something goes on. */
async function frames(page, deed) {
  await page.evaluate(() => {
    globalThis.seen = [];
    let last = performance.now();
    const next = (now) => {
      if (!globalThis.seen) return;
      globalThis.seen.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await deed();
  return page.evaluate(() => {
    const { seen } = globalThis;
    globalThis.seen = undefined;
    return seen.slice(1);
  });
}

/** A draft as large as drafts get. */
async function largeDraft(page) {
  const stem = fresh('timed').split('@')[0];
  await copy(
    page,
    Array.from({ length: MANY }, (_, at) => user({ email: `${stem}x${at}@example-agency.gov.sg` })),
  );
  await page.goto(`${portal}#/batches`);
  const add = page.getByRole('button', { name: /^Add 10,000 users$/ });
  await clock('10,000 people: pasted, and found', async () => {
    await page.getByLabel('Or paste from Excel').press('Control+v');
    await add.waitFor({ timeout: LONG });
  });
  const from = performance.now();
  await add.click();
  await grid(page).waitFor({ timeout: LONG });
  note('10,000 people: checked, list shown', performance.now() - from);
  await isLoaded(page);
  note('10,000 people: all rows loaded', performance.now() - from);
  await grid(page).focus();
  const scrolled = await frames(page, async () => {
    for (let turn = 0; turn < 120; turn += 1) await page.keyboard.press('PageDown');
  });
  for (const each of scrolled) note('10,000 people: a frame while scrolling', each);
  await page.keyboard.press('Control+Home');
  await edits(page, '10,000 people: a cell changed and checked', 1);
}

/** The list of an officer who has invited so many: what the API needs for it, and what the page makes of its answer. */
async function largeStatus(page) {
  const table = page.locator('td.email');
  const answered = async (what, ask, shown) => {
    const answer = page.waitForResponse(
      (response) => /\/api\/invites\?.*limit=50/.test(response.url()) && response.status() === 200,
      { timeout: LONG },
    );
    await ask();
    await (await answer).finished();
    const at = performance.now();
    note(`10,000 invites, ${what}: the answer`, (await answer).request().timing().responseEnd);
    await shown();
    note(`10,000 invites, ${what}: shown after it`, performance.now() - at);
  };
  for (let look = 0; look <= LOOKS; look += 1) {
    await page.goto(`${portal}#/invite`);
    // The first look reads the whole list; the function remembers it for those that follow.
    await answered(
      look ? 'the page again' : 'the first look',
      () => page.goto(`${portal}#/invites`),
      () => page.getByText(/Total no\. of invitations: 1\d,/).waitFor(),
    );
    const before = await table.first().textContent();
    await answered(
      'the next 50',
      () => page.getByRole('button', { name: 'Next' }).click(),
      () => page.waitForFunction((text) => document.querySelector('td.email').textContent !== text, before),
    );
    await answered(
      'one found',
      () => page.getByLabel('Search').fill(`seeded${7_000 + look}@`),
      () => page.getByText('Total no. of invitations: 1', { exact: true }).waitFor(),
    );
  }
}

const visit = async (run) => {
  // Not by way of the overview, which asks for lists too.
  const { page, context } = await signedIn(browser, officer, { route: '#/invite' });
  page.setDefaultTimeout(60_000);
  await run(page);
  await context.close();
};
const PARTS = {
  paint: firstPaint,
  upload: () =>
    visit(async (page) => {
      await uploads(page);
      await edits(page, '1,000 people: a cell changed and checked', 1);
    }),
  draft: () => visit(largeDraft),
  status: () => visit(largeStatus),
};
const wanted = process.argv.slice(3);
for (const [name, run] of Object.entries(PARTS)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const from = performance.now();
  await run();
  process.stderr.write(`  ${name}: ${Math.round((performance.now() - from) / 1000)} s\n`);
}
await browser.close();
console.log(JSON.stringify(times));
