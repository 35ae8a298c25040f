import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { type Answer, ask, download, type Schemas } from '../../api/client';
import { Failure } from '../../api/failure';
import { Poll } from '../../api/poll';
import { go, note } from '../../app/router';
import { asMoment, count, numbers } from '../../messages/time';
import { errorNotice } from '../../parts/error-notice';
import { icon } from '../../parts/icon';
import { LightElement } from '../../parts/light-element';
import { announce } from '../../parts/live';
import type { MenuItem } from '../../parts/row-menu';
import {
  actOnMany,
  actOnOne,
  canAmend,
  canResend,
  canRevoke,
  confirmMany,
  type Deed,
  progressText,
  resendLater,
  type Said,
  type SingleDeed,
  tallyText,
  toneOf,
} from './actions';
import './amend-many';
import type { Correction } from './amend-many';
import './details';
import { INVITE_USERS, pageHead } from '../../parts/page-head';
import { inviteTable, type Sort } from './table';

type Invite = Schemas['InviteBody'];
type List = Schemas['ListBody'];
type Query = { q: string; techpass: string; seed: string; batch: string; sort: Sort };

const PAGE = 50;
const TYPING_MS = 300;
const TECHPASS = [
  ['queued', 'Queued'],
  ['invited', 'Invited'],
  ['not-onboarded', 'Not Onboarded'],
  ['onboarded', 'Onboarded'],
  ['disabled', 'Disabled'],
  ['user-not-found', 'User Not Found'],
  ['failed', 'Failed'],
  ['expired', 'Expired'],
  ['revoked', 'Revoked'],
  ['needs-attention', 'Needs attention'],
] as const;
const SEED = [
  ['not-required', 'Not Required'],
  ['ineligible', 'Ineligible'],
  ['pending', 'Licence pending'],
  ['licence-assigned', 'License Assigned'],
  ['fully-onboarded', 'Fully Onboarded'],
  ['licence-error', 'Licence error'],
  ['licence-withdrawn', 'Licence withdrawn'],
] as const;

/** Invite user status: everyone the officer invited, and how far they are, as it changes. */
export class InviteStatusPage extends LightElement {
  static override properties = {
    query: { attribute: false },
    open: {},
    list: { state: true },
    failure: { state: true },
    staleSince: { state: true },
    selected: { state: true },
    isEverything: { state: true },
    changed: { state: true },
    isBusy: { state: true },
    isAmending: { state: true },
    said: { state: true },
  };
  declare query: URLSearchParams;
  /** The invite whose details are open. */
  declare open: string | undefined;
  declare list: List | undefined;
  declare failure: Failure | undefined;
  declare staleSince: Date | undefined;
  declare selected: ReadonlySet<string>;
  /** Whether all that match are meant, and not only those picked. */
  declare isEverything: boolean;
  declare changed: ReadonlySet<string>;
  declare isBusy: boolean;
  /** Whether it is being asked what changes in the selected invites. */
  declare isAmending: boolean;
  declare said: Said | undefined;
  /** What is done again by “Try again”: loading the list, unless something else failed. */
  #again: (() => void) | undefined;
  #filter: Query = { q: '', techpass: '', seed: '', batch: '', sort: 'newest' };
  /** Where each page up to this one starts. */
  #cursors: (string | undefined)[] = [undefined];
  #typing: ReturnType<typeof setTimeout> | undefined;
  /** Of the page as it is shown. */
  #etag: string | undefined;
  #seen = new Date();
  readonly #poll = new Poll((signal) => this.#refresh(signal));

