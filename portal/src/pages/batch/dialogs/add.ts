import { html, nothing, type TemplateResult } from 'lit';
import { Failure } from '../../../api/failure';
import { officer } from '../../../app/officer';
import { count, numbers } from '../../../messages/time';
import { errorNotice } from '../../../parts/error-notice';
import { LightElement } from '../../../parts/light-element';
import { emptyRow } from '../intake/create';
import type { RowText } from '../intake/paste';
import type { PasteBox } from '../intake/paste-box';
import { Addition } from '../rows/addition';
import type { BatchRows } from '../rows/rows';
import '../intake/paste-box';

/** More users for a list that is there already: pasted, or one to be typed in. */
export class BatchAdding extends LightElement {
  static override properties = {
    rows: { attribute: false },
    text: { attribute: false },
    wrong: { state: true },
    step: { state: true },
    addition: { state: true },
    failure: { state: true },
  };
  declare rows: BatchRows;
  /** What was pasted over the list. */
  declare text: string | undefined;
  /** The rows that were added, or nothing when the officer thinks better of it. */
  declare onClose: (added?: readonly number[]) => void;
  declare wrong: string | undefined;
  /** What is being done, in words, while something is. */
  declare step: string | undefined;
  /** What failed in the middle, to go on with. */
  declare addition: Addition | undefined;
  declare failure: Failure | undefined;

  protected override async firstUpdated(): Promise<void> {
    this.querySelector('dialog')!.showModal();
    await this.querySelector<PasteBox>('paste-box')!.updateComplete;
    this.querySelector<HTMLElement>('#paste')!.focus();
  }

  override render(): TemplateResult {
    const { step, addition } = this;
    return html`
      <dialog class="modal" aria-labelledby="adding-title" @close=${() => this.onClose(addition?.numbers)} @cancel=${(event: Event) => step && event.preventDefault()}>
        <h2 id="adding-title">Add users</h2>
        ${errorNotice(this.failure, { safe: addition && this.#soFar(addition) })}
        ${this.wrong ? html`<p class="error" role="alert">${this.wrong}</p>` : nothing}
        ${step ? html`<p class="step"><span class="spinner"></span><span role="status">${step}</span></p>` : nothing}
        ${
          addition
            ? this.#goingOn(addition)
            : html`
          <paste-box label="Paste from Excel or from a mail" .text=${this.text} .onAdd=${(rows: readonly RowText[]) => void this.#add(rows)}
            .beside=${html`<button type="button" class="button quiet" @click=${() => void this.#add([emptyRow()])}>Add an empty row</button>`}></paste-box>
          <div class="actions"><button type="button" class="button quiet" ?disabled=${Boolean(step)} @click=${() => this.onClose()}>Cancel</button></div>`
        }
      </dialog>`;
  }

  /** After a failure: the rest is sent, or those that were added are enough. */
  #goingOn(addition: Addition): TemplateResult {
    return html`
      <div class="actions">
        <button type="button" class="button primary" aria-disabled=${String(Boolean(this.step))} @click=${() => void this.#run(addition)}>
          ${addition.numbers.length ? `Add the other ${numbers.format(addition.left)}` : 'Try again'}</button>
        <button type="button" class="button quiet" ?disabled=${Boolean(this.step)} @click=${() => this.onClose(addition.numbers)}>Close</button>
      </div>`;
  }

  #soFar({ numbers: added, total, left }: Addition): string {
    return `${numbers.format(added.length)} of ${count(total, 'user')} added. Trying again adds the other ${numbers.format(left)}, and nobody twice.`;
  }

  async #add(rows: readonly RowText[]): Promise<void> {
    if (this.step) return;
    const room = officer.limits.batchRows - (this.rows.counts?.total ?? 0);
    this.wrong =
      rows.length > room
        ? `A batch holds at most ${numbers.format(officer.limits.batchRows)} users: there is room for ${count(Math.max(room, 0), 'more', 'more')}.`
        : undefined;
    if (this.wrong) return;
    await this.#run(new Addition(rows));
  }

  async #run(addition: Addition): Promise<void> {
    if (this.step) return;
    Object.assign(this, { step: 'Adding and checking…', failure: undefined });
    try {
      await this.rows.add(
        addition,
        (done) => (this.step = `${numbers.format(done)} of ${count(addition.total, 'user')} added…`),
      );
      this.onClose(addition.numbers);
    } catch (error) {
      Object.assign(this, { addition, failure: Failure.caught(error) });
      await this.updateComplete;
      this.querySelector<HTMLElement>('.notice.bad')?.focus();
    } finally {
      this.step = undefined;
    }
  }
}

customElements.define('batch-adding', BatchAdding);
