import { html, nothing, type TemplateResult } from 'lit';
import { Failure } from '../api/failure';
import { count, numbers } from '../messages/time';
import { errorNotice } from '../parts/error-notice';
import { LightElement } from '../parts/light-element';
import { officer } from '../shell/officer';
import { emptyRow } from './batch-making';
import type { RowText } from './batch-paste';
import type { BatchRows } from './batch-rows';
import type { PasteBox } from './paste-box';
import './paste-box';

/** More users for a list that is there already: pasted, or one to be typed in. */
export class BatchAdding extends LightElement {
  static override properties = { rows: { attribute: false }, text: { attribute: false }, wrong: { state: true }, isAdding: { state: true }, failure: { state: true } };
  declare rows: BatchRows;
  /** What was pasted over the list. */
  declare text: string | undefined;
  /** The rows that were added, or nothing when the officer thinks better of it. */
  declare onClose: (added?: readonly number[]) => void;
  declare wrong: string | undefined;
  declare isAdding: boolean;
  declare failure: Failure | undefined;

  protected override async firstUpdated(): Promise<void> {
    this.querySelector('dialog')!.showModal();
    await this.querySelector<PasteBox>('paste-box')!.updateComplete;
    this.querySelector<HTMLElement>('#paste')!.focus();
  }

  override render(): TemplateResult {
    return html`
      <dialog class="modal" aria-labelledby="adding-title" @close=${() => this.onClose()} @cancel=${(event: Event) => this.isAdding && event.preventDefault()}>
        <h2 id="adding-title">Add users</h2>
        ${errorNotice(this.failure)}
        ${this.wrong ? html`<p class="error" role="alert">${this.wrong}</p>` : nothing}
        ${this.isAdding ? html`<p class="step"><span class="spinner"></span><span role="status">Adding and checking…</span></p>` : nothing}
        <paste-box label="Paste from Excel or from a mail" .text=${this.text} .onAdd=${(rows: readonly RowText[]) => void this.#add(rows)}
          .beside=${html`<button type="button" class="button quiet" @click=${() => void this.#add([emptyRow()])}>Add an empty row</button>`}></paste-box>
        <div class="actions"><button type="button" class="button quiet" ?disabled=${this.isAdding} @click=${() => this.onClose()}>Cancel</button></div>
      </dialog>`;
  }

  async #add(rows: readonly RowText[]): Promise<void> {
    if (this.isAdding) return;
    const room = officer.limits.batchRows - (this.rows.counts?.total ?? 0);
    this.wrong = rows.length > room ? `A batch holds at most ${numbers.format(officer.limits.batchRows)} users: there is room for ${count(Math.max(room, 0), 'more', 'more')}.` : undefined;
    if (this.wrong) return;
    Object.assign(this, { isAdding: true, failure: undefined });
    try {
      this.onClose(await this.rows.add(rows));
    } catch (error) {
      this.failure = Failure.caught(error);
    } finally {
      this.isAdding = false;
    }
  }
}

customElements.define('batch-adding', BatchAdding);
