import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Schemas } from '../../api/client';
import { mailStates, seedTones, techpassTones } from '../../messages/states';
import { asDay } from '../../messages/time';
import { badge } from '../../parts/badge';
import '../../parts/row-menu';
import type { MenuItem } from '../../parts/row-menu';
import { nameOf } from './line';

type Invite = Schemas['InviteBody'];
export type Sort = 'newest' | 'oldest' | 'email' | 'name';

export interface Table {
  readonly items: readonly Invite[];
  readonly sort: Sort;
  readonly selected: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
  readonly link: (invite: Invite) => string;
  readonly menu: (invite: Invite) => readonly MenuItem[];
  readonly onSort: (sort: Sort) => void;
  readonly onSelect: (ids: readonly string[], isSelected: boolean) => void;
}

/** The invites with TechBiz's columns. On a narrow screen each row is a card, and every cell names its column. */
export function inviteTable(table: Table): TemplateResult {
  const ids = table.items.map(({ id }) => id);
  const isAll = ids.length > 0 && ids.every((id) => table.selected.has(id));
  return html`
    <div class="table-frame" role="region" aria-label="Invited users" tabindex="0">
      <table role="table">
        <thead role="rowgroup"><tr role="row">
          <th role="columnheader" class="pick"><input type="checkbox" aria-label="Select all on this page" .checked=${isAll} .indeterminate=${!isAll && ids.some((id) => table.selected.has(id))}
            @change=${(event: Event) => table.onSelect(ids, (event.target as HTMLInputElement).checked)} /></th>
          ${sortable(table, 'First name', 'name')}
          <th role="columnheader">Last name</th>
          ${sortable(table, 'Email', 'email')}
          <th role="columnheader">Organisation</th>
          <th role="columnheader">Department</th>
          ${sortable(table, 'Date of invite', table.sort === 'newest' ? 'oldest' : 'newest')}
          <th role="columnheader">TechPass status</th>
          <th role="columnheader">SEED status</th>
          <th role="columnheader"><span class="unseen">Actions</span></th>
        </tr></thead>
        <tbody role="rowgroup">${repeat(
          table.items,
          ({ id }) => id,
          (invite) => row(table, invite),
        )}</tbody>
      </table>
    </div>`;
}

function row(table: Table, invite: Invite): TemplateResult {
  const name = nameOf(invite);
  const isSelected = table.selected.has(invite.id);
  return html`
    <tr role="row" class="${table.changed.has(invite.id) ? 'changed' : ''} ${isSelected ? 'selected' : ''}">
      <td role="cell" class="pick"><input type="checkbox" aria-label="Select ${name}" .checked=${isSelected}
        @change=${(event: Event) => table.onSelect([invite.id], (event.target as HTMLInputElement).checked)} /></td>
      ${cell('First name', invite.firstName)}
      ${cell('Last name', invite.lastName)}
      <td role="cell" data-label="Email" class="email"><a href=${table.link(invite)}>${invite.email}</a></td>
      ${cell('Organisation', invite.organisation)}
      ${cell('Department', invite.department)}
      ${cell('Date of invite', asDay(invite.dateOfInvite), 'nowrap')}
      <td role="cell" data-label="TechPass status">${badge(invite.techpass.label, techpassTones[invite.techpass.state])}${beneath(invite)}</td>
      <td role="cell" data-label="SEED status">${badge(invite.seed.label, seedTones[invite.seed.state])}</td>
      <td role="cell" class="more"><row-menu .label=${`Actions for ${name}`} .items=${table.menu(invite)}></row-menu></td>
    </tr>`;
}

function cell(label: string, text: string | null | undefined, kind = ''): TemplateResult {
  return html`<td role="cell" data-label=${label} class=${text ? kind : 'none'}>${text ?? html`<span class="subtle">-</span>`}</td>`;
}

/** How far the mail is, until when, or why not. */
function beneath({ techpass, mail, expiresAt }: Invite): TemplateResult | typeof nothing {
  if (techpass.failure) return html`<small class="bad">${techpass.failure.detail}</small>`;
  const delivery = mail && mailStates[mail.state];
  const isOpen = techpass.state === 'INVITED' || techpass.state === 'ACCOUNT_CREATED';
  if (!isOpen || !delivery) return nothing;
  return html`<small class=${delivery.tone === 'bad' ? 'bad' : ''}>Mail ${delivery.label.toLowerCase()}${expiresAt ? html`<br />until ${asDay(expiresAt)}` : nothing}</small>`;
}

function sortable({ sort, onSort }: Table, label: string, by: Sort): TemplateResult {
  const isDate = label === 'Date of invite';
  const isActive = isDate ? sort === 'newest' || sort === 'oldest' : sort === by;
  const direction = !isActive ? 'none' : sort === 'newest' ? 'descending' : 'ascending';
  return html`<th role="columnheader" aria-sort=${direction}><button type="button" class="sort" @click=${() => onSort(by)}>${label}</button></th>`;
}
