import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Schemas } from '../../api/client';
import type { SeedFilter, TechpassFilter } from '../../api/states';
import { nameOfBatch } from '../../messages/batches';
import { mailStates } from '../../messages/states';
import { asDay, numbers } from '../../messages/time';
import { icon } from '../../parts/icon';
import type { Sort } from './table';

/** What the list is narrowed to, as it is in the address and in requests; an empty text narrows nothing. */
export interface ListQuery {
  readonly q: string;
  readonly techpass: string;
  readonly seed: string;
  readonly mail: string;
  readonly batch: string;
  /** The first and the last day of the invite. */
  readonly from: string;
  readonly to: string;
  readonly sort: Sort;
}

type Batch = Schemas['BatchBody'];

/** What is known for the choices: how many invites are in each TechPass state, and the latest batches. */
interface Known {
  readonly counts: Record<string, number> | undefined;
  readonly batches: readonly Batch[];
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
  revoking: 'Being revoked',
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

const MAIL = Object.fromEntries(Object.entries(mailStates).map(([state, { label }]) => [state, label]));
const USUAL_ORDER: Sort = '-date';

export const EVERYTHING: ListQuery = {
  q: '',
  techpass: '',
  seed: '',
  mail: '',
  batch: '',
  from: '',
  to: '',
  sort: USUAL_ORDER,
};

/** The query in an address. */
export function queryOf(address: URLSearchParams): ListQuery {
  const known = Object.entries(EVERYTHING).map(([name, usual]) => [name, address.get(name) || usual]);
  return Object.fromEntries(known) as ListQuery;
}

export const isNarrowed = ({ sort: _, ...narrowing }: ListQuery): boolean => Object.values(narrowing).some(Boolean);

/** The query as an address notes it: the usual order is not worth a word. */
export function notedQuery(query: ListQuery): Record<string, string> {
  return { ...query, sort: query.sort === USUAL_ORDER ? '' : query.sort };
}

/** What the form asks of its page. */
interface Handlers {
  readonly search: (event: Event) => void;
  readonly narrow: Narrow;
  /** “More filters” are shown, so the latest batches are needed. */
  readonly showMore: () => void;
}

/** The form above the list. */
export function filtersForm(
  query: ListQuery,
  { counts, batches }: Known,
  { search, narrow, showMore }: Handlers,
): TemplateResult {
  const { q, techpass, seed, mail, batch, from, to } = query;
  const more = [mail, batch, from, to].filter(Boolean).length;
  const toggle = (event: Event) => {
    if ((event.target as HTMLDetailsElement).open) showMore();
  };
  return html`
    <form class="filters" role="search" aria-label="Invites" @submit=${(event: Event) => event.preventDefault()}>
      <div class="field"><label for="q">Search</label>
        <span class="with-icon">${icon('search')}<input id="q" type="search" .value=${live(q)} maxlength="100"
          placeholder="Name, email, organisation" @input=${search} /></span></div>
      ${choice('techpass', 'TechPass status', techpass, TECHPASS, narrow, counts)}
      ${choice('seed', 'SEED status', seed, SEED, narrow)}
      <details class="more-filters" ?open=${more > 0} @toggle=${toggle}>
        <summary>More filters${more ? ` (${more})` : ''}</summary>
        <div class="filters">
          ${choice('mail', 'Mail', mail, MAIL, narrow)}
          ${choice('batch', 'Batch', batch, batchNames(batches, batch), narrow)}
          ${day('from', 'Invited from', from, narrow)}
          ${day('to', 'Invited until', to, narrow)}
        </div>
      </details>
    </form>`;
}

function choice(
  name: 'techpass' | 'seed' | 'mail' | 'batch',
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

function day(name: 'from' | 'to', label: string, chosen: string, narrow: Narrow): TemplateResult {
  const change = (event: Event) => narrow({ [name]: (event.target as HTMLInputElement).value });
  return html`
    <div class="field"><label for=${name}>${label}</label>
      <input id=${name} type="date" .value=${live(chosen)} @change=${change} /></div>`;
}

/** The names of the latest batches, and of the chosen one, which may be older. */
function batchNames(batches: readonly Batch[], chosen: string): Record<string, string> {
  const names = Object.fromEntries(
    batches.map((batch) => [batch.id, `${nameOfBatch(batch)}, ${asDay(batch.createdAt)}`]),
  );
  return chosen && !names[chosen] ? { ...names, [chosen]: 'An earlier batch' } : names;
}
