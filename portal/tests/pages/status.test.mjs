import { afterEach, expect, test } from 'vitest';
import { problem } from '../fake/server';
import { stage } from './page.mjs';

const TRACE = '1-67891233-abcdef012345678912345678';
const HOUR = 3_600_000;
const at = (ms) => new Date(Date.now() + ms).toISOString();
const invite = (name, more) => ({
  id: `inv_${name}`,
  kind: 'email',
  email: `${name}@example-agency.gov.sg`,
  persona: 'officer',
  dateOfInvite: at(-HOUR),
  updatedAt: at(-HOUR),
  traceId: TRACE,
  techpass: { state: 'INVITED', label: 'Invited' },
  seed: { state: 'NOT_REQUIRED', label: 'Not Required' },
  ...more,
});
const onList = (server, items) =>
  server.on('listInvites', () => ({
    status: 200,
    headers: { etag: '"1"' },
    body: { items, total: items.length, techpass: {} },
  }));
const actionOf = (more) => ({
  id: 'act_1',
  action: 'resend',
  state: 'DONE',
  createdAt: at(0),
  updatedAt: at(0),
  traceId: TRACE,
  outcomes: [],
  ...more,
});
const accepted = (body) => ({ status: 202, headers: { location: '/v1/api/invites/actions/act_1' }, body });
const finished = (counts) => accepted(actionOf({ counts }));

let open;
afterEach(() => open.done());

test('Resend is offered when it can work, else the date from when it can', async () => {
  open = await stage();
  const { page, server } = open;
  onList(server, [
    invite('now', { resendFrom: at(-HOUR) }),
    invite('later', { resendFrom: at(24 * HOUR) }),
    invite('never', {}),
  ]);
  await open.goTo('/invites');
  const menu = async (name) => {
    await page
      .getByRole('row', { name: `${name}@` })
      .getByRole('button', { name: /^Actions for/ })
      .click();
    const labels = await page.locator('.menu:popover-open [role=menuitem]').allTextContents();
    await page.keyboard.press('Escape');
    return labels;
  };
  expect(await menu('now')).toContain('Resend');
  expect(await menu('later')).not.toContain('Resend');
  expect(await menu('never')).not.toContain('Resend');
  const toolbar = page.getByRole('toolbar');
  const pick = (name) =>
    page
      .getByRole('row', { name: `${name}@` })
      .getByRole('checkbox')
      .click();
  await pick('later');
  await toolbar.getByText('It can be resent from').waitFor();
  expect(await toolbar.getByRole('button', { name: 'Resend' }).isDisabled()).toBe(true);
  await pick('now');
  expect(await toolbar.getByRole('button', { name: 'Resend' }).isEnabled()).toBe(true);
});

test('each title sorts by its own column, and back', async () => {
  open = await stage();
  const { page, server } = open;
  const asked = [];
  server.on('listInvites', ({ query }) => {
    asked.push(query.sort ?? '-date');
    return { status: 200, headers: { etag: '"1"' }, body: { items: [invite('one')], total: 1, techpass: {} } };
  });
  await open.goTo('/invites');
  const sorted = async (name, direction, sort) => {
    await page.locator('th button', { hasText: name }).click();
    await page.locator(`th[aria-sort=${direction}]`, { hasText: name }).waitFor();
    await expect.poll(() => asked.at(-1)).toBe(sort);
    expect(await page.locator('th:not([aria-sort=none])[aria-sort]').count()).toBe(1);
  };
  for (const [name, column] of [
    ['First name', 'first-name'],
    ['Last name', 'last-name'],
    ['Email', 'email'],
    ['Organisation', 'organisation'],
    ['Department', 'department'],
    ['TechPass status', 'techpass'],
    ['SEED status', 'seed'],
  ]) {
    await sorted(name, 'ascending', column);
    await sorted(name, 'descending', `-${column}`);
  }
  await sorted('Date of invite', 'descending', '-date');
  await sorted('Date of invite', 'ascending', 'date');
});

