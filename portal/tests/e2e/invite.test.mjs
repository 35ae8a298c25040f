// Every step of the brief's "Invite users", by the names that a person reads.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from './browser.mjs';
import { copy } from './list.mjs';
import { askForCode, fillInInvitee, fillInVendor, follow, inviteByMail, person, signedIn } from './people.mjs';
import { codeFor, colleague, fresh, linkFor, mailsTo, officer, other } from './stack.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

describe('Log in to the portal', () => {
  test('In Overview, click Invite users; alternatively, from the left sidebar', async () => {
    const { page, settle } = await signedIn(browser, officer);
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    assert.equal(await page.title(), 'Overview - Invite users');
    await page.getByText('example-agency.gov.sg', { exact: true }).waitFor();
    await follow(page, 'Invite users');
    await settle();
    await page.getByRole('link', { name: 'Email invitation' }).last().click();
    await page.getByRole('heading', { name: 'Email invitation', level: 1 }).waitFor();
    await settle();
  });

  test('Signing out ends the session and says how to come back', async () => {
    const { page } = await signedIn(browser, officer);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to invite users' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to invite users' }).waitFor();
  });

  test('A link into the portal survives signing in', async () => {
    const { page } = await signedIn(browser, officer, { route: '#/invites?techpass=failed' });
    await page.getByRole('heading', { name: 'Invite user status', level: 1 }).waitFor();
    assert.equal(await page.getByLabel('TechPass status').inputValue(), 'failed');
  });
});

