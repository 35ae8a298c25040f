import { html, nothing, type TemplateResult } from 'lit';
import type { Schemas } from '../../api/client';
import { events, inWords, techpassTones } from '../../messages/states';
import { asWait, count, numbers } from '../../messages/time';
import { badge } from '../../parts/badge';
import { icon } from '../../parts/icon';

type Batch = Schemas['BatchBody'];

const GOING = new Set(['QUEUED', 'ACCEPTED', 'PROVISIONING', 'MAILING']);
/** What an invite ends in that somebody has to do something about. */
const UNDONE = new Set(['FAILED', 'EXPIRED', 'NEEDS_ATTENTION']);
const WORDS: Record<string, string> = { ...events, QUEUED: 'Waiting', MAILING: 'Mail on its way' };

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
  const { FAILED = 0, EXPIRED = 0, NEEDS_ATTENTION = 0 } = progress ?? {};
  const left: [number, string][] = [
    [counts.needsFixing + FAILED, 'to fix'],
    // Rows that were fixed after a submission wait for the next one.
    [['DISPATCHED', 'DONE'].includes(state) ? counts.ready : 0, 'not submitted'],
    [NEEDS_ATTENTION, NEEDS_ATTENTION === 1 ? 'needs attention' : 'need attention'],
    [EXPIRED, 'expired'],
    // A batch is not waited for without end, so it may be over before its invites are.
    [state === 'DONE' ? sumOf(progress, (name) => GOING.has(name)) : 0, 'in progress'],
  ];
  return left.flatMap(([n, words]) => (n ? [`${numbers.format(n)} ${words}`] : []));
}

const sumOf = (progress: Batch['progress'], counts: (name: string) => boolean): number =>
  Object.entries(progress ?? {}).reduce((sum, [name, n]) => sum + (counts(name) ? n : 0), 0);

/** Whether nothing of a batch goes on, and nothing is left to fix, to submit or to check. */
export const isFinished = (batch: Batch): boolean => progressOf(batch).isDone && leftOf(batch).length === 0;

/** What became of a batch whose users are all worked on, in a sentence. */
export function outcomeText(batch: Batch): string {
  const left = sumOf(batch.progress, (name) => GOING.has(name) || UNDONE.has(name));
  const done = `${count(progressOf(batch).total - left, 'user')} done`;
  return leftOf(batch).length === 0 ? `All ${done}` : [done, ...leftOf(batch)].join(', ');
}

/** How far a submitted batch is. */
export function progressOf({ state, counts, progress }: Batch): Progress {
  const states = Object.entries(progress ?? {}).sort(([a], [b]) => Number(GOING.has(b)) - Number(GOING.has(a)));
  const known = sumOf(progress, () => true);
  const total = Math.max(known, counts.sent + (state === 'SUBMITTED' ? counts.ready : 0));
  const done = sumOf(progress, (name) => !GOING.has(name));
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
  const title = isDone
    ? html`${icon(isFinished(batch) ? 'done' : 'info')} ${outcomeText(batch)}`
    : `${numbers.format(done)} of ${count(total, 'user')} processed`;
  const { needsFixing, duplicate } = batch.counts;
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
        ${
          needsFixing || duplicate || batch.progress?.FAILED
            ? html`<button type="button" class="button quiet"
          @click=${() => download('failed')}>${icon('download')}Rows not invited</button>`
            : nothing
        }
      </div>
    </section>`;
}
