import { html, type TemplateResult } from 'lit';
import type { Schemas } from '../../api/client';
import { techpassTones } from '../../messages/states';
import { asDay } from '../../messages/time';
import { badge } from '../../parts/badge';

/** The name once it is known, and the address until then. */
export function nameOf({ firstName, lastName, email }: Schemas['InviteBody']): string {
  return [firstName, lastName].filter(Boolean).join(' ') || email;
}

/** An invite in one line. */
export function inviteLine(invite: Schemas['InviteBody']): TemplateResult {
  const name = nameOf(invite);
  const email = name === invite.email ? '' : html`<span class="subtle">${invite.email}</span>`;
  return html`
    <li>
      <a href="#/invites/${invite.id}"><b>${name}</b>${email}</a>
      <span class="subtle day">${asDay(invite.dateOfInvite)}</span>
      ${badge(invite.techpass.label, techpassTones[invite.techpass.state])}
    </li>`;
}
