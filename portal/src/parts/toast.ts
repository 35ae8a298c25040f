import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icon';

export interface Toast {
  readonly said: string;
  readonly undo?: (() => void) | undefined;
}

/** What was just done, with a way to take it back. It stays until something else is done or it is dismissed. */
export function toast(shown: Toast | undefined, dismiss: () => void): TemplateResult {
  return html`
    <div class="toast-place" role="status">
      ${
        shown
          ? html`
        <div class="toast">
          <span>${shown.said}</span>
          ${shown.undo ? html`<button type="button" class="link" @click=${shown.undo}>Undo</button>` : nothing}
          <button type="button" class="icon-button" aria-label="Dismiss" @click=${dismiss}>${icon('close')}</button>
        </div>`
          : nothing
      }
    </div>`;
}
