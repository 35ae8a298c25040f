import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { SeedFilter, TechpassFilter } from '../../api/states';
import { numbers } from '../../messages/time';
import { icon } from '../../parts/icon';
import type { Sort } from './table';

/** What the list is narrowed to, as it is in the address and in requests; an empty text narrows nothing. */
export interface ListQuery {
  readonly q: string;
  readonly techpass: string;
  readonly seed: string;
  readonly batch: string;
  readonly sort: Sort;
}

type Narrow = (change: Partial<ListQuery>) => void;

const TECHPASS: Record<TechpassFilter, string> = {
  queued: 'Queued',
  invited: 'Invited',
  'not-onboarded': 'Not Onboarded',
  onboarded: 'Onboarded',
  disabled: 'Disabled',
  'user-not-found': 'User Not Found',
  failed: 'Failed',
  expired: 'Expired',
  revoked: 'Revoked',
  'needs-attention': 'Needs attention',
};
const SEED: Record<SeedFilter, string> = {
  'not-required': 'Not Required',
  ineligible: 'Ineligible',
  pending: 'Licence pending',
  'licence-assigned': 'License Assigned',
  'fully-onboarded': 'Fully Onboarded',
  'licence-error': 'Licence error',
  'licence-withdrawn': 'Licence withdrawn',
};

export const EVERYTHING: ListQuery = { q: '', techpass: '', seed: '', batch: '', sort: 'newest' };

/** The query in an address. */
export function queryOf(address: URLSearchParams): ListQuery {
  const value = (name: string) => address.get(name) ?? '';
  return {
    q: value('q'),
    techpass: value('techpass'),
    seed: value('seed'),
    batch: value('batch'),
    sort: (value('sort') || 'newest') as Sort,
  };
}

export const isNarrowed = ({ q, techpass, seed, batch }: ListQuery): boolean => Boolean(q || techpass || seed || batch);

/** The query as an address notes it: the usual order is not worth a word. */
export function notedQuery(query: ListQuery): Record<string, string> {
  return { ...query, sort: query.sort === 'newest' ? '' : query.sort };
}

/** The form above the list. `counts` is how many invites are in each TechPass state. */
export function filtersForm(
  { q, techpass, seed, batch }: ListQuery,
  counts: Record<string, number> | undefined,
  search: (event: Event) => void,
  narrow: Narrow,
): TemplateResult {
  return html`
    <form class="filters" role="search" aria-label="Invites" @submit=${(event: Event) => event.preventDefault()}>
      <div class="field"><label for="q">Search</label>
        <span class="with-icon">${icon('search')}<input id="q" type="search" .value=${live(q)} maxlength="100"
          placeholder="Name, email, organisation" @input=${search} /></span></div>
      ${choice('techpass', 'TechPass status', techpass, TECHPASS, narrow, counts)}
      ${choice('seed', 'SEED status', seed, SEED, narrow)}
      ${batch ? batchChip(narrow) : nothing}
    </form>`;
}

function choice(
  name: 'techpass' | 'seed',
  label: string,
  chosen: string,
  options: Record<string, string>,
  narrow: Narrow,
  counts?: Record<string, number>,
): TemplateResult {
  const change = (event: Event) => narrow({ [name]: (event.target as HTMLSelectElement).value });
  return html`
    <div class="field"><label for=${name}>${label}</label>
      <select id=${name} .value=${live(chosen)} @change=${change}>
        <option value="">All</option>
        ${Object.entries(options).map(([value, text]) => {
          const counted = counts ? `${text} (${numbers.format(counts[value] ?? 0)})` : text;
          return html`<option value=${value} ?selected=${value === chosen}>${counted}</option>`;
        })}
      </select></div>`;
}

function batchChip(narrow: Narrow): TemplateResult {
  return html`
    <button type="button" class="chip" aria-pressed="true" @click=${() => narrow({ batch: '' })}>
      One batch only ${icon('close')}<span class="unseen">Show all</span></button>`;
}
