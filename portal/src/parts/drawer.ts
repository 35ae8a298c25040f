import { html, type TemplateResult } from 'lit';
import { icon } from './icon';

/** A dialog at the side of the page. `onClose` is called once it is closed, by its button or by a key. */
export function drawer(title: string, onClose: () => void, content: TemplateResult): TemplateResult {
  const close = ({ currentTarget }: Event) => (currentTarget as HTMLElement).closest('dialog')!.close();
  return html`
    <dialog class="drawer" aria-labelledby="details-title" @close=${onClose}>
      <div class="drawer-head">
        <h2 id="details-title" tabindex="-1">${title}</h2>
        <button type="button" class="icon-button" aria-label="Close" @click=${close}>${icon('close')}</button>
      </div>
      ${content}
    </dialog>`;
}
