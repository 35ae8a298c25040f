// Every page and main state in every way in which people look at pages: as it is, in forced colours, at 200 % zoom, on
// 320 px, and without motion.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findings, launch, overflow } from './browser.mjs';
import { paste, user } from './list.mjs';
import { fillInInvitee, person, signedIn } from './people.mjs';
import { fresh, officer, portal } from './stack.mjs';

const TRACE = '1-67891233-abcdef012345678912345678';
const plain = { forcedColors: 'none', reducedMotion: 'no-preference' };
const VIEWS = {
  'as it is': { size: [1280, 900] },
  'in forced colours': { size: [1280, 900], media: { forcedColors: 'active' } },
  // Zooming in to 200 % leaves a window of 1,280 px half as many.
  'at 200 % zoom': { size: [640, 450] },
  'on 320 px': { size: [320, 640] },
  'without motion': { size: [1280, 900], media: { reducedMotion: 'reduce' }, check: motion },
};

/** What moves on the page. */
async function motion(page) {
  return page.evaluate(() =>
    document
      .getAnimations()
      .filter(({ playState }) => playState === 'running')
      .map(({ effect }) => `moves: ${effect.target.className || effect.target.localName}`),
  );
}

/** Looks at a state in every way, and leaves it as it was. */
async function lookAt(page, faults, views = Object.keys(VIEWS)) {
  const found = [];
  for (const [
    name,
    {
      size: [width, height],
      media = {},
      check = () => [],
    },
  ] of Object.entries(VIEWS)) {
    if (!views.includes(name)) continue;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ ...plain, ...media });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const wrong = [...(await check(page)), ...(await findings(page)), ...(await overflow(page))];
    found.push(...wrong.map((each) => `${name}: ${each}`));
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia(plain);
  assert.deepEqual([...faults, ...found], []);
}

const heading = (page, name) => page.getByRole('heading', { name }).first().waitFor();
const press = (page, name) => page.getByRole('button', { name }).first().click();
const choose = (page, item) =>
  press(page, 'Actions for row 2').then(() => page.getByRole('menuitem', { name: item }).click());
// By way of another page, so that the page is made anew.
const goTo = async (page, route) => {
  await page.goto(`${portal}#/nowhere`);
  await page.goto(portal + route);
};
const problem = (slug, status, more) => (route) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: `/problems/${slug}`, title: '', status, traceId: TRACE, ...more }),
  });