describe('Email invitation', () => {
  test('51 addresses that are pasted become 51 invitations, each with a link of its own', async () => {
    const { page, settle } = await signedIn(browser, officer);
    const addresses = Array.from({ length: 51 }, (_, at) => fresh(`joiner-${at}`));
    await follow(page, 'Email invitation');
    await copy(
      page,
      addresses.map((address, at) => [`Joiner ${at} <${address}>;`]),
    );
    await page.getByLabel('Email address').press('Control+v');
    await page.getByText('51 addresses found.').waitFor();
    await settle();
    await page.getByLabel('Reason').fill('Joins the team');
    await page.getByRole('button', { name: 'Check the list' }).click();
    await page.getByRole('button', { name: 'Submit 51 users' }).click();
    await settle();
    await page.getByRole('dialog').getByText('Invitations to be mailed').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'All 51 users done' }).waitFor({ timeout: 120_000 });
    await settle();
    const links = new Set(await Promise.all(addresses.map(linkFor)));
    assert.equal(links.size, 51);
    await page.getByRole('link', { name: 'Invite user status' }).last().click();
    await page.getByText('Total no. of invitations: 51').waitFor();
    await settle();
  });

  test('The invitee gets a mail, says who they are, and has an account', async () => {
    const { page, settle } = await signedIn(browser, officer);
    const address = fresh('tan');
    await follow(page, 'Email invitation');
    await page.getByLabel('Email address').fill(address);
    await page.getByText('Public officer', { exact: true }).waitFor();
    await page.getByLabel('Yes').check();
    await page.getByLabel('Reason').fill('Joins the team');
    await settle();
    await page.getByLabel('Reason').press('Control+Enter');
    await page.getByRole('heading', { name: 'Invitation sent' }).waitFor();
    await settle();

    const link = await linkFor(address);
    const invitee = await person(browser, { width: 320, height: 720 });
    await invitee.page.goto(link);
    await fillInInvitee(invitee.page);
    await invitee.page.getByText(officer.email).waitFor();
    await invitee.settle();
    await askForCode(invitee.page);
    await invitee.settle();
    await invitee.page.getByLabel('Confirmation code').fill(await codeFor(address));
    await invitee.page.getByRole('button', { name: 'Accept the invitation' }).click();
    await invitee.page.getByRole('heading', { name: 'Your account is ready' }).waitFor({ timeout: 60_000 });
    await invitee.settle();
    await invitee.page.getByRole('button', { name: 'Mail me a temporary password' }).click();
    await invitee.page.getByText('A temporary password is on its way').first().waitFor();
    await invitee.settle();

    await follow(page, 'Invite user status');
    await page.getByLabel('Search').fill(address);
    const row = page.getByRole('row', { name: address });
    await row.getByText('Mei Ling').waitFor();
    await row.getByText('Not Onboarded').waitFor();
    await settle();
  });

  test('Scanners that open the link, and even run it, use nothing up', async () => {
    const { page } = await signedIn(browser, officer);
    const address = fresh('scanned');
    await follow(page, 'Email invitation');
    await page.getByLabel('Email address').fill(address);
    await page.getByLabel('Reason').fill('Joins the team');
    await page.getByRole('button', { name: 'Submit' }).click();
    const link = await linkFor(address);
    for (const turn of [1, 2, 3]) {
      const scanner = await person(browser);
      await scanner.page.goto(link);
      await scanner.page.getByRole('button', { name: 'Mail me a code' }).waitFor();
      await scanner.context.close();
      assert.ok(turn);
    }
    // Nor does it have a code mailed.
    assert.equal((await mailsTo(address)).length, 1);
  });

  test('A forwarded link is not enough: accepting takes the code that the mailbox gets', async () => {
    const { page } = await signedIn(browser, officer, { route: '#/invite/email' });
    const address = fresh('forwarded');
    await inviteByMail(page, address);
    const link = await linkFor(address);
    const stranger = await person(browser, { width: 320, height: 720 });
    await stranger.page.goto(link);
    await fillInInvitee(stranger.page);
    await askForCode(stranger.page);
    const code = await codeFor(address);
    await stranger.page.getByLabel('Confirmation code').fill(code === '123 456' ? '654 321' : '123 456');
    await stranger.page.getByRole('button', { name: 'Accept the invitation' }).click();
    const fault = stranger.page.locator('#mailboxCode-error');
    await fault.getByText(/^This is not the code that was mailed\. You can try \d+ more times\.$/).waitFor();
    assert.equal(await stranger.page.getByLabel('First name').inputValue(), 'Mei Ling');
    await stranger.settle();
    await stranger.context.close();

    // The mailbox’s owner opens the link elsewhere, where the code that was mailed is asked for at once.
    const invitee = await person(browser);
    await invitee.page.goto(link);
    await fillInInvitee(invitee.page);
    await invitee.page.getByLabel('Confirmation code').fill(code);
    await invitee.settle();
    await invitee.page.getByRole('button', { name: 'Accept the invitation' }).click();
    await invitee.page.getByRole('heading', { name: 'Your account is ready' }).waitFor({ timeout: 60_000 });
    await invitee.settle();
  });

  test('What is wrong is said beside the field, and all of it above the form', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invite/email' });
    await page.getByLabel('Email address').fill('Lim <lim@vendor.example.com>');
    await page.getByLabel('Email address').press('Tab');
    assert.equal(await page.getByLabel('Email address').inputValue(), 'lim@vendor.example.com');
    await page.getByText('Vendor, Example Vendor Pte Ltd').waitFor();
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByRole('heading', { name: '2 fields need fixing' }).waitFor();
    await settle();
    await page.getByRole('button', { name: /^Reason:/ }).click();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'reason');
    await page.getByLabel('Email address').fill('a@stranger.example');
    await page.getByText('Not allowed', { exact: true }).waitFor();
    await settle();
  });
});

describe('Create account', () => {
  test('A vendor needs a username, an officer is not asked for one', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invite/account' });
    const address = fresh('ravi', 'vendor.example.com');
    await page.getByLabel('Email address').fill('officer.other@sample-board.gov.sg');
    await page.getByText('Public officer', { exact: true }).waitFor();
    assert.equal(await page.getByLabel('TechPass username').count(), 0);
    await fillInVendor(page, address);
    await settle();
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByRole('heading', { name: 'Account created' }).waitFor({ timeout: 30_000 });
    await settle();
    await page.getByRole('button', { name: 'Invite another' }).click();
    assert.equal(await page.getByLabel('Organisation').inputValue(), 'Example Vendor Pte Ltd');
    await settle();
  });

  test('An unsuccessful invitation says why, with a Trace ID to copy and a support mail to send', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invite/email' });
    const address = fresh('twice');
    for (const turn of ['Invitation sent', 'User with same email already exists.']) {
      await page.getByLabel('Email address').fill(address);
      await page.getByLabel('Reason').fill('Joins the team');
      await page.getByRole('button', { name: 'Submit' }).click();
      await page.getByRole('heading', { name: turn }).waitFor({ timeout: 30_000 });
      if (turn === 'Invitation sent') await page.getByRole('button', { name: 'Invite another' }).click();
    }
    const trace = await page.locator('.notice code').textContent();
    assert.match(trace, /^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    await page.getByRole('button', { name: 'Copy Trace ID' }).click();
    await page.getByText('Copied.').waitFor({ state: 'attached' });
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `Trace ID ${trace}`);
    const mail = new URL(
      await page.getByRole('alert').getByRole('link', { name: 'Email support' }).getAttribute('href'),
    );
    assert.equal(mail.pathname, 'help@invite.example.gov.sg');
    const body = mail.searchParams.get('body');
    assert.match(body, new RegExp(`Trace ID: ${trace}`));
    assert.match(body, /Page: \/invite\/email/);
    assert.ok(!decodeURIComponent(mail.href).includes(address));
    await settle();
  });

  test('A double click makes one invite', async () => {
    const { page } = await signedIn(browser, officer, { route: '#/invite/email' });
    const address = fresh('once');
    await page.getByLabel('Email address').fill(address);
    await page.getByLabel('Reason').fill('Joins the team');
    await page.getByRole('button', { name: 'Submit' }).dblclick();
    await page.getByRole('heading', { name: 'Invitation sent' }).waitFor({ timeout: 30_000 });
    assert.equal((await mailsTo(address)).length, 1);
  });
});

