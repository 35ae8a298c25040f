import { html, nothing, type TemplateResult } from 'lit';
import type { Schemas } from '../../api/client';
import type { ProgressState } from '../../api/states';
import { eventText, techpassTones } from '../../messages/states';
import { asTime, count, numbers } from '../../messages/time';
import { badge } from '../../parts/badge';
import { icon } from '../../parts/icon';
import type { Pace } from './pace';
import { invitesOf, isFinished, outcomeText, progressOf } from './progress';

type Batch = Schemas['BatchBody'];

const WORDS: Record<string, string> = {
  QUEUED: 'Waiting',
  MAILING: 'Mail on its way',
} satisfies Partial<Record<ProgressState, string>>;

/** How many users of a submitted batch are processed, and what there is to do next. */
export function progressCard(batch: Batch, pace: Pace, download: (only?: 'failed') => void): TemplateResult {
  const { total, done, states, isDone } = progressOf(batch);
  const share = total ? Math.floor((100 * done) / total) : 0;
  const { needsFixing, duplicate } = batch.counts;
  const hasRest = needsFixing || duplicate || invitesOf(batch, 'FAILED');
  const now = Date.now();
  return html`
    <section class="card progress" aria-labelledby="progress-title">
      <div class="section-head">
        <h2 id="progress-title" class=${isFinished(batch) ? 'finished' : ''} tabindex="-1">${title(batch)}</h2>
        ${isDone ? nothing : html`<span class="subtle">${untilText(batch, pace.left(total, now), now)}</span>`}
      </div>
      <progress max=${Math.max(total, 1)} value=${done} aria-label="Users processed">${share}%</progress>
      <ul class="inline">${states.map(stateLine)}</ul>
      <p class="subtle">${
        isDone
          ? 'The results say what became of each user.'
          : 'This goes on by itself. You may close this page, and look again from any device.'
      }</p>
      <div class="actions">
        <a class="button" href="#/invites?batch=${batch.id}">Invite user status</a>
        ${downloadButton('Results', () => download())}
        ${hasRest ? downloadButton('Rows not invited', () => download('failed')) : nothing}
      </div>
    </section>`;
}

function title(batch: Batch): TemplateResult | string {
  const { total, done, isDone } = progressOf(batch);
  return isDone
    ? html`${icon(isFinished(batch) ? 'done' : 'info')} ${outcomeText(batch)}`
    : `${numbers.format(done)} of ${count(total, 'user')} processed`;
}

/** Until when the work goes on, or why it does not. */
export function untilText(batch: Batch, secondsLeft: number | undefined, now: number): string {
  const { mailHold } = batch;
  if (mailHold?.state === 'STOPPED') return 'All mail is stopped';
  if (mailHold) return `No mails go out until about ${asTime(mailHold.until)}`;
  if (secondsLeft === undefined) return 'Working out the time…';
  const what = invitesOf(batch, 'MAILING') ? 'Mails go out' : 'Goes on';
  return `${what} until about ${asTime(new Date(now + 1000 * secondsLeft))}`;
}

function stateLine([state, n]: readonly [string, number]): TemplateResult {
  const label = badge(WORDS[state] ?? eventText(state), techpassTones[state] ?? 'going');
  return html`<li>${label} <b>${numbers.format(n)}</b></li>`;
}

function downloadButton(text: string, download: () => void): TemplateResult {
  return html`
    <button type="button" class="button quiet" @click=${download}>${icon('download')}${text}</button>`;
}
