import { html, nothing, type TemplateResult } from 'lit';
import type { Schemas } from '../../api/client';
import { numbers } from '../../messages/time';
import { icon } from '../../parts/icon';
import type { ActionResult } from './actions';
import { isNarrowed, type ListQuery } from './filters';

/** The result of what the officer just did. */
export function resultNotice({ text, tone }: ActionResult, dismiss: () => void): TemplateResult {
  return html`
    <p class="notice told ${tone}" role="status">
      ${icon(tone === 'done' ? 'done' : 'info')}<span>${text}</span>
      <button type="button" class="icon-button" aria-label="Dismiss" @click=${dismiss}>${icon('close')}</button></p>`;
}

/** The way to the other pages of a list; `from` is how many invites are before this page. */
export function pager(
  { items, total, nextCursor }: Schemas['ListBody'],
  from: number,
  go: { readonly previous: () => void; readonly next: () => void },
): TemplateResult | typeof nothing {
  if (total <= items.length) return nothing;
  const [first, last] = [numbers.format(from + 1), numbers.format(from + items.length)];
  return html`
    <nav class="pager" aria-label="Pages of the list">
      <span class="subtle">${first} to ${last} of ${numbers.format(total)}</span>
      <button type="button" class="button quiet small" ?disabled=${from === 0} @click=${go.previous}>Previous</button>
      <button type="button" class="button quiet small" ?disabled=${!nextCursor} @click=${go.next}>Next</button>
    </nav>`;
}

export function emptyList(query: ListQuery, showAll: () => void): TemplateResult {
  const all = html`
    <p>Nobody you invited matches.</p>
    <button type="button" class="button quiet" @click=${showAll}>Show all</button>`;
  const invite = html`
    <p>Whom you invite shows here, with how far they are.</p>
    <a class="button primary" href="#/invite">Invite users</a>`;
  return html`<div class="empty"><h2>No record found</h2>${isNarrowed(query) ? all : invite}</div>`;
}
