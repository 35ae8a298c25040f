import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Schemas } from '../../api/client';
import type { operations } from '../../api/schema';
import { type InviteState, isOneOf } from '../../api/states';
import { mailStates, seedTones, techpassTones } from '../../messages/states';
import { asDay } from '../../messages/time';
import { badge } from '../../parts/badge';
import '../../parts/row-menu';
import type { MenuItem } from '../../parts/row-menu';
import { labels, WORK_FIELDS } from '../../rules/forms';
import { nameOf } from './line';

type Invite = Schemas['InviteBody'];
/** A column, or `-` and a column for the other direction, as the API names them. */
export type Sort = NonNullable<NonNullable<operations['listInvites']['parameters']['query']>['sort']>;
type Column = Exclude<Sort, `-${string}`>;

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
  return html`
    <div class="table-frame" role="region" aria-label="Invited users" tabindex="0">
      <table role="table">
        <thead role="rowgroup"><tr role="row">
          <th role="columnheader" class="pick">${pickAll(table)}</th>
          ${sortable(table, 'First name', 'first-name')}
          ${sortable(table, 'Last name', 'last-name')}
          ${sortable(table, 'Email', 'email')}
          ${WORK_FIELDS.map((field) => sortable(table, labels[field], field))}
          ${sortable(table, 'Date of invite', 'date')}
          ${sortable(table, 'TechPass status', 'techpass')}
          ${sortable(table, 'SEED status', 'seed')}
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

function pickAll({ items, selected, onSelect }: Table): TemplateResult {
  const ids = items.map(({ id }) => id);
  const isAll = ids.length > 0 && ids.every((id) => selected.has(id));
  const isSome = !isAll && ids.some((id) => selected.has(id));
  const pick = (event: Event) => onSelect(ids, (event.target as HTMLInputElement).checked);
  return html`
    <input type="checkbox" aria-label="Select all on this page" .checked=${isAll} .indeterminate=${isSome}
      @change=${pick} />`;
}

function row(table: Table, invite: Invite): TemplateResult {
  const { id, techpass, seed } = invite;
  const name = nameOf(invite);
  const isSelected = table.selected.has(id);
  const pick = (event: Event) => table.onSelect([id], (event.target as HTMLInputElement).checked);
  const techpassBadge = badge(techpass.label, techpassTones[techpass.state]);
  return html`
    <tr role="row" class="${table.changed.has(id) ? 'changed' : ''} ${isSelected ? 'selected' : ''}">
      <td role="cell" class="pick">
        <input type="checkbox" aria-label="Select ${name}" .checked=${isSelected} @change=${pick} /></td>
      ${cell('First name', invite.firstName)}
      ${cell('Last name', invite.lastName)}
      <td role="cell" data-label="Email" class="email"><a href=${table.link(invite)}>${invite.email}</a></td>
      ${WORK_FIELDS.map((field) => cell(labels[field], invite[field]))}
      ${cell('Date of invite', asDay(invite.dateOfInvite), 'nowrap')}
      <td role="cell" data-label="TechPass status">${techpassBadge}${mailLine(invite)}</td>
      <td role="cell" data-label="SEED status">${badge(seed.label, seedTones[seed.state])}</td>
      <td role="cell" class="more">
        <row-menu .label=${`Actions for ${name}`} .items=${table.menu(invite)}></row-menu></td>
    </tr>`;
}

function cell(label: string, text: string | null | undefined, kind = ''): TemplateResult {
  const content = text ?? html`<span class="subtle">-</span>`;
  return html`<td role="cell" data-label=${label} class=${text ? kind : 'none'}>${content}</td>`;
}

/** The state of the mail, and until when it is held or the invitation can be accepted; or why the invite failed. */
function mailLine({ techpass, mail, expiresAt }: Invite): TemplateResult | typeof nothing {
  if (techpass.failure) return html`<small class="bad">${techpass.failure.detail}</small>`;
  const delivery = mail && mailStates[mail.state];
  // An invite whose first mail is held is still queued.
  const isShown = isOneOf<InviteState>(techpass.state, 'INVITED', 'ACCOUNT_CREATED') || Boolean(mail?.heldUntil);
  if (!delivery || !isShown) return nothing;
  const end = mail.heldUntil ?? expiresAt;
  const until = end ? html`<br />until ${asDay(end)}` : nothing;
  const tone = delivery.tone === 'bad' ? 'bad' : '';
  return html`<small class=${tone}>Mail ${delivery.label.toLowerCase()}${until}</small>`;
}

/** The title of a column. The first click sorts by it, the next one turns the order; dates begin with the latest. */
function sortable({ sort, onSort }: Table, label: string, column: Column): TemplateResult {
  const back: Sort = `-${column}`;
  const order = sort === column ? 'ascending' : sort === back ? 'descending' : 'none';
  const first = column === 'date' ? back : column;
  const next = { none: first, ascending: back, descending: column }[order];
  return html`
    <th role="columnheader" aria-sort=${order}>
      <button type="button" class="sort" @click=${() => onSort(next)}>${label}</button></th>`;
}
