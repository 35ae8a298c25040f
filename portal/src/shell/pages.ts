import { html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Page } from '../app/router';
import '../pages/overview';
import '../pages/invite-users';
import '../pages/forms/email-invitation';
import '../pages/forms/email-invitations';
import '../pages/forms/create-account';
import '../pages/batch/upload-page';
import '../pages/batch/page';
import '../pages/invites/page';
import '../pages/onboard-to-seed';

// One template for the list with and without details, so that the list stays while they open and close.
const status: Page['render'] = ({ id }, query) =>
  html`<invite-status-page .query=${query} .open=${id}></invite-status-page>`;

/** Every page of the officer. */
export const pages: readonly Page[] = [
  { path: '/', title: 'Overview', render: () => html`<overview-page></overview-page>` },
  { path: '/invite', title: 'Invite users', render: () => html`<invite-users-page></invite-users-page>` },
  {
    path: '/invite/email',
    title: 'Email invitation',
    render: () => html`<email-invitation-page></email-invitation-page>`,
  },
  {
    path: '/invite/email/many',
    title: 'Several email invitations',
    render: () => html`<email-invitations-page></email-invitations-page>`,
  },
  { path: '/invite/account', title: 'Create account', render: () => html`<create-account-page></create-account-page>` },
  { path: '/batches', title: 'Batch upload', render: () => html`<batch-upload-page></batch-upload-page>` },
  {
    path: '/batches/:id',
    title: 'Batch',
    render: ({ id }) => html`${repeat([id], String, () => html`<batch-page .batchId=${id}></batch-page>`)}`,
  },
  { path: '/invites', title: 'Invite user status', render: status },
  { path: '/invites/:id', title: 'Invite user status', render: status },
  { path: '/seed', title: 'Onboard to SEED', render: () => html`<onboard-to-seed-page></onboard-to-seed-page>` },
];
