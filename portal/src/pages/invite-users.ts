import { html, type TemplateResult } from 'lit';
import { type IconName, icon } from '../parts/icon';
import { LightElement } from '../parts/light-element';
import { pageHead } from '../parts/page-head';

interface Way {
  readonly path: string;
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly need: string;
}

/** The invitation types, and when to use which. */
export const ways: readonly [Way, Way, Way] = [
  {
    path: '/invite/email',
    icon: 'mail',
    title: 'Email invitation',
    text: 'Send an email invite to one or many public officers, who create the TechPass account themselves.',
    need: 'You need the email addresses.',
  },
  {
    path: '/invite/account',
    icon: 'person',
    title: 'Create account',
    text: 'Create a TechPass account on behalf of a public officer or a vendor.',
    need: 'You need name, contact number and organisation.',
  },
  {
    path: '/batches',
    icon: 'upload',
    title: 'Batch upload',
    text: 'Create TechPass accounts for many public officers and vendors at once.',
    need: 'You need a list: an Excel, CSV or ODS file, or cells to paste.',
  },
];

export const [, createAccount, batchUpload] = ways;

export function wayCard({ path, icon: picture, title, text, need }: Way): TemplateResult {
  return html`
    <li class="card way">
      <span class="picture">${icon(picture)}</span>
      <h2><a href="#${path}">${title}</a></h2>
      <p>${text}</p>
      <p class="subtle">${need}</p>
    </li>`;
}

/** Invite users: which way to take. */
export class InviteUsersPage extends LightElement {
  override render(): TemplateResult {
    const trail = [{ path: '/', label: 'Overview' }];
    return html`
      ${pageHead({ title: 'Invite users', text: 'Choose how to bring people into TechPass.', trail })}
      <ul class="ways-list">${ways.map(wayCard)}</ul>
      <p class="hint-line">${icon('info')}<span>Someone has a TechPass account already? Public officers ask for SEED
        themselves under <a href="#/seed">Onboard to SEED</a>.</span></p>`;
  }
}

customElements.define('invite-users-page', InviteUsersPage);
