import { html, type TemplateResult } from 'lit';
import { Failure } from '../../api/failure';
import { problemText } from '../../messages/problems';
import { count, numbers } from '../../messages/time';
import { confirm } from '../../parts/confirm';
import { mishapOf, supportMail, traceLine } from '../../parts/error-notice';
import { icon } from '../../parts/icon';
import { announce } from '../../parts/live';
import { RetryTimer } from './retry-timer';
import type { PendingState } from './rows/pending';
import type { BatchRows } from './rows/rows';

/** When what could not be saved is sent again by itself, by the reason why it could not. */
const NEXT_RETRY: Record<string, string> = {
  offline: 'when you are online again',
  unauthorized: 'when you have signed in again',
};

/** What was typed into cells and could not be saved: it is sent again by itself or by the officer, or discarded. */
export class UnsavedChanges {
  readonly #rows: BatchRows;
  readonly #onEnd: () => void;
  /** Why the last one could not be saved. */
  #failure: Failure | undefined;
  #isStopped = false;
  readonly #timer = new RetryTimer(() => void this.retryFailed());

  /** `onEnd` follows each attempt to save or discard them all. */
  constructor(rows: BatchRows, onEnd: () => void) {
    this.#rows = rows;
    this.#onEnd = onEnd;
  }

  /** A change stays in its cell. When there was no answer, the next attempt may succeed, and no event says when. */
  keep(error: unknown): void {
    this.#failure = Failure.caught(error);
    if (this.#failure.slug === 'no-answer' && !this.#isStopped) this.#timer.plan();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer.reset();
  }

  /** Sends again what failed. What was changed elsewhere meanwhile waits for the officer. */
  retryFailed(): Promise<void> {
    return this.#send(['not-saved']);
  }

  /** Sends all again for the officer. What fails again is sent by itself as often as the first time. */
  retry(): Promise<void> {
    this.#timer.reset();
    return this.#send();
  }

  async #send(states?: readonly PendingState[]): Promise<void> {
    if (this.#rows.pending.typed === 0) this.#timer.reset();
    if (this.#rows.pending.unsaved === 0) return;
    try {
      const isSaved = await this.#rows.retry(states);
      if (isSaved && this.#rows.pending.unsaved === 0) announce('All changes are saved.');
    } catch (error) {
      this.keep(error);
    }
    if (this.#rows.pending.typed === 0) this.#timer.reset();
    this.#onEnd();
  }

  discard(): void {
    this.#rows.discard();
    this.#timer.reset();
    announce('Discarded. The list shows what is saved.');
    this.#onEnd();
  }

  /** Asks before changes are lost that the server does not have. `true` when the officer leaves. */
  async mayLeave(): Promise<boolean> {
    const n = this.#rows.pending.typed;
    if (n === 0) return true;
    return confirm({
      title: notSaved(n),
      text:
        n === 1
          ? 'It is lost when you leave this page. Stay to save or discard it.'
          : 'They are lost when you leave this page. Stay to save or discard them.',
      action: `Leave and lose ${count(n, 'change')}`,
      tone: 'danger',
      cancel: 'Stay',
    });
  }

  /** Says that there are such changes, and what to do. Nothing, while there are none. */
  notice(): TemplateResult | undefined {
    const n = this.#rows.pending.unsaved;
    if (n === 0 || !this.#failure) return undefined;
    const { slug, traceId } = this.#failure;
    const stay = n === 1 ? 'It stays in its cell' : 'They stay in their cells';
    return html`
      <section class="notice bad unsaved" role="alert" tabindex="-1">${icon('alert')}<div>
        <h2>${notSaved(n)}</h2>
        <p>${problemText(slug).what} ${stay}, marked, while this page is open. ${this.#nextRetry(slug, n)}</p>
        ${traceId ? traceLine(traceId) : ''}
        <p class="ways">
          <button type="button" class="button small" @click=${() => void this.retry()}>Retry</button>
          <button type="button" class="button quiet small" @click=${() => this.discard()}>Discard</button>
          <a href=${supportMail(mishapOf(this.#failure))}>Email support</a>
        </p>
      </div></section>`;
  }

  #nextRetry(slug: string, n: number): string {
    const when = NEXT_RETRY[slug] ?? (this.#timer.isPlanned ? 'by itself within a minute' : undefined);
    if (when) return `${n === 1 ? 'It is' : 'They are'} sent again ${when}.`;
    return `Retry sends ${n === 1 ? 'it' : 'them'} again.`;
  }
}

function notSaved(n: number): string {
  return `${n === 1 ? 'One change is' : `${numbers.format(n)} changes are`} not saved`;
}
