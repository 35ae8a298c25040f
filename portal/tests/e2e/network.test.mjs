// How seldom the pages ask: what went over the network, and when.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from './browser.mjs';
import { inviteByMail, person, signedIn, signIn } from './people.mjs';
import { fresh, officer, portal } from './stack.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Everything that the page asked the list for, and what it was answered. */
function log(page) {
  const asked = [];
  page.on('response', async (response) => {
    const request = response.request();
    if (!/\/api\/invites\?/.test(request.url())) return;
    const { 'if-none-match': known } = await request.allHeaders();
    asked.push({
      at: await page.evaluate(() => Date.now()),
      status: response.status(),
      known,
      bytes: Number((await response.allHeaders())['content-length'] ?? NaN),
    });
  });
  return asked;
}

/** Tells the page that it is seen or not, as a browser does whose tab is. */
const show = (page, state) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);

describe('Invite user status', () => {
  test('asks with the version it shows, less and less often, and gets nothing when nothing changed', async () => {
    const { page } = await person(browser);
    await page.clock.install();
    await signIn(page, officer, '#/invites?q=nobodyiscalledso');
    await page.getByRole('heading', { name: 'No record found' }).waitFor();
    const asked = log(page);
    for (let turn = 0; turn < 90; turn += 1) {
      await page.clock.runFor(1_000);
      // What was asked is answered by the real clock.
      await new Promise((done) => setTimeout(done, 80));
    }
    await page.waitForLoadState('networkidle');
    const pauses = asked.slice(1).map(({ at }, n) => at - asked[n].at);
    assert.ok(asked.length >= 5 && asked.length <= 12, `${asked.length} requests in 90 s`);
    assert.ok(pauses.at(-1) > 2 * pauses[0] && Math.max(...pauses) <= 32_000, `pauses of ${pauses}`);
    for (const { status, known } of asked) assert.deepEqual([status, Boolean(known)], [304, true]);
  });

  test('does not ask while nobody can see it, and at once when somebody can again', async () => {
    const { page } = await person(browser);
    await page.clock.install();
    await signIn(page, officer, '#/invites?q=nobodyiscalledso');
    await page.getByRole('heading', { name: 'No record found' }).waitFor();
    await show(page, 'hidden');
    const asked = log(page);
    await page.clock.runFor(300_000);
    assert.equal(asked.length, 0);
    const answered = page.waitForResponse(/\/api\/invites\?/);
    await show(page, 'visible');
    await answered;
  });

  test('brings what changed elsewhere, says so and marks it', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invite/email' });
    const address = fresh('polled');
    await inviteByMail(page, address);
    await page.goto(`${portal}#/invites?q=${address}`);
    const row = page.getByRole('row', { name: address });
    await row.getByText('Invited', { exact: true }).waitFor();
    // From another tab, as it were.
    const revoked = await page.evaluate(async (about) => {
      const { idToken } = JSON.parse(sessionStorage.getItem('session'));
      const api = (path, method = 'GET') =>
        fetch(new URL(`api/invites${path}`, location.href.split('#')[0]), {
          method,
          headers: { authorization: `Bearer ${idToken}` },
        });
      const {
        items: [{ id }],
      } = await (await api(`?q=${about}`)).json();
      return (await api(`/${id}/revoke`, 'POST')).status;
    }, address);
    assert.ok(revoked < 300, `${revoked}`);
    await row.getByText('Revoked').waitFor({ timeout: 40_000 });
    await page.getByText('1 invite changed.').waitFor({ state: 'attached' });
    await page.locator('tr.changed').waitFor();
    await page.getByLabel('Search').focus();
    await settle();
  });

  test('those that were mailed today cannot be resent together, and say from when they can', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invite/email' });
    const address = fresh('today');
    await inviteByMail(page, address);
    await page.goto(`${portal}#/invites?q=${address}`);
    await page.getByRole('row', { name: address }).getByText('Mail delivered').waitFor({ timeout: 30_000 });
    await page.getByLabel('Select all on this page').check();
    await page
      .getByRole('toolbar')
      .getByText(/It can be resent from \d+ \w+ \d{4}, 12:00 am/)
      .waitFor();
    assert.ok(await page.getByRole('toolbar').getByRole('button', { name: 'Resend' }).isDisabled());
    await settle().catch((error) => {
      if (!/focus on body/.test(error.message)) throw error;
    });
  });
});

describe('The service request', () => {
  test('leads where the stack says, on every page that names it', async () => {
    const { page } = await person(browser);
    const config = await (await fetch(`${portal}config.json`)).json();
    await page.route('**/config.json', (route) =>
      route.fulfill({ json: { ...config, serviceRequestUrl: 'https://desk.example.gov.sg/request' } }),
    );
    await signIn(page, officer, '#/seed');
    assert.equal(
      await page.getByRole('link', { name: 'Raise a service request' }).getAttribute('href'),
      'https://desk.example.gov.sg/request',
    );
    assert.match(config.serviceRequestUrl, /^https:\/\//);
  });
});