/** How to get to each state of the officer's pages. What a state changes for the next, it puts back in `leave`. */
const STATES = {
  Overview: {
    enter: async (page) => {
      await goTo(page, '#/');
      await heading(page, 'Overview');
      await page.locator('main .skeleton').waitFor({ state: 'detached' });
    },
  },
  'Overview that waits': {
    enter: async (page) => {
      await page.route('**/api/invites?*', () => {});
      await goTo(page, '#/');
      await page.locator('main .skeleton').waitFor();
    },
    leave: (page) => page.unroute('**/api/invites?*'),
  },
  'Overview whose list failed': {
    enter: async (page) => {
      await page.route('**/api/invites?*', problem('internal', 500));
      await goTo(page, '#/');
      await heading(page, 'Something went wrong on our side.');
    },
    leave: (page) => page.unroute('**/api/invites?*'),
  },
  'Invite users': {
    enter: async (page) => {
      await goTo(page, '#/invite');
      await heading(page, 'Invite users');
    },
  },
  'Email invitation': {
    enter: async (page) => {
      await goTo(page, '#/invite/email');
      await heading(page, 'Email invitation');
    },
  },
  'Email invitation with faults': {
    enter: async (page) => {
      await goTo(page, '#/invite/email');
      await page.getByLabel('Email address').fill('lim@vendor.example.com');
      await press(page, 'Submit');
      await heading(page, /fields need fixing/);
    },
  },
  'Email invitation that was refused': {
    enter: async (page) => {
      await page.route('**/api/invites', problem('already-invited', 409));
      await goTo(page, '#/invite/email');
      await page.getByLabel('Email address').fill(fresh('refused'));
      await page.getByLabel('Reason').fill('Joins the team');
      await press(page, 'Submit');
      await heading(page, 'User with same email already exists.');
    },
    leave: (page) => page.unroute('**/api/invites'),
  },
  'Email invitation that was sent': {
    enter: async (page) => {
      await goTo(page, '#/invite/email');
      await page.getByLabel('Email address').fill(fresh('looked'));
      await page.getByLabel('Reason').fill('Joins the team');
      await press(page, 'Submit');
      await heading(page, 'Invitation sent');
    },
  },
  'Create account with faults': {
    enter: async (page) => {
      await goTo(page, '#/invite/account');
      await page.getByLabel('Email address').fill('lim@vendor.example.com');
      await page.getByLabel('TechPass username').waitFor();
      await press(page, 'Submit');
      await heading(page, /fields need fixing/);
    },
  },
  'Batch upload': {
    enter: async (page) => {
      await goTo(page, '#/batches');
      await heading(page, 'Your batches');
      await page.locator('main .skeleton').waitFor({ state: 'detached' });
    },
  },
  'Batch with faults': {
    enter: async (page) => {
      const twice = user();
      await paste(page, [
        user(),
        user({ organisation: '' }),
        twice,
        twice,
        user({ email: ` ${fresh('Spaces')} `, organisation: '' }),
      ]);
      await page.getByText('to fix', { exact: false }).first().waitFor();
    },
  },
  'Batch, row menu': {
    enter: (page) => press(page, 'Actions for row 2'),
    leave: (page) => page.keyboard.press('Escape'),
  },
  'Batch, cell being edited': {
    enter: async (page) => {
      await page.locator('[id="cell-2-department"]').dblclick();
      await page.getByRole('textbox', { name: 'Department' }).waitFor();
    },
    leave: (page) => page.keyboard.press('Escape').then(() => page.locator('.editor').waitFor({ state: 'detached' })),
    views: ['as it is', 'in forced colours', 'without motion'],
  },
  'Batch, user details': {
    enter: async (page) => {
      await choose(page, 'View details');
      await page.getByRole('dialog').waitFor();
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
  'Batch, change all alike': {
    enter: async (page) => {
      await press(page, /^Change all/);
      await page.getByRole('dialog').waitFor();
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
  'Batch, add users': {
    enter: async (page) => {
      await press(page, 'Add users');
      await page.getByRole('dialog').waitFor();
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
  'Batch, submit': {
    enter: async (page) => {
      await press(page, /^Submit \d/);
      await page.getByRole('dialog').waitFor();
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
  'Batch, reset': {
    enter: async (page) => {
      await press(page, 'Reset');
      await page.getByRole('dialog').waitFor();
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
  'Batch, row removed': {
    enter: async (page) => {
      await choose(page, 'Remove');
      await page.getByText('Row 2 removed.').waitFor();
    },
  },
  'Batch in progress': {
    enter: async (page) => {
      await press(page, /^Submit \d/);
      await press(page, 'Continue');
      await page.getByRole('progressbar').waitFor();
    },
  },
  'Batch that is done': { enter: (page) => page.getByRole('heading', { name: /done/i }).waitFor({ timeout: 60_000 }) },
  'Batch that cannot be read': {
    enter: async (page) => {
      await goTo(page, '#/batches');
      await page.getByLabel('Choose a file').setInputFiles({
        name: 'users.xlsx',
        mimeType: 'application/octet-stream',
        buffer: Buffer.from('%PDF-1.7'),
      });
      await page.getByRole('heading', { name: 'This file could not be read' }).waitFor({ timeout: 30_000 });
    },
  },
  'Batch that waits for answers': {
    enter: async (page) => {
      const columns = [
        'Work contact',
        'Given name',
        'Surname',
        'HP',
        'Agency',
        'Purpose',
        'A title that goes on for longer than there is room on the narrowest of phones',
      ].map((title, at) => ({
        title,
        column: at + 1,
        samples: ['Example', 'x'.repeat(60)],
        ...(at === 2 && { field: 'lastName' }),
      }));
      const batch = {
        id: 'bat_x',
        state: 'ASKING',
        counts: {},
        createdAt: new Date(),
        updatedAt: new Date(),
        notices: [],
        source: 'upload',
        kind: 'account',
        traceId: TRACE,
        questions: {
          reasons: [{ code: 'FILE_HEADER_MISSING', detail: 'There are titles missing.' }],
          columns,
          missing: ['email', 'organisation', 'reason'],
          worksheets: [
            { name: 'Officers', rows: 12 },
            { name: 'A worksheet with a name that is as long as names can be', rows: 1 },
          ],
          encodings: [{ name: 'windows-1252', sample: 'Núñez' }],
        },
      };
      await page.route(/\/api\/batches\/bat_\w+$/, (route) => route.fulfill({ json: batch }));
      await goTo(page, '#/batches/bat_01KAR3G3AM4X5QJ8T7Z0W2V9YB');
      await page.getByLabel('HP').selectOption('Last name');
      await press(page, 'Read the list');
    },
    leave: (page) => page.unroute(/\/api\/batches\/bat_\w+$/),
  },
  'Batch being read': {
    enter: async (page) => {
      await page.route(/\/api\/batches\/bat_\w+$/, (route) =>
        route.fulfill({
          json: {
            id: 'bat_x',
            state: 'PARSING',
            counts: {},
            createdAt: new Date(),
            updatedAt: new Date(),
            notices: [],
            source: 'upload',
            kind: 'account',
            traceId: TRACE,
          },
        }),
      );
      await goTo(page, '#/batches/bat_01KAR3G3AM4X5QJ8T7Z0W2V9YB');
      await page.getByText('Reading the file').waitFor();
    },
    leave: (page) => page.unroute(/\/api\/batches\/bat_\w+$/),
  },
  'Invite user status': {
    enter: async (page) => {
      await goTo(page, '#/invites');
      await page.locator('td.email').first().waitFor();
    },
  },
  'Invite user status, some selected': {
    enter: async (page) => {
      await page.getByLabel('Select all on this page').check();
      await page.getByRole('toolbar').waitFor();
    },
  },
  'Invite user status, revoke': {
    enter: async (page) => {
      await press(page, 'Revoke');
      await page.getByRole('dialog').waitFor();
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
  'Invite details': {
    enter: async (page) => {
      await page.locator('td.email a').first().click();
      await heading(page, 'History');
    },
    leave: (page) => page.keyboard.press('Escape').then(() => page.getByRole('dialog').waitFor({ state: 'detached' })),
  },
  'Invite user status, none found': {
    enter: async (page) => {
      await goTo(page, '#/invites?q=nobodyiscalledso');
      await heading(page, 'No record found');
    },
  },
  'Invite user status that is old': {
    enter: async (page) => {
      await goTo(page, '#/invites');
      await page.locator('td.email').first().waitFor();
      await page.route('**/api/invites?*', problem('unavailable', 503));
      await page.getByText('Could not be brought up to date').waitFor({ timeout: 20_000 });
    },
    leave: (page) => page.unroute('**/api/invites?*'),
  },
  'Onboard to SEED': {
    enter: async (page) => {
      await goTo(page, '#/seed');
      await heading(page, 'Your licence');
    },
  },
  'No such page': {
    enter: async (page) => {
      await goTo(page, '#/nowhere');
      await heading(page, 'There is no such page');
    },
  },
  Offline: {
    enter: async (page) => {
      await page.context().setOffline(true);
      await page.getByText('You are offline.').first().waitFor();
    },
    leave: (page) => page.context().setOffline(false),
  },
  'Session that has ended': {
    enter: async (page) => {
      await page.route('**/api/invites?*', problem('unauthorized', 401));
      await goTo(page, '#/invites');
      await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    },
    leave: (page) => page.unroute('**/api/invites?*'),
  },
};

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

describe('Everybody can use the officer’s pages', () => {
  let visit;
  before(async () => {
    visit = await signedIn(browser, officer);
  });

  for (const [name, { enter, leave, views }] of Object.entries(STATES)) {
    test(name, async () => {
      const { page, faults } = visit;
      try {
        await enter(page);
        await lookAt(page, faults, views);
      } finally {
        faults.length = 0;
        await leave?.(page);
      }
    });
  }
});

describe('Everybody can use the pages that stand alone', () => {
  const view = {
    invitedBy: 'ada@example-agency.gov.sg',
    email: 't***@example-agency.gov.sg',
    traceId: TRACE,
    signInName: 'tan@example-agency.gov.sg',
  };
  /** Opens an invitation in this state. */
  const accept = async (page, more) => {
    await page.route('**/invitations/view', (route) => route.fulfill({ json: { ...view, ...more } }));
    await goTo(page, `accept#${'0'.repeat(64)}`);
  };
  const ahead = (seconds) => new Date(Date.now() + seconds * 1_000);
  const withCode = (state) => ({
    state: 'invited',
    mailboxCode: { state, availableFrom: ahead(60), validUntil: ahead(1_800) },
  });
  const ALONE = {
    'Sign in': async (page) => {
      await goTo(page, '');
      await heading(page, 'Sign in to invite users');
    },
    'Sign in, with the masthead open': async (page) => {
      await configure(page, { officialMasthead: true });
      await goTo(page, '');
      await page.getByText('How to identify').click();
      await page.getByText('Official website links end with .gov.sg').waitFor();
    },
    'An invitation': async (page) => {
      await accept(page, { state: 'invited', expiresAt: ahead(1e6) });
      await heading(page, 'You are invited to TechPass');
    },
    'An invitation, filled in with faults': async (page) => {
      await accept(page, { state: 'invited' });
      await press(page, 'Mail me a code');
      await heading(page, /fields need fixing/);
    },
    'An invitation with a code that is wrong': async (page) => {
      const errors = [{ pointer: '/mailboxCode', code: 'mailbox-code.wrong', detail: 'This is not the code.' }];
      await page.route('**/invitations/accept', problem('validation', 422, { errors }));
      await accept(page, withCode('sent'));
      await fillInInvitee(page);
      await page.getByLabel('Confirmation code').fill('123 456');
      await press(page, 'Accept the invitation');
      await heading(page, 'One field needs fixing');
    },
    'An invitation with a code whose mail came back': async (page) => {
      await accept(page, withCode('not-delivered'));
      await heading(page, 'The mail with your code came back');
    },
    ...Object.fromEntries(
      [
        ['expired', 'This invitation has expired'],
        ['revoked', 'This invitation was revoked'],
        ['onboarded', 'You are all set'],
        ['failed', 'Your account could not be created'],
        ['accepted', 'Your account is being created'],
        ['account-ready', 'Your account is ready'],
      ].map(([state, title]) => [
        `An invitation that is ${state}`,
        async (page) => {
          await accept(page, { state });
          await heading(page, title);
        },
      ]),
    ),
  };
  for (const [name, enter] of Object.entries(ALONE)) {
    test(name, async () => {
      const { page, context, faults } = await person(browser);
      await enter(page);
      await lookAt(page, faults);
      await context.close();
    });
  }
});

/** Gives the pages another `config.json`. */
async function configure(page, change) {
  const config = await (await fetch(`${portal}config.json`)).json();
  await page.route('**/config.json', (route) => route.fulfill({ json: { ...config, ...change } }));
}

describe('The masthead of government websites', () => {
  for (const [officialMasthead, count] of [
    [false, 0],
    [true, 1],
  ]) {
    test(officialMasthead ? 'is there where it is configured' : 'is not there unless it is configured', async () => {
      for (const [path, title] of [
        ['', 'Sign in to invite users'],
        [`accept#${'0'.repeat(64)}`, 'This link is not valid'],
      ]) {
        const { page, context } = await person(browser);
        if (officialMasthead) await configure(page, { officialMasthead });
        await goTo(page, path);
        await heading(page, title);
        assert.equal(await page.getByText('A Singapore Government Agency Website').count(), count);
        await context.close();
      }
    });
  }
});
