// What becomes of a session as time goes by, by a clock that is turned forward.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from './browser.mjs';
import { identify, person, signIn } from './people.mjs';
import { officer, other, portal } from './stack.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const TOKEN_MINUTES = 10;
const problem = (slug, status) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: `/problems/${slug}`, title: '', status }),
});
// A page 15 minutes ahead of the pool reads each new token as expired, and rightly says that the session has ended.
const minutes = (page, n) => page.clock.fastForward(n * 60_000);
const renewals = (page) => {
  const seen = [];
  page.on('request', (request) => {
    if (request.url().includes('/oauth2/token')) seen.push(new URLSearchParams(request.postData()).get('grant_type'));
  });
  return seen;
};

/** An officer with half a form typed, whose clock can be turned. */
async function typing(browser) {
  const visit = await person(browser);
  await visit.page.clock.install();
  await signIn(visit.page, officer, '#/invite/email');
  await visit.page.getByLabel('Reason').fill('Typed before the session ended');
  return visit;
}

const refuseRenewal = (page) =>
  page.route('**/oauth2/token', (route) => route.fulfill({ status: 400, json: { error: 'invalid_grant' } }));

/** Follows the dialog's link, and signs in in the tab that it opens. */
async function signInElsewhere(page, context, who) {
  const opened = context.waitForEvent('page');
  await page.getByRole('link', { name: 'Sign in again' }).click();
  const tab = await opened;
  await identify(tab, who);
  await tab.getByRole('heading', { name: 'You are signed in again' }).waitFor();
  await tab.close();
}

describe('A session', () => {
  test('is renewed before its token runs out, and nobody notices', async () => {
    const { page, settle } = await typing(browser);
    const seen = renewals(page);
    const before = await page.evaluate(() => sessionStorage.getItem('session'));
    await minutes(page, TOKEN_MINUTES - 4);
    await page.waitForFunction((old) => sessionStorage.getItem('session') !== old, before);
    // The first token has ended by now, and the second is not renewed yet.
    await minutes(page, 4.5);
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.deepEqual(seen, ['refresh_token']);
    await page.getByLabel('Reason').focus();
    await settle();
  });

  test('that cannot be renewed warns two minutes before; signing in again leads back to the same place', async () => {
    const { page, context, settle } = await typing(browser);
    await refuseRenewal(page);
    await minutes(page, TOKEN_MINUTES - 4);
    assert.equal(await page.getByRole('dialog').count(), 0);
    await minutes(page, 2.2);
    await page.getByRole('dialog', { name: 'Your session ends in two minutes' }).waitFor();
    await settle();
    await page.unroute('**/oauth2/token');
    await signInElsewhere(page, context, officer);
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.match(page.url(), /#\/invite\/email$/);
    assert.equal(await page.getByLabel('Reason').inputValue(), 'Typed before the session ended');
    await minutes(page, 5);
    assert.equal(await page.getByRole('dialog').count(), 0);
  });

  test('that has ended says so, and is not taken up by somebody else', async () => {
    const { page, context, settle } = await typing(browser);
    await refuseRenewal(page);
    await minutes(page, TOKEN_MINUTES + 1);
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    await settle();
    await page.unroute('**/oauth2/token');
    await context.clearCookies();
    await signInElsewhere(page, context, other);
    await dialog.waitFor();
    await context.clearCookies();
    await signInElsewhere(page, context, officer);
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await page.getByLabel('Reason').inputValue(), 'Typed before the session ended');
  });

  test('that the API refuses keeps the form', async () => {
    const { page, context, settle } = await typing(browser);
    await page.getByLabel('Email address').fill('x.y@example-agency.gov.sg');
    await page.route('**/api/invites', (route) => route.fulfill(problem('unauthorized', 401)), { times: 1 });
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await settle();
    await signInElsewhere(page, context, officer);
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.equal(await page.getByLabel('Email address').inputValue(), 'x.y@example-agency.gov.sg');
  });

  test('outlives a reload, also when the computer slept until its token had run out', async () => {
    const { page } = await typing(browser);
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.evaluate(() =>
      sessionStorage.setItem(
        'session',
        JSON.stringify({ ...JSON.parse(sessionStorage.getItem('session')), expiresAt: 0 }),
      ),
    );
    const seen = renewals(page);
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    assert.deepEqual(seen, ['refresh_token']);
  });

  test('is not begun by an answer that this tab did not ask for', async () => {
    const { page } = await person(browser);
    await page.goto(`${portal}?code=stolen&state=guessed`);
    await page.getByRole('heading', { name: 'Sign in to invite users' }).waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.getItem('session')), null);
  });
});
