// A browser that forgives nothing: what a person would not see, but should not happen, fails the run.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { browser } from '../browser/find.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function launch() {
  const found = browser();
  if (!found) {
    throw new Error('No browser: `make test-browser` looks for one, and says how to install it');
  }
  return chromium.launch({
    executablePath: found.path,
    env: found.env,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page of its own, with everything that went wrong on it in `faults`. */
export async function open(browser, portal, { width = 1280, height = 900, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: 'en-SG',
    timezoneId: 'Asia/Singapore',
    ...options,
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(portal).origin });
  if (process.env.PAGES) await servePages(context, portal, resolve(import.meta.dirname, '../..', process.env.PAGES));
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults = [];
  const own = new URL(portal).origin;
  // A request that is refused or gets no answer is part of some scenarios, and the page says so.
  const expected = /the server responded with a status of (4|5)\d\d|net::ERR_(INTERNET_DISCONNECTED|TIMED_OUT)/;
  const isExpected = (text) => expected.test(text);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !isExpected(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== own) faults.push(`foreign request: ${url.origin}`);
  });
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  return { context, page, faults };
}

/** Puts pages that were just built in the place of those in the running function, with the function's own headers. */
async function servePages(context, portal, dist) {
  const types = {
    html: 'text/html',
    js: 'text/javascript',
    css: 'text/css',
    svg: 'image/svg+xml',
    woff2: 'font/woff2',
  };
  const files = { '': 'index.html', accept: 'accept.html' };
  for (const path of ['', 'accept']) {
    const { headers } = await fetch(portal + path);
    types[files[path]] = headers.get('content-security-policy');
  }
  await context.route(
    (url) => /^(|accept|assets\/[^/]+)$/.test(url.href.split(/[?#]/)[0].replace(portal, '')),
    (route) => {
      const path = route.request().url().split(/[?#]/)[0].replace(portal, '');
      // After a redirect the document is the function's own, and names the files of its build.
      const [stem, end] = [path.replace(/-[\w-]{8}\.\w+$/, ''), path.split('.').pop()];
      const built = readdirSync(resolve(dist, 'assets')).find(
        (name) => `assets/${name}`.startsWith(`${stem}-`) && name.endsWith(`.${end}`),
      );
      const file = files[path] ?? `assets/${built}`;
      const headers = {
        'content-type': types[file.split('.').pop()],
        ...(types[file] && { 'content-security-policy': types[file] }),
      };
      return route.fulfill({ headers, body: readFileSync(resolve(dist, file)) });
    },
  );
}

/** What axe finds, with the place; WCAG 2.2 AA and best practice. */
export async function findings(page) {
  // A colour on its way to another is neither.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((each) => each.effect.getComputedTiming().endTime !== Infinity)
        .map(({ finished }) => finished),
    ),
  );
  // Over the protocol, because no script of a page may be made from text here.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  await session.detach();
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `axe ${id}: ${target}`));
}

/** Whether something is wider than the screen. */
export const overflow = (page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth + 1 ? [`${scrollWidth} px wide on a screen of ${clientWidth}`] : [];
  });

/** Whether the focus got lost, which leaves keyboard and screen reader users at the top of the page. */
export const lostFocus = (page) =>
  page.evaluate(() => (document.activeElement === document.body ? ['focus on body'] : []));
