import { html, type TemplateResult } from 'lit';
import { type IconName, icon } from '../parts/icon';

interface Entry {
  readonly path: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly below?: readonly Entry[];
}

const entries: readonly Entry[] = [
  { path: '/', label: 'Overview', icon: 'home' },
  {
    path: '/invite',
    label: 'Invite users',
    icon: 'people',
    below: [
      { path: '/invite/email', label: 'Email invitation' },
      { path: '/invite/account', label: 'Create account' },
      { path: '/batches', label: 'Batch upload' },
      { path: '/invites', label: 'Invite user status' },
    ],
  },
  { path: '/seed', label: 'Onboard to SEED', icon: 'shield' },
];

/** The links to every page; the one that is open is marked. */
export function navigation(path: string): TemplateResult {
  const isHere = (entry: Entry) =>
    path === entry.path || (entry.path.length > 1 && !entry.below && path.startsWith(`${entry.path}/`));
  const link = (entry: Entry): TemplateResult => html`
    <a href="#${entry.path}" aria-current=${isHere(entry) ? 'page' : 'false'}>
      ${entry.icon ? icon(entry.icon) : ''}<span>${entry.label}</span></a>`;
  const item = (entry: Entry): TemplateResult => html`
    <li>${link(entry)}${entry.below ? html`<ul>${entry.below.map(item)}</ul>` : ''}</li>`;
  return html`<ul class="navigation">${entries.map(item)}</ul>`;
}
