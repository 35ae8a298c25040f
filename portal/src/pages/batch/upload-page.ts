import { html, nothing, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { Failure } from '../../api/failure';
import { type BatchState, isOneOf } from '../../api/states';
import { batchStates, nameOfBatch } from '../../messages/batches';
import { inWords, type Tone } from '../../messages/states';
import { asMoment, count } from '../../messages/time';
import { badge } from '../../parts/badge';
import { errorNotice } from '../../parts/error-notice';
import { LightElement } from '../../parts/light-element';
import { loading } from '../../parts/loading';
import { batchUpload } from '../invite-users';
import './intake/intake';
import { INVITE_USERS, pageHead } from '../../parts/page-head';
import { leftOf } from './progress';

type Batch = Schemas['BatchBody'];

const PAGE_BATCHES = 20;

/** Batch upload: the ways to start a batch, and those that were started. */
export class BatchUploadPage extends LightElement {
  static override properties = { batches: { state: true }, next: { state: true }, failure: { state: true } };
  declare batches: readonly Batch[] | undefined;
  declare next: string | undefined;
  declare failure: Failure | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override render(): TemplateResult {
    return html`
      ${pageHead({ ...batchUpload, trail: INVITE_USERS })}
      <batch-intake></batch-intake>
      <section aria-labelledby="batches-title">
        <h2 class="section-title" id="batches-title">Your batches</h2>
        ${errorNotice(this.failure, { retry: () => void this.#load() })}
        ${this.#list()}
      </section>`;
  }

  #list(): TemplateResult | typeof nothing {
    if (!this.batches) return this.failure ? nothing : loading;
    if (this.batches.length === 0)
      return html`<div class="card empty"><h3>No batch yet</h3><p>Upload a list or paste one above.</p></div>`;
    const older = html`
      <p class="actions more">
        <button type="button" class="button quiet" @click=${() => void this.#load(this.next)}>Show older ones</button>
      </p>`;
    return html`
      <ul class="card lines">${this.batches.map(line)}</ul>
      ${this.next ? older : nothing}`;
  }

  async #load(cursor?: string): Promise<void> {
    this.failure = undefined;
    try {
      const { body } = await ask('get', '/api/batches', { query: { limit: PAGE_BATCHES, ...(cursor && { cursor }) } });
      this.batches = [...(cursor ? (this.batches ?? []) : []), ...body.items];
      this.next = body.nextCursor ?? undefined;
    } catch (error) {
      this.failure = Failure.caught(error);
    }
  }
}

function line(batch: Batch): TemplateResult {
  const { id, counts, createdAt } = batch;
  const { label, tone } = stateOf(batch);
  const users = counts.total - counts.removed;
  const parts = [asMoment(createdAt), ...(users ? [count(users, 'user')] : []), ...leftOf(batch)];
  return html`
    <li>
      <a href="#/batches/${id}"><b>${nameOfBatch(batch)}</b><span class="subtle">${parts.join(', ')}</span></a>
      <span></span>
      ${badge(label, tone)}
    </li>`;
}

/** The list does not have the outcome of the invites of a batch, so only its own page calls it done. */
function stateOf(batch: Batch): { readonly label: string; readonly tone: Tone } {
  const { state } = batch;
  if (isOneOf<BatchState>(state, 'DONE') && leftOf(batch).length > 0) return { label: 'Partly done', tone: 'waiting' };
  return batchStates[state] ?? { label: inWords(state), tone: 'quiet' };
}

customElements.define('batch-upload-page', BatchUploadPage);
