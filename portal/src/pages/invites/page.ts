import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { type Answer, ask, download, type Schemas } from '../../api/client';
import { Failure } from '../../api/failure';
import { Poll } from '../../api/poll';
import { go, note } from '../../app/router';
import { asMoment, count, numbers } from '../../messages/time';
import { errorNotice } from '../../parts/error-notice';
import { icon } from '../../parts/icon';
import { LightElement } from '../../parts/light-element';
import { announce } from '../../parts/live';
import { skeleton } from '../../parts/loading';
import { INVITE_USERS, pageHead } from '../../parts/page-head';
import type { MenuItem } from '../../parts/row-menu';
import {
  type ActionKind,
  type ActionResult,
  actOnOne,
  beginAction,
  type Choice,
  canAmend,
  canResend,
  canRevoke,
  confirmMany,
  followAction,
  progressText,
  resultOf,
  type SingleAction,
} from './actions';
import './amend-many';
import type { Correction } from './amend-many';
import './details';
import './hand-over';
import { EVERYTHING, filtersForm, type ListQuery, notedQuery, queryOf } from './filters';
import { emptyList, pager, resultNotice } from './list-parts';
import { Selection } from './selection';
import { inviteTable } from './table';

type Invite = Schemas['InviteBody'];
type List = Schemas['ListBody'];

const PAGE_INVITES = 50;
/** Batches that the list can be filtered by. */
const LATEST_BATCHES = 50;
const TYPING_PAUSE_MS = 300;

/** Invite user status: everyone the officer invited, and how far they are, as it changes. */
export class InviteStatusPage extends LightElement {
  static override properties = {
    query: { attribute: false },
    open: {},
    list: { state: true },
    batches: { state: true },
    failure: { state: true },
    staleSince: { state: true },
    selection: { state: true },
    changed: { state: true },
    isBusy: { state: true },
    dialog: { state: true },
    result: { state: true },
  };
  declare query: URLSearchParams;
  /** The id of the invite whose details are open. */
  declare open: string | undefined;
  declare list: List | undefined;
  /** The latest batches, to filter by. */
  declare batches: readonly Schemas['BatchBody'][];
  declare failure: Failure | undefined;
  declare staleSince: Date | undefined;
  declare selection: Selection;
  /** The ids of invites that the last refresh found changed. */
  declare changed: ReadonlySet<string>;
  declare isBusy: boolean;
  /** What the officer is asked about the selected invites. */
  declare dialog: 'amend' | 'hand-over' | undefined;
  declare result: ActionResult | undefined;
  /** What “Try again” does: it loads the list, unless something else failed. */
  #again: (() => void) | undefined;
  #query = EVERYTHING;
  /** Where each page up to this one starts. */
  #cursors: (string | undefined)[] = [undefined];
  #typing: ReturnType<typeof setTimeout> | undefined;
  /** The version of the page as it is shown. */
  #etag: string | undefined;
  /** When the list was last known to be up to date. */
  #freshAt = new Date();
  /** Whether the focus was within before what is shown changed. */
  #hadFocus = false;
  readonly #poll = new Poll((signal) => this.#refresh(signal));