test('a list is narrowed by mail, batch and days, and its address says so', async () => {
  open = await stage();
  const { page, server } = open;
  const batch = { id: 'bat_01KAR3G3AM4X5QJ8T7Z0W2V9YB', fileName: 'joiners.xlsx', createdAt: at(-HOUR) };
  const counts = { total: 1, ready: 0, needsFixing: 0, duplicate: 0, removed: 0, sent: 1 };
  const list = {
    ...batch,
    source: 'upload',
    kind: 'account',
    state: 'DONE',
    counts,
    notices: [],
    updatedAt: at(-HOUR),
    traceId: TRACE,
  };
  let batchLists = 0;
  server.on('listBatches', () => {
    batchLists += 1;
    return { status: 200, body: { items: [list] } };
  });
  let asked = {};
  server.on('listInvites', ({ query }) => {
    asked = query;
    return { status: 200, headers: { etag: '"1"' }, body: { items: [invite('one')], total: 1, techpass: {} } };
  });
  await open.goTo('/invites');
  await page.getByText('Total no. of invitations: 1').waitFor();
  expect(batchLists, 'batches are asked for when they can be chosen').toBe(0);
  await page.getByText('More filters').click();
  await page.getByLabel('Mail').selectOption({ label: 'Bounced' });
  await page.getByLabel('Batch').selectOption({ index: 1 });
  await page.getByLabel('Invited from').fill('2026-11-01');
  await page.getByLabel('Invited until').fill('2026-11-30');
  const narrowed = { mail: 'BOUNCED', batch: batch.id, from: '2026-11-01', to: '2026-11-30' };
  await expect.poll(() => asked).toMatchObject(narrowed);
  for (const [name, value] of Object.entries(narrowed)) expect(page.url()).toContain(`${name}=${value}`);
  await page.reload();
  await page.getByText('More filters (4)').waitFor();
  expect(await page.getByLabel('Mail').inputValue()).toBe('BOUNCED');
  await page.getByLabel('Batch').getByText('joiners.xlsx').waitFor({ state: 'attached' });
});

