import { html, nothing, type TemplateResult } from 'lit';
import type { Schemas } from '../api/client';
import { inWords, techpassTones } from '../messages/states';
import { asWait, count, numbers } from '../messages/time';
import { badge } from '../parts/badge';
import { icon } from '../parts/icon';

type Batch = Schemas['BatchBody'];

const GOING = new Set(['QUEUED', 'ACCEPTED', 'PROVISIONING', 'MAILING']);
const WORDS: Record<string, string> = { QUEUED: 'Waiting', PROVISIONING: 'Being created', MAILING: 'Mail on its way', ACCOUNT_CREATED: 'Account created', ONBOARDED: 'Signed in' };

export interface Progress {
  readonly total: number;
  /** Users that nothing goes on with any more, whatever became of them. */
  readonly done: number;
  /** Invites by state, those that go on first. */
  readonly states: readonly (readonly [string, number])[];
  readonly isDone: boolean;
}

/** What is left of a batch, each with its number: rows to fix and to submit, and invites that need somebody. */
export function leftOf({ state, counts, progress }: Batch): string[] {
  const isOver = state === 'DONE';
  const isSubmitted = isOver || state === 'DISPATCHED';
  const { needsAttention, going, ...invites } = leftAmong(progress);
  const left: [number, string][] = [
    [counts.needsFixing + invites.failed, 'to fix'],
    // Rows that were fixed after a submission wait for the next one.
    [isSubmitted ? counts.ready : 0, 'not submitted'],
    [needsAttention, needsAttention === 1 ? 'needs attention' : 'need attention'],
    [invites.expired, 'expired'],
    // A batch is not waited for without end, so it may be over before its invites are.
    [isOver ? going : 0, 'in progress'],
  ];
  return left.flatMap(([n, words]) => (n ? [`${numbers.format(n)} ${words}`] : []));
}

/** How many invites of a batch are not done, by what they need. */
function leftAmong(progress: Batch['progress']) {
  const { FAILED: failed = 0, EXPIRED: expired = 0, NEEDS_ATTENTION: needsAttention = 0 } = progress ?? {};
  const going = Object.entries(progress ?? {}).reduce((sum, [name, n]) => sum + (GOING.has(name) ? n : 0), 0);
  return { failed, expired, needsAttention, going };
}

/** Whether nothing of a batch goes on, and nothing is left to fix, to submit or to check. */
export const isFinished = (batch: Batch): boolean => progressOf(batch).isDone && leftOf(batch).length === 0;

/** What became of a batch whose users are all worked on, in a sentence. */
export function outcomeText(batch: Batch): string {
  const { failed, expired, needsAttention, going } = leftAmong(batch.progress);
  const done = `${count(progressOf(batch).total - failed - expired - needsAttention - going, 'user')} done`;
  return isFinished(batch) ? `All ${done}` : [done, ...leftOf(batch)].join(', ');
}

/** How far a submitted batch is. */
export function progressOf({ state, counts, progress }: Batch): Progress {
  const states = Object.entries(progress ?? {}).sort(([a], [b]) => Number(GOING.has(b)) - Number(GOING.has(a)));
  const known = states.reduce((sum, [, n]) => sum + n, 0);
  const total = Math.max(known, counts.sent + (state === 'SUBMITTED' ? counts.ready : 0));
  const done = known - leftAmong(progress).going;
  return { total, done, states, isDone: state === 'DONE' || (state === 'DISPATCHED' && total > 0 && done === total) };
}

/** When a run will be over, from how it went while this page looked. */
export class Pace {
  #samples: { at: number; done: number }[] = [];

  add(done: number, at: number): void {
    if (this.#samples.at(-1)?.done !== done) this.#samples = [...this.#samples.slice(-9), { at, done }];
  }

  /** Seconds until `total` are done; unknown until it was seen to move. */
  left(total: number, now: number): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.done === first.done) return undefined;
    const perMs = (last.done - first.done) / (last.at - first.at);
    return Math.max(0, (total - last.done) / perMs - (now - last.at)) / 1000;
  }
}

export function progressCard(batch: Batch, pace: Pace, download: (only?: 'failed') => void): TemplateResult {
  const { total, done, states, isDone } = progressOf(batch);
  const seconds = pace.left(total, Date.now());
  const share = total ? Math.floor((100 * done) / total) : 0;
  const title = isDone ? html`${icon(isFinished(batch) ? 'done' : 'info')} ${outcomeText(batch)}`
    : `${numbers.format(done)} of ${count(total, 'user')} processed`;
  const isAnyoneLeftOut = batch.counts.needsFixing + batch.counts.duplicate + leftAmong(batch.progress).failed > 0;
  return html`
    <section class="card progress" aria-labelledby="progress-title">
      <div class="section-head">
        <h2 id="progress-title" class=${isFinished(batch) ? 'finished' : ''} tabindex="-1">${title}</h2>
        ${isDone ? nothing : html`<span class="subtle">${seconds === undefined ? 'Working out the time left…' : `About ${asWait(seconds)} left`}</span>`}
      </div>
      <progress max=${Math.max(total, 1)} value=${done} aria-label="Users processed">${share}%</progress>
      <ul class="inline states">${states.map(([name, n]) => html`<li>${badge(WORDS[name] ?? inWords(name), techpassTones[name] ?? 'going')} <b>${numbers.format(n)}</b></li>`)}</ul>
      <p class="subtle">${isDone ? 'The results say what became of each user.' : 'This goes on by itself. You may close this page, and look again from any device.'}</p>
      <div class="actions">
        <a class="button" href="#/invites?batch=${batch.id}">Invite user status</a>
        <button type="button" class="button quiet" @click=${() => download()}>${icon('download')}Results</button>
        ${isAnyoneLeftOut ? html`<button type="button" class="button quiet" @click=${() => download('failed')}>${icon('download')}Rows not invited</button>` : nothing}
      </div>
    </section>`;
}
