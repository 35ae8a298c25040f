import { html, type TemplateResult } from 'lit';
import { icon } from '../../parts/icon';

/** What ends a form. */
export function formActions(label: string, isSending: boolean, cancel = '/invite'): TemplateResult {
  return html`
    <div class="actions end">
      <button class="button primary" aria-disabled=${String(isSending)}>${isSending ? 'Submitting…' : label}</button>
      <a class="button quiet" href="#${cancel}">Cancel</a>
      <span class="shortcut subtle" aria-hidden="true"><kbd>Ctrl</kbd> + <kbd>Enter</kbd></span>
    </div>`;
}

/** Beside a form: what happens after it. */
export function formAside(steps: readonly string[], otherwise: TemplateResult): TemplateResult {
  return html`
    <aside class="form-aside" aria-label="What happens next">
      <h2>What happens next</h2>
      <ol class="steps">${steps.map((step) => html`<li>${step}</li>`)}</ol>
      <p class="hint-line">${icon('info')}<span>${otherwise}</span></p>
    </aside>`;
}