  constructor() {
    super();
    Object.assign(this, {
      batches: [],
      selection: Selection.NONE,
      changed: new Set(),
      isBusy: false,
      dialog: undefined,
    });
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
    this.#hadFocus = this.contains(document.activeElement);
    if (!changed.has('query')) return;
    const query = queryOf(this.query);
    if (this.list && JSON.stringify(query) === JSON.stringify(this.#query)) return;
    this.#query = query;
    this.#unselect();
    void this.#load([undefined]);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const isClosed = changed.has('open') && !this.open;
    if (this.#hadFocus || isClosed) this.#keepFocus();
  }

  override render(): TemplateResult {
    const { list } = this;
    const head = { title: 'Invite user status', text: 'Everyone you invited, and how far they are.' };
    const exportButton = html`
      <button type="button" class="button quiet" aria-disabled=${String(!list?.total)} @click=${this.#export}>
        ${icon('download')}Export</button>`;
    const handlers = {
      search: (event: Event) => this.#search((event.target as HTMLInputElement).value),
      narrow: (change: Partial<ListQuery>) => this.#narrow(change),
      showMore: () => void this.#loadBatches(),
    };
    return html`
      ${pageHead({ ...head, trail: INVITE_USERS }, exportButton)}
      ${filtersForm(this.#query, { counts: list?.techpass, batches: this.batches }, handlers)}
      ${this.result ? resultNotice(this.result, () => this.#dismiss()) : nothing}
      ${errorNotice(this.failure, { retry: this.#again })}
      <section class="card flush">
        ${this.#listHead()}
        ${this.staleSince ? staleLine(this.staleSince) : nothing}
        ${list ? this.#invites(list) : skeleton}
      </section>
      ${this.open ? this.#details(this.open) : nothing}
      ${this.dialog === 'amend' ? this.#amendMany() : nothing}
      ${this.dialog === 'hand-over' ? this.#handOver() : nothing}`;
  }

  #listHead(): TemplateResult {
    const { list, selection, isBusy } = this;
    if (selection.isEmpty || !list) {
      const total = list ? html`Total no. of invitations: <b>${numbers.format(list.total)}</b>` : 'Loading…';
      return html`<p class="table-head" role="status">${total}</p>`;
    }
    const shown = { list, query: this.#query, isBusy };
    return selection.toolbar(shown, {
      selectEverything: () => {
        this.selection = selection.everything();
      },
      unselect: () => this.#unselect(),
      ask: (action) => void this.#askMany(action),
      amend: () => {
        this.dialog = 'amend';
      },
      handOver: () => {
        this.dialog = 'hand-over';
      },
    });
  }

  #invites(list: List): TemplateResult {
    if (list.items.length === 0) return emptyList(this.#query, () => this.#narrow({ ...EVERYTHING }));
    const table = inviteTable({
      items: list.items,
      sort: this.#query.sort,
      selected: this.selection.ids,
      changed: this.changed,
      link: ({ id }) => `#${this.#address(id)}`,
      menu: (invite) => this.#menu(invite),
      onSort: (sort) => this.#narrow({ sort }),
      onSelect: (ids, isSelected) => {
        this.selection = isSelected ? this.selection.with(ids) : this.selection.without(ids);
      },
    });
    const previous = this.#cursors.slice(0, -1);
    return html`${table}${pager(list, previous.length * PAGE_INVITES, {
      previous: () => void this.#load(previous),
      next: () => void this.#load([...this.#cursors, list.nextCursor!]),
    })}`;
  }

  #details(id: string): TemplateResult {
    return html`
      <invite-details .invite=${id} .onChange=${() => this.#poll.hurry()}
        .onClose=${() => go(this.#address())}></invite-details>`;
  }

  #amendMany(): TemplateResult {
    return html`
      <invite-amend-many .count=${this.#selected}
        .onClose=${(set?: Correction) => this.#amended(set)}></invite-amend-many>`;
  }

  #handOver(): TemplateResult {
    return html`
      <invite-hand-over .count=${this.#selected} .choice=${this.#choice}
        .onClose=${(begun?: Schemas['ActionBody']) => this.#handedOver(begun)}></invite-hand-over>`;
  }

