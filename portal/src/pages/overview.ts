import { html, nothing, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../api/client';
import { Failure } from '../api/failure';
import { type BatchState, isOneOf, type TechpassFilter } from '../api/states';
import { session } from '../app/session';
import { nameOfBatch } from '../messages/batches';
import { count } from '../messages/time';
import { errorNotice } from '../parts/error-notice';
import { icon } from '../parts/icon';
import { LightElement } from '../parts/light-element';
import { loading } from '../parts/loading';
import { pageHead } from '../parts/page-head';
import { leftOf } from './batch/progress';
import { wayCard, ways } from './invite-users';
import { inviteLine } from './invites/line';

const RECENT_INVITES = 5;
/** How many of the latest lists are checked for what is left to do. */
const CHECKED_LISTS = 50;
const ATTENTION = [
  { techpass: 'failed', one: 'invite failed', many: 'invites failed' },
  { techpass: 'expired', one: 'invitation has expired', many: 'invitations have expired' },
  { techpass: 'needs-attention', one: 'invite needs attention', many: 'invites need attention' },
] as const satisfies readonly { techpass: TechpassFilter; one: string; many: string }[];

/** Overview: what there is to do, what needs the officer, and what was done last. */
export class OverviewPage extends LightElement {
  static override properties = { recent: { state: true }, attention: { state: true }, failure: { state: true } };
  declare recent: Schemas['ListBody'] | undefined;
  declare attention: { words: string; href: string }[];
  declare failure: Failure | undefined;

  constructor() {
    super();
    this.attention = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override render(): TemplateResult {
    const name = session.profile?.given_name;
    const total = this.recent?.total;
    return html`
      ${pageHead({ title: 'Overview', text: name ? `Good day, ${name}.` : 'Good day.' })}
      ${this.attention.length ? this.#attention() : nothing}
      <section aria-labelledby="invite-title">
        <h2 class="section-title" id="invite-title">Invite users</h2>
        <ul class="ways-list">${ways.map(wayCard)}</ul>
      </section>
      <section aria-labelledby="recent-title">
        <div class="section-head"><h2 class="section-title" id="recent-title">Invited last</h2>
          ${total ? html`<a href="#/invites">See all ${count(total, 'invite')}</a>` : nothing}</div>
        ${this.#recent()}
      </section>`;
  }

  #attention(): TemplateResult {
    return html`
      <section class="notice warn">${icon('alert')}<div>
        <h2>Needs you</h2>
        <ul class="inline">${this.attention.map(({ words, href }) => html`<li><a href=${href}>${words}</a></li>`)}</ul>
      </div></section>`;
  }

  #recent(): TemplateResult | typeof nothing {
    if (this.failure) return html`${errorNotice(this.failure, { retry: () => void this.#load() })}`;
    if (!this.recent) return loading;
    if (this.recent.items.length === 0)
      return html`<div class="card empty"><p>Nobody yet. Whom you invite shows here, with how far they are.</p></div>`;
    return html`<ul class="card lines">${this.recent.items.map(inviteLine)}</ul>`;
  }

  async #load(): Promise<void> {
    this.failure = undefined;
    try {
      const [invites, lists] = await Promise.all([
        ask('get', '/api/invites', { query: { limit: RECENT_INVITES } }),
        ask('get', '/api/batches', { query: { limit: CHECKED_LISTS } }),
      ]);
      this.recent = invites.body;
      this.attention = [
        ...lists.body.items.flatMap(unfinished),
        ...ATTENTION.flatMap(({ techpass, one, many }) => {
          const there = invites.body.techpass[techpass] ?? 0;
          return there > 0 ? [{ href: `#/invites?techpass=${techpass}`, words: count(there, one, many) }] : [];
        }),
      ];
    } catch (error) {
      this.failure = Failure.caught(error);
    }
  }
}

/** What is left to do in a list: questions to answer, rows to fix, or to submit. */
function unfinished(batch: Schemas['BatchBody']): { words: string; href: string }[] {
  const href = `#/batches/${batch.id}`;
  const name = nameOfBatch(batch);
  const left = leftOf(batch).join(', ');
  if (isOneOf<BatchState>(batch.state, 'ASKING')) return [{ href, words: `${name} waits for your answers` }];
  if (left) return [{ href, words: `${name}: ${left}` }];
  const isReady = isOneOf<BatchState>(batch.state, 'DRAFT') && batch.counts.ready > 0;
  return isReady ? [{ href, words: `${name} is not submitted` }] : [];
}

customElements.define('overview-page', OverviewPage);