  constructor() {
    super();
    this.selected = new Set();
    this.isEverything = false;
    this.changed = new Set();
    this.isBusy = false;
    this.isAmending = false;
    this.said = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#poll.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    this.#poll.stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('query')) return;
    const value = (name: string) => this.query.get(name) ?? '';
    const filter: Query = {
      q: value('q'),
      techpass: value('techpass'),
      seed: value('seed'),
      batch: value('batch'),
      sort: (value('sort') || 'newest') as Sort,
    };
    if (this.list && JSON.stringify(filter) === JSON.stringify(this.#filter)) return;
    this.#filter = filter;
    this.#unselect();
    void this.#load([undefined]);
  }

  override render(): TemplateResult {
    const { list } = this;
    return html`
      ${pageHead(
        { title: 'Invite user status', text: 'Everyone you invited, and how far they are.', trail: INVITE_USERS },
        html`
        <button type="button" class="button quiet" @click=${this.#export} aria-disabled=${String(!list?.total)}>${icon('download')}Export</button>`,
      )}
      ${this.#filters()}
      ${this.#told()}
      ${errorNotice(this.failure, { retry: this.#again })}
      <section class="card flush">
        ${this.selected.size ? this.#selection() : html`<p class="table-head" role="status">${list ? html`Total no. of invitations: <b>${numbers.format(list.total)}</b>` : 'Loading…'}</p>`}
        ${this.staleSince ? html`<p class="table-head stale" role="status">${icon('alert')} Could not be brought up to date since ${asMoment(this.staleSince)}.</p>` : nothing}
        ${!list ? html`<div class="skeleton">${[1, 2, 3, 4].map(() => html`<i></i>`)}</div>` : list.items.length ? this.#table(list) : this.#empty()}
      </section>
      ${this.open ? html`<invite-details .invite=${this.open} .onChange=${() => this.#poll.hurry()} .onClose=${() => go(this.#address())}></invite-details>` : nothing}
      ${this.isAmending ? html`<invite-amend-many .count=${this.#meant} .onClose=${(set?: Correction) => this.#amended(set)}></invite-amend-many>` : nothing}`;
  }

  /** What was just done, or was not. */
  #told(): TemplateResult | typeof nothing {
    if (!this.said) return nothing;
    const { text, tone } = this.said;
    return html`<p class="notice told ${tone}" role="status">${icon(tone === 'done' ? 'done' : 'info')}<span>${text}</span>
      <button type="button" class="icon-button" aria-label="Dismiss" @click=${() => (this.said = undefined)}>${icon('close')}</button></p>`;
  }

  #filters(): TemplateResult {
    const { q, techpass, seed, batch } = this.#filter;
    const options = (of: readonly (readonly [string, string])[], chosen: string, there?: Record<string, number>) =>
      html`<option value="">All</option>${of.map(([value, label]) => html`<option value=${value} ?selected=${value === chosen}>${there ? `${label} (${numbers.format(there[value] ?? 0)})` : label}</option>`)}`;
    return html`
      <form class="filters" role="search" aria-label="Invites" @submit=${(event: Event) => event.preventDefault()}>
        <div class="field search"><label for="q">Search</label>
          <span class="with-icon">${icon('search')}<input id="q" type="search" .value=${live(q)} maxlength="100" placeholder="Name, email, organisation" @input=${this.#typed} /></span></div>
        <div class="field"><label for="techpass">TechPass status</label>
          <select id="techpass" .value=${live(techpass)} @change=${(event: Event) => this.#narrow({ techpass: (event.target as HTMLSelectElement).value })}>${options(TECHPASS, techpass, this.list?.techpass)}</select></div>
        <div class="field"><label for="seed">SEED status</label>
          <select id="seed" .value=${live(seed)} @change=${(event: Event) => this.#narrow({ seed: (event.target as HTMLSelectElement).value })}>${options(SEED, seed)}</select></div>
        ${batch ? html`<button type="button" class="chip" aria-pressed="true" @click=${() => this.#narrow({ batch: '' })}>One batch only ${icon('close')}<span class="unseen">Show all</span></button>` : nothing}
      </form>`;
  }

  #selection(): TemplateResult {
    const total = this.list?.total ?? 0;
    const n = this.#meant;
    const { q, techpass, seed, batch } = this.#filter;
    const why = this.#whyNoResend();
    const canMeanAll =
      !this.isEverything &&
      n < total &&
      Boolean(q || techpass || seed || batch) &&
      this.list?.items.every(({ id }) => this.selected.has(id));
    return html`
      <div class="table-head selection" role="toolbar" aria-label="With the selected invites">
        <b role="status">${count(n, 'invite')} selected</b>
        ${canMeanAll ? html`<button type="button" class="link" @click=${() => (this.isEverything = true)}>Select all ${numbers.format(total)} that match</button>` : nothing}
        <button type="button" class="button small" ?disabled=${this.isBusy || Boolean(why)} aria-describedby=${why ? 'resend-why' : nothing} @click=${() => this.#ask('resend')}>Resend</button>
        <button type="button" class="button small" ?disabled=${this.isBusy} @click=${() => (this.isAmending = true)}>Amend</button>
        <button type="button" class="button small danger" ?disabled=${this.isBusy} @click=${() => this.#ask('revoke')}>Revoke</button>
        <button type="button" class="link" @click=${() => this.#unselect()}>Clear</button>
        ${why ? html`<span class="hint" id="resend-why">${why}</span>` : nothing}
      </div>`;
  }

  /** Why none of the picked invites can be sent again now, while that is known. */
  #whyNoResend(): string | undefined {
    const picked = this.list?.items.filter(({ id }) => this.selected.has(id)) ?? [];
    const now = Date.now();
    if (this.isEverything || picked.length < this.selected.size || picked.some((invite) => canResend(invite, now)))
      return undefined;
    return (
      picked.map((invite) => resendLater(invite, now)).find(Boolean) ??
      (picked.length === 1 ? 'This invite cannot be resent.' : 'None of these can be resent.')
    );
  }

  #table(list: List): TemplateResult {
    const from = (this.#cursors.length - 1) * PAGE;
    return html`
      ${inviteTable({
        items: list.items,
        sort: this.#filter.sort,
        selected: this.selected,
        changed: this.changed,
        link: ({ id }) => `#${this.#address(id)}`,
        menu: (invite) => this.#menu(invite),
        onSort: (sort) => this.#narrow({ sort }),
        onSelect: (ids, isSelected) => this.#select(ids, isSelected),
      })}
      ${
        list.total > list.items.length
          ? html`
        <nav class="pager" aria-label="Pages of the list">
          <span class="subtle">${numbers.format(from + 1)} to ${numbers.format(from + list.items.length)} of ${numbers.format(list.total)}</span>
          <button type="button" class="button quiet small" ?disabled=${from === 0} @click=${() => this.#load(this.#cursors.slice(0, -1))}>Previous</button>
          <button type="button" class="button quiet small" ?disabled=${!list.nextCursor} @click=${() => this.#load([...this.#cursors, list.nextCursor!])}>Next</button>
        </nav>`
          : nothing
      }`;
  }

  #empty(): TemplateResult {
    const { q, techpass, seed, batch } = this.#filter;
    return q || techpass || seed || batch
      ? html`<div class="empty"><h2>No record found</h2><p>Nobody you invited matches. </p><button type="button" class="button quiet" @click=${() => this.#narrow({ q: '', techpass: '', seed: '', batch: '' })}>Show all</button></div>`
      : html`<div class="empty"><h2>No record found</h2><p>Whom you invite shows here, with how far they are.</p><a class="button primary" href="#/invite">Invite users</a></div>`;
  }

  #menu(invite: Invite): MenuItem[] {
    return [
      { label: 'View details', act: () => go(this.#address(invite.id)) },
      ...(canAmend(invite) ? [{ label: 'Amend details', act: () => go(this.#address(invite.id)) }] : []),
      ...(canResend(invite, Date.now()) ? [{ label: 'Resend', act: () => void this.#one('resend', invite) }] : []),
      ...(canRevoke(invite)
        ? [{ label: 'Revoke', tone: 'danger' as const, act: () => void this.#one('revoke', invite) }]
        : []),
    ];
  }

  /** Where this list is, with its filters, and an invite of it open or none. */
  #address(id = ''): string {
    const search = new URLSearchParams(Object.entries(this.#noted()).filter(([, value]) => value));
    return `/invites${id ? `/${id}` : ''}${search.size ? `?${search}` : ''}`;
  }

  #noted(): Record<string, string> {
    return { ...this.#filter, sort: this.#filter.sort === 'newest' ? '' : this.#filter.sort };
  }

  #typed(event: Event): void {
    const q = (event.target as HTMLInputElement).value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#narrow({ q }), TYPING_MS);
  }

  #narrow(change: Partial<Query>): void {
    this.#filter = { ...this.#filter, ...change };
    note('/invites', this.#noted());
    this.#unselect();
    void this.#load([undefined]);
  }

  #select(ids: readonly string[], isSelected: boolean): void {
    this.isEverything = false;
    const next = new Set(this.selected);
    for (const id of ids) isSelected ? next.add(id) : next.delete(id);
    this.selected = next;
  }

  async #page(cursor: string | undefined, known?: string, signal?: AbortSignal): Promise<Answer<List>> {
    const query = { ...this.#filter, limit: PAGE, cursor };
    return ask('get', '/api/invites', { query: query as never, ifNoneMatch: known, ...(signal && { signal }) });
  }

  async #load(cursors: (string | undefined)[]): Promise<void> {
    const asked = this.#filter;
    try {
      const { body: list, etag } = await this.#page(cursors.at(-1));
      if (asked !== this.#filter) return;
      this.#etag = etag;
      Object.assign(this, { list, failure: undefined, staleSince: undefined });
      this.#cursors = cursors;
      this.#seen = new Date();
      this.requestUpdate();
      this.#poll.hurry();
    } catch (error) {
      this.failure = Failure.caught(error);
      this.#again = () => void this.#load(cursors);
    }
  }

  /** Looks whether anything moved. A look that fails leaves what is known, and says how old it is. */
  async #refresh(signal: AbortSignal): Promise<boolean> {
    if (!this.list) return false;
    const asked = this.#filter;
    try {
      const { body: list, etag, unchanged } = await this.#page(this.#cursors.at(-1), this.#etag, signal);
      if (asked !== this.#filter) return false;
      this.#seen = new Date();
      this.staleSince = undefined;
      if (unchanged) return false;
      this.#etag = etag;
      const before = new Map(this.list.items.map((invite) => [invite.id, invite.updatedAt]));
      const moved = list.items.filter(({ id, updatedAt }) => before.get(id) !== updatedAt);
      Object.assign(this, { list, changed: new Set(moved.map(({ id }) => id)) });
      if (moved.length) announce(`${count(moved.length, 'invite')} changed.`);
      return moved.length > 0;
    } catch {
      if (!signal.aborted) this.staleSince = this.#seen;
      return false;
    }
  }

  #unselect(): void {
    this.selected = new Set();
    this.isEverything = false;
  }

  async #one(deed: SingleDeed, invite: Invite): Promise<void> {
    await this.#try(async () => {
      const next = await actOnOne(deed, invite);
      if (!next) return;
      this.#etag = undefined;
      this.list = { ...this.list!, items: this.list!.items.map((each) => (each.id === next.id ? next : each)) };
      this.said = { text: `${invite.email}: ${deed === 'resend' ? 'sent again' : 'revoked'}.`, tone: 'done' };
    });
  }

  /** How many invites the selection is. */
  get #meant(): number {
    return this.isEverything ? (this.list?.total ?? 0) : this.selected.size;
  }

  async #ask(deed: SingleDeed): Promise<void> {
    if (await confirmMany(deed, this.#meant)) await this.#many(deed);
  }

  #amended(set?: Correction): void {
    if (!this.isAmending) return;
    this.isAmending = false;
    if (set) void this.#many('amend', set);
    else void this.updateComplete.then(() => this.querySelector<HTMLElement>('[role=toolbar] button')?.focus());
  }

  async #many(deed: Deed, set?: Correction): Promise<void> {
    const { sort: _, ...filter } = this.#noted();
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
    const choice = this.isEverything ? { filter: given } : { ids: [...this.selected] };
    await this.#try(async () => {
      const action = await actOnMany(
        deed,
        choice,
        set,
        (running) => (this.said = { text: progressText(running), tone: 'info' }),
      );
      this.said = { text: tallyText(deed, action), tone: toneOf(action) };
      this.#unselect();
    });
    await this.#load(this.#cursors);
    await this.updateComplete;
    // The button that was pressed went with the selection.
    if (document.activeElement === document.body) this.querySelector<HTMLElement>('.notice.told button')?.focus();
  }

  async #export(): Promise<void> {
    if (!this.list?.total) return;
    await this.#try(() => download('/api/invites/export.xlsx', { query: this.#filter }, 'invites.xlsx'));
  }

  async #try(deed: () => Promise<void>): Promise<void> {
    Object.assign(this, { failure: undefined, isBusy: true, said: undefined });
    this.#again = undefined;
    try {
      await deed();
      this.#poll.hurry();
    } catch (error) {
      this.failure = Failure.caught(error);
      await this.updateComplete;
      this.querySelector<HTMLElement>('.notice.bad')?.focus();
    } finally {
      this.isBusy = false;
    }
  }
}

customElements.define('invite-status-page', InviteStatusPage);