  #menu(invite: Invite): MenuItem[] {
    const open = () => go(this.#address(invite.id));
    const items: MenuItem[] = [{ label: 'View details', act: open }];
    if (canAmend(invite)) items.push({ label: 'Amend details', act: open });
    if (canResend(invite, Date.now())) {
      items.push({ label: 'Resend', act: () => void this.#actOnOne('resend', invite) });
    }
    const handOver = () => {
      this.selection = Selection.NONE.with([invite.id]);
      this.dialog = 'hand-over';
    };
    items.push({ label: 'Hand over', act: handOver });
    if (canRevoke(invite)) {
      items.push({ label: 'Revoke', tone: 'danger', act: () => void this.#actOnOne('revoke', invite) });
    }
    return items;
  }

  /** The address of this list with its filters, and of an invite of it that is open. */
  #address(id = ''): string {
    const search = new URLSearchParams(Object.entries(notedQuery(this.#query)).filter(([, value]) => value));
    return `/invites${id ? `/${id}` : ''}${search.size ? `?${search}` : ''}`;
  }

  #search(q: string): void {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#narrow({ q }), TYPING_PAUSE_MS);
  }

  #narrow(change: Partial<ListQuery>): void {
    this.#query = { ...this.#query, ...change };
    note('/invites', notedQuery(this.#query));
    this.#unselect();
    void this.#load([undefined]);
  }

  #unselect(): void {
    this.selection = Selection.NONE;
  }

  #dismiss(): void {
    this.result = undefined;
  }

  /** How many invites are selected. */
  get #selected(): number {
    return this.selection.count(this.list?.total ?? 0);
  }

  /** Without them the list is still there, so a failure is not worth a word. */
  async #loadBatches(): Promise<void> {
    const answer = await ask('get', '/api/batches', { query: { limit: LATEST_BATCHES } }).catch(() => undefined);
    if (answer) this.batches = answer.body.items;
  }

  async #page(cursor: string | undefined, known?: string, signal?: AbortSignal): Promise<Answer<List>> {
    const query = { ...this.#query, limit: PAGE_INVITES, cursor };
    return ask('get', '/api/invites', { query: query as never, ifNoneMatch: known, ...(signal && { signal }) });
  }

  async #load(cursors: (string | undefined)[]): Promise<void> {
    const asked = this.#query;
    try {
      const { body: list, etag } = await this.#page(cursors.at(-1));
      if (asked !== this.#query) return;
      this.#etag = etag;
      Object.assign(this, { list, failure: undefined, staleSince: undefined });
      this.#cursors = cursors;
      this.#freshAt = new Date();
      this.requestUpdate();
      this.#poll.hurry();
    } catch (error) {
      this.failure = Failure.caught(error);
      this.#again = () => void this.#load(cursors);
    }
  }

  /** Asks whether anything has changed. When that fails, the list stays, and says how old it is. */
  async #refresh(signal: AbortSignal): Promise<boolean> {
    if (!this.list) return false;
    const asked = this.#query;
    try {
      const { body: list, etag, unchanged } = await this.#page(this.#cursors.at(-1), this.#etag, signal);
      if (asked !== this.#query) return false;
      this.#freshAt = new Date();
      this.staleSince = undefined;
      if (unchanged) return false;
      this.#etag = etag;
      const before = new Map(this.list.items.map((invite) => [invite.id, invite.updatedAt]));
      const changed = list.items.filter(({ id, updatedAt }) => before.get(id) !== updatedAt);
      Object.assign(this, { list, changed: new Set(changed.map(({ id }) => id)) });
      if (changed.length) announce(`${count(changed.length, 'invite')} changed.`);
      return changed.length > 0;
    } catch {
      if (!signal.aborted) this.staleSince = this.#freshAt;
      return false;
    }
  }

  async #actOnOne(action: SingleAction, invite: Invite): Promise<void> {
    await this.#try(async () => {
      const next = await actOnOne(action, invite);
      if (!next) return;
      this.#etag = undefined;
      this.list = { ...this.list!, items: this.list!.items.map((each) => (each.id === next.id ? next : each)) };
      this.result = { text: `${invite.email}: ${action === 'resend' ? 'sent again' : 'revoked'}.`, tone: 'done' };
    });
  }

  async #askMany(action: SingleAction): Promise<void> {
    if (await confirmMany(action, this.#selected)) await this.#actOnMany(action);
  }

  #amended(set?: Correction): void {
    if (this.dialog !== 'amend') return;
    this.dialog = undefined;
    if (set) void this.#actOnMany('amend', set);
    else this.#focusToolbar();
  }

  #handedOver(begun?: Schemas['ActionBody']): void {
    if (this.dialog !== 'hand-over') return;
    this.dialog = undefined;
    if (begun) void this.#follow(async () => begun);
    else this.#focusToolbar();
  }

  #focusToolbar(): void {
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('[role=toolbar] button')?.focus());
  }

  /** The selected invites, as the API takes them. */
  get #choice(): Choice {
    return this.selection.choice(notedQuery(this.#query));
  }

  #actOnMany(action: ActionKind, set?: Correction): Promise<void> {
    const choice = this.#choice;
    return this.#follow(() => beginAction(action, choice, { set }));
  }

  /** Shows how far an action is, and what became of it. */
  async #follow(begin: () => Promise<Schemas['ActionBody']>): Promise<void> {
    await this.#try(async () => {
      const finished = await followAction(await begin(), (running) => {
        this.result = { text: progressText(running), tone: 'info' };
      });
      this.result = resultOf(finished);
      this.#unselect();
    });
    await this.#load(this.#cursors);
    await this.updateComplete;
    this.#keepFocus();
  }

  /** What had the focus may leave the list: a row by a change of its invite, a button with the selection. */
  #keepFocus(): void {
    if (document.activeElement !== document.body) return;
    const place = this.querySelector<HTMLElement>('.notice.told button') ?? document.querySelector('main')!;
    place.focus({ preventScroll: true });
  }

  async #export(): Promise<void> {
    if (!this.list?.total) return;
    await this.#try(() => download('/api/invites/export.xlsx', { query: this.#query }, 'invites.xlsx'));
  }

  async #try(action: () => Promise<void>): Promise<void> {
    Object.assign(this, { failure: undefined, isBusy: true, result: undefined });
    this.#again = undefined;
    try {
      await action();
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

function staleLine(since: Date): TemplateResult {
  return html`
    <p class="table-head stale" role="status">
      ${icon('alert')} Could not be brought up to date since ${asMoment(since)}.</p>`;
}

customElements.define('invite-status-page', InviteStatusPage);
