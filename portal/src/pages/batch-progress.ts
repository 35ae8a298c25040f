import { html, nothing, type TemplateResult } from 'lit';
import type { Schemas } from '../api/client';
import { inWords, techpassTones } from '../messages/states';
import { asWait, count, numbers } from '../messages/time';
import { badge } from '../parts/badge';
import { icon } from '../parts/icon';

type Batch = Schemas['BatchBody'];

const GOING = new Set(['QUEUED', 'ACCEPTED', 'PROVISIONING', 'MAILING']);
const WORDS: Record<string, string> = { QUEUED: 'Waiting', PROVISIONING: 'Being made', MAILING: 'Mail on its way', ACCOUNT_CREATED: 'Account created', ONBOARDED: 'Signed in' };

export interface Progress {
  readonly total: number;
  readonly done: number;
  /** Invites by state, those that go on first. */
  readonly states: readonly (readonly [string, number])[];
  readonly isDone: boolean;
}

/** How many of a submitted batch need the officer: rows to fix that were not submitted, and invites that failed. */
const left = ({ counts, progress }: Batch): number => counts.needsFixing + (progress?.['FAILED'] ?? 0);

/** What became of a batch whose users are all worked on, in a sentence. */
export function outcomeText(batch: Batch): string {
  const { total } = progressOf(batch);
  const failed = batch.progress?.['FAILED'] ?? 0;
  const toFix = left(batch);
  const done = `${count(total - failed, 'user')} done`;
  return toFix ? `${done}, ${numbers.format(toFix)} to fix` : `All ${done}`;
}

/** How far a submitted batch is. */
export function progressOf({ state, counts, progress }: Batch): Progress {
  const states = Object.entries(progress ?? {}).sort(([a], [b]) => Number(GOING.has(b)) - Number(GOING.has(a)));
  const known = states.reduce((sum, [, n]) => sum + n, 0);
  const total = Math.max(known, counts.sent + (state === 'SUBMITTED' ? counts.ready : 0));
  const done = states.reduce((sum, [name, n]) => sum + (GOING.has(name) ? 0 : n), 0);
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
  return html`
    <section class="card progress" aria-labelledby="progress-title">
      <div class="section-head">
        <h2 id="progress-title" tabindex="-1">${isDone ? html`${left(batch) ? icon('info') : icon('done')} ${outcomeText(batch)}` : `${numbers.format(done)} of ${count(total, 'user')} done`}</h2>
        ${isDone ? nothing : html`<span class="subtle">${seconds === undefined ? 'Working out the time left…' : `About ${asWait(seconds)} left`}</span>`}
      </div>
      <progress max=${Math.max(total, 1)} value=${done} aria-label="Users done">${share}%</progress>
      <ul class="inline states">${states.map(([name, n]) => html`<li>${badge(WORDS[name] ?? inWords(name), techpassTones[name] ?? 'going')} <b>${numbers.format(n)}</b></li>`)}</ul>
      <p class="subtle">${isDone ? 'The results say what became of each user.' : 'This goes on by itself. You may close this page, and look again from any device.'}</p>
      <div class="actions">
        <a class="button" href="#/invites?batch=${batch.id}">Invite user status</a>
        <button type="button" class="button quiet" @click=${() => download()}>${icon('download')}Results</button>
        ${left(batch) || batch.counts.duplicate ? html`<button type="button" class="button quiet" @click=${() => download('failed')}>${icon('download')}Rows not invited</button>` : nothing}
      </div>
    </section>`;
}
