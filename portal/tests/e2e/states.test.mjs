// What the portal says when something is in the way, and the accept page's states.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from './browser.mjs';
import { identify, person, signedIn } from './people.mjs';
import { officer, portal, stack, vendor } from './stack.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const TRACE = '1-67891233-abcdef012345678912345678';
const problem = (slug, status) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: `/problems/${slug}`, title: 'x', status, traceId: TRACE }),
});

describe('The frame', () => {
  test('Every answer of the portal has the headers, and the policy holds', async () => {
    for (const path of ['', 'accept', 'config.json']) {
      const answer = await fetch(portal + path);
      assert.equal(answer.status, 200, path);
      assert.match(answer.headers.get('content-security-policy'), /default-src 'none'/);
      assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    }
    const { page } = await person(browser);
    await page.goto(portal);
    const refused = await page.evaluate(() => {
      try {
        document.body.insertAdjacentHTML('beforeend', '<b>markup</b>');
        return false;
      } catch (error) {
        return error instanceof TypeError;
      }
    });
    assert.ok(refused, 'Trusted Types are not enforced');
  });

  test('An unknown page', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/nowhere' });
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.getByRole('link', { name: 'Go to Overview' }).click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    await settle();
  });

  test('A vendor signs in and is welcomed, with the sign-in name that the mail gave', async () => {
    const { page } = await person(browser);
    await page.goto(portal);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await identify(page, vendor);
    await page.getByRole('heading', { name: /^Welcome/ }).waitFor();
    await page.getByText('Your TechPass account works: you are signed in.').waitFor();
  });

  for (const [slug, status, title] of [
    ['network-not-allowed', 403, 'This is only open from your agency’s network.'],
    ['unavailable', 503, 'We will be back shortly'],
  ]) {
    test(`${slug} on the first request`, async () => {
      const { page, faults } = await person(browser);
      await page.route('**/api/me', (route) => route.fulfill(problem(slug, status)));
      await page.goto(portal);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await identify(page, officer);
      await page.getByRole('heading', { name: title }).waitFor();
      await page.getByText(TRACE).waitFor();
      assert.deepEqual(faults, []);
    });
  }

  test('Offline, what was typed stays, and goes through later', async () => {
    const { page, context, settle } = await signedIn(browser, officer, { route: '#/invite/email' });
    const address = `offline.${Date.now().toString(36)}@example-agency.gov.sg`;
    await page.getByLabel('Email address').fill(address);
    await page.getByLabel('Reason').fill('Joins the team');
    await context.setOffline(true);
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByRole('heading', { name: 'There was no connection.' }).waitFor();
    await settle();
    await context.setOffline(false);
    assert.equal(await page.getByLabel('Email address').inputValue(), address);
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByRole('heading', { name: 'Invitation sent' }).waitFor({ timeout: 30_000 });
  });

  test('A list that cannot be brought up to date keeps what it shows, and says so', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invites' });
    await page.locator('td.email').first().waitFor();
    await page.route('**/api/invites?*', (route) => route.abort());
    await page.getByText('Could not be brought up to date').waitFor({ timeout: 20_000 });
    await page.locator('td.email').first().waitFor();
    assert.ok(stack);
    await settle().catch((error) => {
      if (!/ERR_FAILED/.test(error.message)) throw error;
    });
  });
});

describe('The accept page', () => {
  const view = { invitedBy: 'ada@example-agency.gov.sg', email: 't***@example-agency.gov.sg', traceId: TRACE };
  for (const [state, title] of [
    ['expired', 'This invitation has expired'],
    ['revoked', 'This invitation was revoked'],
    ['onboarded', 'You are all set'],
    ['failed', 'Your account could not be created'],
    ['accepted', 'Your account is being created'],
  ]) {
    for (const width of [1280, 320]) {
      test(`${state} at ${width} px`, async () => {
        const { page, settle } = await person(browser, { width });
        await page.route('**/invitations/view', (route) =>
          route.fulfill({ json: { ...view, state, signInName: 'tan@example-agency.gov.sg' } }),
        );
        await page.goto(`${portal}accept#${'0'.repeat(64)}`);
        await page.getByRole('heading', { name: title, level: 1 }).waitFor();
        await page.keyboard.press('Tab');
        await settle().catch((error) => {
          if (state !== 'accepted' || !/focus on body/.test(error.message)) throw error;
        });
      });
    }
  }

  test('A link that is not valid says so, whatever the reason', async () => {
    const { page } = await person(browser, { width: 320 });
    await page.goto(`${portal}accept#${'0'.repeat(64)}`);
    await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();
    await page
      .getByText(/Trace ID/)
      .first()
      .waitFor();
  });
});
