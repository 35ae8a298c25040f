// A page of the portal in a browser, over a fake server that is made from the description of the API.
import { afterAll, beforeAll } from 'vitest';
import { launch, open } from '../e2e/browser.mjs';
import { serve } from '../fake/http';
import { officerOf } from '../fake/officer';
import { FakeServer } from '../fake/server';

const AN_HOUR = 3_600_000;
let browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

/** Opens pages over a server of their own. `done` fails when anything was asked or answered against the description. */
export async function stage({ width = 1280, height = 720, claims = {} } = {}) {
  const server = new FakeServer()
    .on('me', () => ({ status: 200, body: officerOf() }))
    .on('listBatches', () => ({ status: 200, body: { items: [] } }));
  const site = await serve(server);
  const { page, faults, context } = await open(browser, site.url, { width, height });
  const signIn = {
    idToken: 'token',
    claims: { sub: 'ada', given_name: 'Ada', family_name: 'Lim', email: 'ada@example-agency.gov.sg', ...claims },
    expiresAt: Date.now() + AN_HOUR,
  };
  await page.addInitScript((stored) => sessionStorage.setItem('session', stored), JSON.stringify(signIn));
  return {
    server,
    page,
    context,
    faults,
    url: site.url,
    goTo: (route) => page.goto(`${site.url}#${route}`),
    async done() {
      await context.close();
      await site.close();
      server.verify();
      if (faults.length > 0) throw new Error(faults.join('\n'));
    },
  };
}
