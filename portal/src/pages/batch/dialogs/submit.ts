import { html, nothing, type TemplateResult } from 'lit';
import { count, numbers } from '../../../messages/time';
import { showModal } from '../../../parts/modal';
import type { Kind } from '../../../rules/forms';
import { seedAnswer } from '../../../rules/text';
import { isReady, needsFixing } from '../rows/row';
import type { BatchRows } from '../rows/rows';

/** What the officer decides: to submit what is ready, or to fix the rest first. */
export type Decision = 'send' | 'wait' | undefined;

/** Says what submitting will do, and asks whether to wait for the rest. Nothing, when the officer cancels. */
export async function askToSubmit(rows: BatchRows, kind: Kind): Promise<Decision> {
  const answer = await showModal('submit-title', (dialog) => question(rows, kind, dialog));
  return (answer || undefined) as Decision;
}

const EFFECT: Record<Kind, string> = {
  account: 'Accounts to be created',
  email: 'Invitations to be mailed',
};

function question(rows: BatchRows, kind: Kind, dialog: HTMLDialogElement): TemplateResult {
  const { ready, duplicate } = rows.counts!;
  const { all } = rows.list;
  const seed = all.filter((row) => isReady(row) && seedAnswer(row.values.seed) === 'yes').length;
  const rest = all.filter(needsFixing).length;
  const users = count(ready, 'user');
  const answer = (event: SubmitEvent) => {
    event.preventDefault();
    const wants = (event.submitter as HTMLButtonElement).value;
    dialog.close(wants && String(new FormData(event.target as HTMLFormElement).get('how') ?? wants));
  };
  return html`
    <form method="dialog" @submit=${answer}>
      <h2 id="submit-title">Submit ${users}?</h2>
      <dl class="tally">
        <div><dt>${EFFECT[kind]}</dt><dd>${numbers.format(ready)}</dd></div>
        <div><dt>with SEED</dt><dd>${numbers.format(seed)}</dd></div>
        ${duplicate ? html`<div><dt>Skipped</dt><dd>${numbers.format(duplicate)}</dd></div>` : nothing}
        ${rest ? html`<div><dt>To fix, not sent</dt><dd>${numbers.format(rest)}</dd></div>` : nothing}
      </dl>
      ${rest ? sendOrWait(ready, rest) : nothing}
      <div class="actions">
        <button class="button primary" value="send">Continue</button>
        <button class="button quiet" value="">Cancel</button>
      </div>
    </form>`;
}

function sendOrWait(ready: number, rest: number): TemplateResult {
  return html`
    <fieldset class="field"><legend>${count(rest, 'user needs', 'users need')} fixing</legend>
      <div class="radios">
        ${choice('send', `Send the ${numbers.format(ready)} that are ready now`)}
        ${choice('wait', 'Wait, and fix the others first')}
      </div>
    </fieldset>`;
}

function choice(value: 'send' | 'wait', text: string): TemplateResult {
  const input = html`<input type="radio" name="how" value=${value} ?checked=${value === 'send'} />`;
  return html`<label class="radio">${input}<span>${text}</span></label>`;
}