test.each([
  [
    'info',
    { total: 2, waiting: 0, done: 0, skipped: 2, reasons: { 'too-many-requests': 2 } },
    'No invite was sent again. 2 invites not: mailed today already',
  ],
  [
    'warn',
    { total: 2, waiting: 0, done: 1, skipped: 1, reasons: { undeliverable: 1 } },
    '1 invite sent again. 1 invite not: the last mail came back.',
  ],
  ['done', { total: 2, waiting: 0, done: 2, skipped: 0, reasons: {} }, '2 invites sent again.'],
])('an action that did nothing, or not all, is not shown as done: %s', async (tone, counts, text) => {
  open = await stage();
  const { page, server } = open;
  onList(server, [invite('one', { resendFrom: at(-HOUR) }), invite('two', { resendFrom: at(-HOUR) })]);
  server.on('actOnInvites', () => finished(counts));
  await open.goTo('/invites');
  await page.getByLabel('Select all on this page').click();
  await page.getByRole('toolbar').getByRole('button', { name: 'Resend' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resend 2 invites' }).click();
  await page.locator(`.notice.told.${tone}`).getByText(text).waitFor();
});

test('a mail that waits says until when and why, and one of which nothing was reported says that', async () => {
  open = await stage();
  const { page, server } = open;
  const heldUntil = '2026-11-28T02:00:00.000Z';
  const detail = 'This mailbox was sent three mails within a day. The mail goes out when there is room.';
  const held = invite('held', {
    techpass: { state: 'QUEUED', label: 'Queued' },
    mail: { kind: 'invitation', state: 'HELD', heldUntil, detail },
  });
  const unknown = invite('unknown', { mail: { kind: 'invitation', state: 'UNKNOWN', at: at(-25 * HOUR) } });
  onList(server, [held, unknown]);
  server.on('showInvite', () => ({
    status: 200,
    headers: { etag: '"1"' },
    body: { ...held, reason: 'Joins the team', history: [] },
  }));
  await open.goTo('/invites');
  const row = (name) => page.getByRole('row', { name: `${name}@` });
  await row('held')
    .getByText(/^Mail on hold ?until 28-11-2026$/)
    .waitFor();
  await row('unknown').getByText('Mail delivery unknown').waitFor();
  await row('held').getByRole('link').click();
  const details = page.getByRole('dialog', { name: 'held@' });
  await details.getByText('On hold until 28 Nov 2026, 10:00 am').waitFor();
  await details.getByText(detail).waitFor();
});

test.each([
  ['while its details are open', true],
  ['once its details are closed', false],
])('the focus stays on the page when the row that had it leaves the list %s', async (_, isEarly) => {
  open = await stage();
  const { page, server } = open;
  const row = invite('one');
  let items = [row];
  server.on('listInvites', () => ({
    status: 200,
    headers: { etag: `"${items.length}"` },
    body: { items, total: items.length, techpass: {} },
  }));
  const revoked = { ...row, techpass: { state: 'REVOKED', label: 'Revoked' }, updatedAt: at(0) };
  server.on('showInvite', () => ({
    status: 200,
    headers: { etag: '"1"' },
    body: { ...(items.length > 0 ? row : revoked), reason: 'Joins the team', history: [] },
  }));
  server.on('revokeInvite', () => {
    if (isEarly) items = [];
    return { status: 200, headers: { etag: '"2"' }, body: revoked };
  });
  const isEmpty = () => page.getByText('No record found').waitFor();
  await open.goTo('/invites?techpass=invited');
  await page.getByRole('link', { name: row.email }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog', { name: 'Revoke?' }).getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog', { name: 'Revoke?' }).waitFor({ state: 'detached' });
  if (isEarly) await isEmpty();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  items = [];
  await isEmpty();
  expect(await page.evaluate(() => document.activeElement.localName)).toBe('main');
});

test('an account that nobody uses is deleted after a question that says so, and its end is shown', async () => {
  open = await stage();
  const { page, server } = open;
  const created = invite('one', { techpass: { state: 'ACCOUNT_CREATED', label: 'Not Onboarded' } });
  const revoking = { ...created, techpass: { state: 'REVOKING', label: 'Being revoked' } };
  let shown = created;
  const listed = () => ({ items: [shown], total: 1, techpass: {} });
  server.on('listInvites', () => ({ status: 200, headers: { etag: '"1"' }, body: listed() }));
  server.on('showInvite', () => {
    const body = { ...shown, reason: 'Joins the team', history: [] };
    if (shown === revoking) shown = { ...created, techpass: { state: 'REVOKED', label: 'Revoked' } };
    return { status: 200, headers: { etag: '"1"' }, body };
  });
  server.on('revokeInvite', () => {
    shown = revoking;
    return { status: 200, headers: { etag: '"2"' }, body: revoking };
  });
  await open.goTo('/invites');
  await page.getByRole('link', { name: created.email }).click();
  const details = page.getByRole('dialog').first();
  await details.getByRole('button', { name: 'Revoke' }).click();
  const question = page.getByRole('dialog', { name: 'Revoke, and delete the account?' });
  await question.getByText('If they sign in before that, the account stays.').waitFor();
  await question.getByRole('button', { name: 'Delete the account' }).click();
  await details.getByText('its account is being deleted').waitFor();
  await details.getByText('The invitation was revoked.').waitFor();
  await details.getByRole('button', { name: 'Amend details' }).waitFor();
});

test('many selected invites are amended together and sent again', async () => {
  open = await stage();
  const { page, server } = open;
  const items = ['one', 'two', 'three'].map((name) => invite(name, { techpass: { state: 'FAILED', label: 'Failed' } }));
  onList(server, items);
  let asked;
  server.on('actOnInvites', ({ body }) => {
    asked = body;
    const counts = { total: 3, waiting: 3, done: 0, skipped: 0, reasons: {} };
    return accepted(actionOf({ action: 'amend', state: 'RUNNING', counts }));
  });
  server.on('showAction', () => {
    const counts = { total: 3, waiting: 0, done: 3, skipped: 0, reasons: {} };
    return { status: 200, body: actionOf({ action: 'amend', counts }) };
  });
  await open.goTo('/invites');
  await page.getByLabel('Select all on this page').click();
  await page.getByRole('toolbar').getByRole('button', { name: 'Amend' }).click();
  const dialog = page.getByRole('dialog', { name: 'Amend 3 invites and send again' });
  await dialog.getByLabel('Reason').fill('Joins the platform team');
  await dialog.getByRole('button', { name: 'Send 3 invites again' }).click();
  await page.getByText('0 of 3 done.').waitFor();
  await page.locator('.notice.told.done').getByText('3 invites amended and sent again.').waitFor();
  expect(asked).toMatchObject({ action: 'amend', ids: items.map(({ id }) => id) });
  const said = Object.entries(asked.set).filter(([, text]) => text !== null);
  expect(said).toEqual([['reason', 'Joins the platform team']]);
  expect(await page.getByRole('toolbar').count()).toBe(0);
});

test('selected invites are handed over to a colleague whom the service knows', async () => {
  open = await stage();
  const { page, server } = open;
  onList(server, [invite('one'), invite('two')]);
  const asked = [];
  server.on('actOnInvites', ({ body }) => {
    asked.push(body);
    if (body.to === 'nobody@example-agency.gov.sg') {
      const detail = 'Nobody signs in with this address.';
      return problem('validation', { errors: [{ pointer: '/to', code: 'to.unknown', detail }] });
    }
    const counts = { total: 2, waiting: 0, done: 2, skipped: 0, reasons: {} };
    return accepted(actionOf({ action: 'hand-over', to: body.to, counts }));
  });
  await open.goTo('/invites');
  await page.getByLabel('Select all on this page').click();
  await page.getByRole('toolbar').getByRole('button', { name: 'Hand over' }).click();
  const dialog = page.getByRole('dialog', { name: 'Hand over 2 invites' });
  const submit = dialog.getByRole('button', { name: 'Hand over 2 invites' });
  const address = dialog.getByLabel('Email address of your colleague');
  await submit.click();
  await dialog.getByText('Give the email address of your colleague.').waitFor();
  expect(await address.evaluate((field) => field === document.activeElement)).toBe(true);
  await address.fill(' nobody@example-agency.gov.sg ');
  await submit.click();
  await dialog.getByText('Nobody signs in with this address.').waitFor();
  await address.fill('bo@example-agency.gov.sg');
  await submit.click();
  await page.locator('.notice.told.done').getByText('2 invites handed over to bo@example-agency.gov.sg.').waitFor();
  expect(asked.map(({ to }) => to)).toEqual(['nobody@example-agency.gov.sg', 'bo@example-agency.gov.sg']);
  expect(asked[1]).toMatchObject({ action: 'hand-over', set: null });
  expect(await page.getByRole('toolbar').count()).toBe(0);
});

test('one invite is handed over from its menu, and cancelling changes nothing', async () => {
  open = await stage();
  const { page, server } = open;
  onList(server, [invite('one'), invite('two')]);
  await open.goTo('/invites');
  await page
    .getByRole('button', { name: /^Actions for/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Hand over' }).click();
  const dialog = page.getByRole('dialog', { name: 'Hand over 1 invite' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('toolbar').getByText('1 invite selected').waitFor();
});

test('the history of an invite that was handed over names who did what before', async () => {
  open = await stage();
  const { page, server } = open;
  const one = invite('one');
  onList(server, [one]);
  const entry = (event, by, more = {}) => ({ at: one.updatedAt, event, by, traceId: '1-2-3', ...more });
  server.on('showInvite', () => {
    const history = [
      entry('QUEUED', 'officer'),
      entry('HANDED_OVER', 'officer', { from: 'ada@example-agency.gov.sg' }),
      entry('RESENT', 'officer'),
      entry('HANDED_OVER', 'operator', { from: 'bo@example-agency.gov.sg' }),
      entry('REVOKED', 'officer'),
    ];
    return { status: 200, headers: { etag: '"1"' }, body: { ...one, reason: 'Joins the team', history } };
  });
  await open.goTo('/invites');
  await page.getByRole('link', { name: one.email }).click();
  const lines = await page.locator('.history li').allInnerTexts();
  const who = lines.map((line) => line.replace(/\s+/g, ' ').replace(/^(.*?) ?\d.*, by /, '$1, by '));
  expect(who).toEqual([
    'Invite created, by ada@example-agency.gov.sg',
    'Handed over, by ada@example-agency.gov.sg',
    'Sent again, by bo@example-agency.gov.sg',
    'Handed over from bo@example-agency.gov.sg, by support',
    'Revoked, by you',
  ]);
});

test.each([
  ['ravi.a359', { 'cognito:username': 'ravi.a359', email: 'ravi@vendor.example.com' }],
  ['tan@vendor.example.com', { 'cognito:username': `po-${'0'.repeat(26)}`, email: 'tan@vendor.example.com' }],
])('a vendor who signs in is welcomed with the sign-in name of the mail: %s', async (name, claims) => {
  open = await stage({ claims: { given_name: 'Ravi', ...claims } });
  open.server.on('me', () => problem('not-an-officer'));
  await open.goTo('/');
  await open.page.getByRole('heading', { name: 'Welcome, Ravi' }).waitFor();
  await open.page.getByText(`Your sign-in name is ${name}.`).waitFor();
  await open.page.getByRole('link', { name: 'Raise a service request' }).waitFor();
  expect(await open.page.getByText('Trace ID').count()).toBe(0);
});

test('what is left to do in lists is named on the overview, and no such list is called done', async () => {
  open = await stage();
  const { page, server } = open;
  const counts = (change) => ({ total: 4, ready: 0, needsFixing: 0, duplicate: 0, removed: 0, sent: 0, ...change });
  const list = (name, state, change) => ({
    id: `bat_${name}`,
    fileName: `${name}.xlsx`,
    source: 'upload',
    kind: 'account',
    state,
    counts: counts(change),
    notices: [],
    createdAt: at(-HOUR),
    updatedAt: at(-HOUR),
    traceId: TRACE,
  });
  onList(server, [invite('one', {})]);
  const batches = [
    list('begun', 'DRAFT', { ready: 4 }),
    list('faulty', 'DONE', { sent: 3, needsFixing: 1 }),
    list('fixed', 'DONE', { sent: 2, ready: 2 }),
    list('worked', 'DONE', { sent: 4 }),
  ];
  server.on('listBatches', () => ({ status: 200, body: { items: batches } }));
  await open.goTo('/');
  const attention = page.locator('section.notice.warn');
  await attention.getByRole('link', { name: 'begun.xlsx is not submitted' }).waitFor();
  await attention.getByRole('link', { name: 'faulty.xlsx: 1 to fix' }).waitFor();
  await attention.getByRole('link', { name: 'fixed.xlsx: 2 not submitted' }).waitFor();
  expect(await attention.getByRole('link').count()).toBe(3);
  await open.goTo('/batches');
  const line = (name) => page.getByRole('listitem').filter({ hasText: `${name}.xlsx` });
  await line('faulty').getByText('4 users, 1 to fix').waitFor();
  await line('fixed').getByText('4 users, 2 not submitted').waitFor();
  const badgeOf = async (name) => (await line(name).locator('.badge').textContent()).trim();
  expect([await badgeOf('faulty'), await badgeOf('fixed')]).toEqual(['Partly done', 'Partly done']);
  // What became of its invites is not in the list.
  expect(await badgeOf('worked')).toBe('Processed');
  expect(await page.locator('.badge.good').count()).toBe(0);
});

test.each([
  ['QUEUED', 'Submitted', ''],
  ['INVITED', 'Invitation sent', 'good'],
  ['ACCEPTED', 'Invitation accepted', ''],
  ['PROVISIONING', 'Account being created', ''],
  ['ACCOUNT_CREATED', 'Account created', 'good'],
  ['ONBOARDED', 'Signed in for the first time', 'good'],
  ['DISABLED', 'Disabled', ''],
  ['ACCOUNT_GONE', 'Account deleted', ''],
  ['EXPIRED', 'Expired', 'bad'],
  ['REVOKING', 'Revoking', ''],
  ['REVOKED', 'Revoked', ''],
  ['NEEDS_ATTENTION', 'Needs attention', 'bad'],
])('what becomes of an invite has a heading and a picture of its own: %s', async (state, heading, tone) => {
  open = await stage();
  const { page, server } = open;
  const made = invite('one', { techpass: { state, label: state } });
  server.on('showDomain', () => ({ status: 200, body: { persona: 'officer', seed: 'eligible' } }));
  server.on('submitInvite', () => ({ status: 202, headers: { location: '/v1/api/invites/inv_one' }, body: made }));
  server.on('showInvite', () => ({ status: 200, headers: { etag: '"1"' }, body: { ...made, history: [] } }));
  await open.goTo('/invite/email');
  await page.getByLabel('Email address').fill(made.email);
  await page.getByLabel('Reason').fill('Joins the team');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.locator('.outcome').getByRole('heading', { name: heading, exact: true }).waitFor();
  expect(await page.locator('.outcome .picture').getAttribute('class')).toBe(`picture ${tone}`.trim());
  expect(await page.locator('.outcome .trace').count()).toBe(tone === 'bad' ? 1 : 0);
});
