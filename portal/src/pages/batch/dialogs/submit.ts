import { html, nothing, render, type TemplateResult } from 'lit';
import { count, numbers } from '../../../messages/time';
import { needsMending } from '../rows/causes';
import type { BatchRows } from '../rows/rows';

/** What the officer decides: to hand on what is ready, or to mend the rest first. */
export type Decision = 'send' | 'wait' | undefined;

/** Says what submitting will do, and asks how. */
export function askToSubmit(rows: BatchRows): Promise<Decision> {
  const dialog = document.createElement('dialog');
  dialog.className = 'modal';
  dialog.setAttribute('aria-labelledby', 'submit-title');
  render(question(rows, dialog), dialog);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve((dialog.returnValue || undefined) as Decision);
    }),
  );
}

function question(rows: BatchRows, dialog: HTMLDialogElement): TemplateResult {
  const { ready, duplicate } = rows.counts!;
  const seed = rows.all.filter(
    ({ state, values }) => state === 'READY' && /^\s*(y|yes|true|1)\s*$/i.test(values.seed),
  ).length;
  const rest = rows.all.filter(needsMending).length;
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
        <div><dt>Accounts to be made</dt><dd>${numbers.format(ready)}</dd></div>
        <div><dt>with SEED</dt><dd>${numbers.format(seed)}</dd></div>
        ${duplicate ? html`<div><dt>Left out</dt><dd>${numbers.format(duplicate)}</dd></div>` : nothing}
        ${rest ? html`<div><dt>To fix, not sent</dt><dd>${numbers.format(rest)}</dd></div>` : nothing}
      </dl>
      ${
        rest
          ? html`
        <fieldset class="field choices"><legend>${count(rest, 'user needs', 'users need')} fixing</legend><div class="radios">
          <label class="radio"><input type="radio" name="how" value="send" checked /><span>Send the ${numbers.format(ready)} that are ready now</span></label>
          <label class="radio"><input type="radio" name="how" value="wait" /><span>Wait, and fix the others first</span></label>
        </div></fieldset>`
          : nothing
      }
      <div class="actions">
        <button class="button primary" value="send">Continue</button>
        <button class="button quiet" value="">Cancel</button>
      </div>
    </form>`;
}