describe('Onboard to SEED', () => {
  test('An officer asks for their own licence and sees its state; a vendor is led to the service desk', async () => {
    const { page, settle } = await signedIn(browser, other);
    await follow(page, 'Onboard to SEED');
    await settle();
    const button = page.getByRole('button', { name: 'Ask for SEED' });
    if (await button.count()) await button.click();
    await page
      .getByText(/License Assigned|Licence pending|Fully Onboarded/)
      .first()
      .waitFor();
    assert.match(
      await page.getByRole('link', { name: 'Raise a service request' }).getAttribute('href'),
      /^https:\/\/go\.gov\.sg\//,
    );
    await settle();
  });
});

describe('Invite user status', () => {
  test('Search, filter, details, resend once a day, revoke, export', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invite/email' });
    const address = fresh('status');
    await inviteByMail(page, address);
    await follow(page, 'Invite user status');
    await page.getByLabel('Search').fill(address);
    await page.getByLabel('TechPass status').selectOption('invited');
    const row = page.getByRole('row', { name: address });
    await row.waitFor();
    assert.match(page.url(), /techpass=invited/);
    await row.getByText('Mail delivered').waitFor({ timeout: 30_000 });
    await settle();

    await row.getByRole('button', { name: /^Actions for/ }).click();
    await page.waitForFunction(() => document.activeElement.role === 'menuitem');
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Hand over');
    // Mailed today, so there is no Resend before tomorrow.
    const items = await page.getByRole('menuitem').allTextContents();
    assert.deepEqual(
      items.map((text) => text.trim()),
      ['View details', 'Hand over', 'Revoke'],
    );
    await page.keyboard.press('Escape');
    await settle();

    await page.getByRole('link', { name: address }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText(/^Mailed today already\. It can be resent from \d+ \w+ \d{4}, 12:00 am\.$/).waitFor();
    await drawer.getByText('Invitation sent').waitFor();
    await settle();
    await drawer.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog', { name: 'Revoke?' }).getByRole('button', { name: 'Revoke' }).click();
    await drawer.getByText('Revoked').first().waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await page.getByLabel('TechPass status').selectOption('revoked');
    await row.getByText('Revoked').waitFor();
    const there = await page.getByLabel('TechPass status').locator('option').allTextContents();
    assert.ok(
      there.some((text) => /^Revoked \([1-9]\d*\)$/.test(text)),
      there.join(),
    );
    await settle();

    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    assert.equal((await saved).suggestedFilename(), 'invites.xlsx');
  });

  test('A revoked invitation that is amended lives again', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invites?techpass=revoked' });
    await page.locator('td.email a').first().click();
    await page.getByRole('button', { name: 'Amend details' }).click();
    await page.getByLabel('Reason').fill('Joins after all');
    // The same mailbox is mailed once a day, also by an amendment.
    await page.locator('#email').fill(fresh('amended'));
    await settle();
    await page.getByRole('button', { name: 'Save and send' }).click();
    await page.getByRole('dialog').getByText('Details changed').waitFor();
    await settle();
  });

  test('An account for the wrong person is deleted while nobody has signed in, and is corrected', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invite/account' });
    const [wrong, right] = [fresh('wrong', 'vendor.example.com'), fresh('right', 'vendor.example.com')];
    await fillInVendor(page, wrong);
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByRole('heading', { name: 'Account created' }).waitFor({ timeout: 30_000 });
    const link = await linkFor(wrong);
    await page.getByRole('link', { name: 'Invite user status' }).last().click();
    await page.getByRole('link', { name: wrong }).click();
    const details = page.getByRole('dialog').first();
    await details.getByRole('button', { name: 'Revoke' }).click();
    await settle();
    await page.getByRole('button', { name: 'Delete the account' }).click();
    await details.getByText('The invitation was revoked.').waitFor({ timeout: 30_000 });
    await settle();
    const stranger = await person(browser, { width: 320, height: 720 });
    await stranger.page.goto(link);
    await stranger.page.getByRole('heading', { name: 'This invitation was revoked' }).waitFor();
    // A page that was just loaded has no focus yet.
    await stranger.page.keyboard.press('Tab');
    await stranger.settle();

    await details.getByRole('button', { name: 'Amend details' }).click();
    await page.locator('#email').fill(right);
    await page.getByLabel('TechPass username').fill(right.split('@')[0]);
    await page.getByRole('button', { name: 'Save and send' }).click();
    await details.getByText('The person has not signed in yet.').waitFor({ timeout: 30_000 });
    await linkFor(right);
    await settle();
  });

  test('A colleague is told who has invited somebody, and is handed the invite', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invite/email' });
    const address = fresh('handed');
    await inviteByMail(page, address);

    const theirs = await signedIn(browser, colleague, { route: '#/invite/email' });
    await theirs.page.getByLabel('Email address').fill(address);
    await theirs.page.getByLabel('Reason').fill('Joins the team');
    await theirs.page.getByRole('button', { name: 'Submit' }).click();
    await theirs.page.getByText(/A colleague of your agency invited this person/).waitFor();
    await theirs.settle();

    await page.getByRole('link', { name: 'Invite user status' }).last().click();
    const row = page.getByRole('row').filter({ hasText: address });
    await row.getByRole('checkbox').check();
    await page.getByRole('toolbar', { name: 'With the selected invites' }).getByText('Hand over').click();
    await settle();
    const dialog = page.getByRole('dialog', { name: 'Hand over 1 invite' });
    await dialog.getByLabel('Email address of your colleague').fill(colleague.email);
    await dialog.getByRole('button', { name: 'Hand over 1 invite' }).click();
    await page.getByText(`1 invite handed over to ${colleague.email}.`).waitFor();
    await row.waitFor({ state: 'detached' });
    await settle();

    await theirs.page.getByRole('link', { name: 'Invite user status' }).last().click();
    await theirs.page.getByRole('link', { name: address }).click();
    const details = theirs.page.getByRole('dialog').first();
    await details
      .getByText(new RegExp(`by ${officer.email}`))
      .first()
      .waitFor();
    await theirs.settle();
    const told = await mailsTo(colleague.email);
    assert.ok(
      told.some(({ Subject }) => Subject === "You have a colleague's invites now"),
      JSON.stringify(told[0]),
    );
  });

  test('Two that were mailed and revoked today are told apart from those that can be amended together', async () => {
    const { page, settle } = await signedIn(browser, officer, { route: '#/invite/email' });
    const both = fresh('both');
    for (const address of [both, both.replace('@', '-too@')]) {
      await inviteByMail(page, address);
      await page.getByRole('button', { name: 'Invite another' }).click();
    }
    await follow(page, 'Invite user status');
    const found = page.waitForResponse((answer) => answer.url().includes('q=both'));
    await page.getByLabel('Search').fill(both.split('@')[0]);
    await found;
    await page.getByText('Total no. of invitations: 2').waitFor();
    const chosen = page.getByRole('toolbar', { name: 'With the selected invites' });
    await page.getByLabel('Select all on this page').check();
    await chosen.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke 2 invites' }).click();
    await page.getByText('2 invites revoked.').waitFor();
    await settle();

    await page.getByLabel('Select all on this page').check();
    await chosen.getByRole('button', { name: 'Amend' }).click();
    const dialog = page.getByRole('dialog', { name: 'Amend 2 invites and send again' });
    await dialog.getByLabel('Reason').fill('Joins the other team');
    await settle();
    await dialog.getByRole('button', { name: 'Send 2 invites again' }).click();
    // Both were mailed today, and no mailbox is mailed twice a day by its officer.
    await page.getByText(/mailed today already/).waitFor();
    await settle();
  });
});
