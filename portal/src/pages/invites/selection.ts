import { html, nothing, type TemplateResult } from 'lit';
import type { Schemas } from '../../api/client';
import { count, numbers } from '../../messages/time';
import { type Choice, canResend, resendLater, type SingleAction } from './actions';
import { isNarrowed, type ListQuery } from './filters';

type List = Schemas['ListBody'];

interface Shown {
  readonly list: List;
  readonly query: ListQuery;
  readonly isBusy: boolean;
}

export interface SelectionEvents {
  readonly selectEverything: () => void;
  readonly unselect: () => void;
  readonly ask: (action: SingleAction) => void;
  readonly amend: () => void;
  readonly handOver: () => void;
}

/** The invites that the officer selected: some by their ids, or everything that matches the filter. */
export class Selection {
  static readonly NONE = new Selection(new Set(), 'ids');

  private constructor(
    readonly ids: ReadonlySet<string>,
    private readonly what: 'ids' | 'everything',
  ) {}

  get isEmpty(): boolean {
    return this.ids.size === 0;
  }

  with(ids: readonly string[]): Selection {
    return new Selection(new Set([...this.ids, ...ids]), 'ids');
  }

  without(ids: readonly string[]): Selection {
    return new Selection(new Set([...this.ids].filter((id) => !ids.includes(id))), 'ids');
  }

  /** Everything that matches, also on other pages. */
  everything(): Selection {
    return new Selection(this.ids, 'everything');
  }

  /** How many invites are selected when `total` match. */
  count(total: number): number {
    return this.what === 'everything' ? total : this.ids.size;
  }

  /** The selection as the API takes it; `query` is what the list is narrowed to. */
  choice({ sort: _, ...query }: Record<string, string>): Choice {
    if (this.what === 'ids') return { ids: [...this.ids] };
    return { filter: Object.fromEntries(Object.entries(query).filter(([, value]) => value)) };
  }

  /** What can be done with the selected invites of a list that is shown. */
  toolbar({ list, query, isBusy }: Shown, events: SelectionEvents): TemplateResult {
    const why = this.#whyNoResend(list);
    const all = html`
      <button type="button" class="link" @click=${events.selectEverything}>
        Select all ${numbers.format(list.total)} that match</button>`;
    return html`
      <div class="table-head selection" role="toolbar" aria-label="With the selected invites">
        <b role="status">${count(this.count(list.total), 'invite')} selected</b>
        ${isNarrowed(query) && this.#hasOthers(list) ? all : nothing}
        <button type="button" class="button small" ?disabled=${isBusy || Boolean(why)}
          aria-describedby=${why ? 'resend-why' : nothing} @click=${() => events.ask('resend')}>Resend</button>
        <button type="button" class="button small" ?disabled=${isBusy} @click=${events.amend}>Amend</button>
        <button type="button" class="button small" ?disabled=${isBusy} @click=${events.handOver}>Hand over</button>
        <button type="button" class="button small danger" ?disabled=${isBusy}
          @click=${() => events.ask('revoke')}>Revoke</button>
        <button type="button" class="link" @click=${events.unselect}>Clear</button>
        ${why ? html`<span class="hint" id="resend-why">${why}</span>` : nothing}
      </div>`;
  }

  /** Whether the whole page is selected, and others match too. */
  #hasOthers({ items, total }: List): boolean {
    return this.what === 'ids' && this.ids.size < total && items.every(({ id }) => this.ids.has(id));
  }

  /** Why none of the selected invites can be sent again now, while that is known. */
  #whyNoResend({ items }: List): string | undefined {
    const selected = items.filter(({ id }) => this.ids.has(id));
    const now = Date.now();
    if (this.what === 'everything' || selected.length < this.ids.size) return undefined;
    if (selected.some((invite) => canResend(invite, now))) return undefined;
    const later = selected.map((invite) => resendLater(invite, now)).find(Boolean);
    return later ?? (selected.length === 1 ? 'This invite cannot be resent.' : 'None of these can be resent.');
  }
}
