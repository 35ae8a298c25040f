import { html, nothing, type TemplateResult } from 'lit';
import { Failure } from '../../../api/failure';
import { officer } from '../../../app/officer';
import { count, numbers } from '../../../messages/time';
import { errorNotice } from '../../../parts/error-notice';
import { LightElement } from '../../../parts/light-element';
import type { Kind } from '../../../rules/forms';
import type { PasteBox } from '../intake/paste-box';
import { Addition } from '../rows/addition';
import { emptyRow, type RowText, rowsOfKind } from '../rows/new-rows';
import type { BatchRows } from '../rows/rows';
import '../intake/paste-box';

/** Adds users to a list: pasted, or an empty row to be typed into. */
export class BatchAdding extends LightElement {
  static override properties = {
    kind: { attribute: false },
    rows: { attribute: false },
    text: { attribute: false },
    fault: { state: true },
    step: { state: true },
    addition: { state: true },
    failure: { state: true },
  };
  /** What the rows become. */
  declare kind: Kind;
  declare rows: BatchRows;
  /** What was pasted over the list, to begin with. */
  declare text: string | undefined;
  /** With the row numbers of those that were added, unless the officer cancelled. */
  declare onClose: (added?: readonly number[]) => void;
  declare fault: string | undefined;
  /** What is being done, in words, while something is. */
  declare step: string | undefined;
  /** The addition that failed in the middle and can go on. */
  declare addition: Addition | undefined;
  declare failure: Failure | undefined;

  protected override async firstUpdated(): Promise<void> {
    this.querySelector('dialog')!.showModal();
    await this.querySelector<PasteBox>('paste-box')!.updateComplete;
    this.querySelector<HTMLElement>('#paste')!.focus();
  }

  override render(): TemplateResult {
    const { step, fault, addition } = this;
    const mayCancel = (event: Event) => {
      if (step) event.preventDefault();
    };
    return html`
      <dialog class="modal" aria-labelledby="adding-title"
        @close=${() => this.onClose(addition?.numbers)} @cancel=${mayCancel}>
        <h2 id="adding-title">Add users</h2>
        ${errorNotice(this.failure, { safe: addition && addedText(addition) })}
        ${fault ? html`<p class="error" role="alert">${fault}</p>` : nothing}
        ${step ? html`<p class="step"><span class="spinner"></span><span role="status">${step}</span></p>` : nothing}
        ${addition ? this.#afterFailure(addition) : this.#input()}
      </dialog>`;
  }

  #input(): TemplateResult {
    const isBusy = Boolean(this.step);
    const add = (rows: readonly RowText[]) => void this.#add(rows);
    const empty = html`
      <button type="button" class="button quiet" @click=${() => add([emptyRow(this.kind)])}>Add an empty row</button>`;
    return html`
      <paste-box label="Paste from Excel or from a mail" .text=${this.text} .onAdd=${add} .beside=${empty}></paste-box>
      <div class="actions">
        <button type="button" class="button quiet" ?disabled=${isBusy} @click=${() => this.onClose()}>Cancel</button>
      </div>`;
  }

  /** After a failure the officer adds the rest, or closes with those that were added. */
  #afterFailure(addition: Addition): TemplateResult {
    const isBusy = Boolean(this.step);
    const { numbers: added, left } = addition;
    return html`
      <div class="actions">
        <button type="button" class="button primary" aria-disabled=${String(isBusy)}
          @click=${() => void this.#run(addition)}>
          ${added.length ? `Add the other ${numbers.format(left)}` : 'Try again'}</button>
        <button type="button" class="button quiet" ?disabled=${isBusy}
          @click=${() => this.onClose(added)}>Close</button>
      </div>`;
  }

  async #add(rows: readonly RowText[]): Promise<void> {
    if (this.step) return;
    const { batchRows } = officer.limits;
    const room = Math.max(batchRows - (this.rows.counts?.total ?? 0), 0);
    this.fault =
      rows.length > room
        ? `A batch holds at most ${numbers.format(batchRows)} users: there is room for ${numbers.format(room)} more.`
        : undefined;
    if (this.fault) return;
    await this.#run(new Addition(rowsOfKind(this.kind, rows)));
  }

  async #run(addition: Addition): Promise<void> {
    if (this.step) return;
    Object.assign(this, { step: 'Adding and checking…', failure: undefined });
    try {
      await this.rows.add(addition, (done) => {
        this.step = `${numbers.format(done)} of ${count(addition.total, 'user')} added…`;
      });
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

function addedText({ numbers: added, total, left }: Addition): string {
  const done = `${numbers.format(added.length)} of ${count(total, 'user')} added.`;
  return `${done} Trying again adds the other ${numbers.format(left)}, and nobody twice.`;
}

customElements.define('batch-adding', BatchAdding);
