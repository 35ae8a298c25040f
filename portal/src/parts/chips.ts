import { html, type TemplateResult } from 'lit';

export interface Chip {
  readonly value: string;
  readonly label: string;
}

/** A choice among filters, of which one is in force. */
export function chips(
  label: string,
  of: readonly Chip[],
  chosen: string,
  choose: (value: string) => void,
): TemplateResult {
  return html`
    <div class="chips" role="group" aria-label=${label}>
      ${of.map(
        ({ value, label: words }) => html`
        <button type="button" class="chip" aria-pressed=${String(value === chosen)} @click=${() => choose(value)}>${words}</button>`,
      )}
    </div>`;
}
