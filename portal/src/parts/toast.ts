import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icon';

export interface Toast {
  readonly text: string;
  readonly undo?: (() => void) | undefined;
}

/** What was just done, with a way to undo it. It stays until something else is done or it is dismissed. */
export function toast(shown: Toast | undefined, dismiss: () => void): TemplateResult {
  return html`
    <div class="toast-place" role="status">
      ${shown ? content(shown, dismiss) : nothing}
    </div>`;
}

function content({ text, undo }: Toast, dismiss: () => void): TemplateResult {
  return html`
    <div class="toast">
      <span>${text}</span>
      ${undo ? html`<button type="button" class="link" @click=${undo}>Undo</button>` : nothing}
      <button type="button" class="icon-button" aria-label="Dismiss" @click=${dismiss}>${icon('close')}</button>
    </div>`;
}
