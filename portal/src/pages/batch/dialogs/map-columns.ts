import { html, nothing, type TemplateResult } from 'lit';
import { Failure } from '../../../api/failure';
import { errorNotice } from '../../../parts/error-notice';
import { LightElement } from '../../../parts/light-element';
import { type AccountField, labels } from '../../../rules/forms';
import {
  type Column,
  guessOf,
  isUntitled,
  judge,
  letterOf,
  remember,
  type Title,
  type Verdict,
} from '../intake/columns';
import { batchOfFile } from '../intake/create';

const FIELDS = Object.entries(labels) as [AccountField, string][];

/** Asks what each column of a file holds whose titles were not understood, and reads the file again. */
export class BatchMapping extends LightElement {
  static override properties = {
    titles: { attribute: false },
    file: { attribute: false },
    columns: { state: true },
    showsFaults: { state: true },
    isReading: { state: true },
    failure: { state: true },
  };
  declare titles: readonly Title[];
  /** The file, unless this page was loaded since it was chosen. */
  declare file: File | undefined;
  declare onClose: () => void;
  /** The file is being read again, as another batch. */
  declare onRead: (batchId: string) => void;
  declare columns: readonly Column[];
  declare showsFaults: boolean;
  declare isReading: boolean;
  declare failure: Failure | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    Object.assign(this, { columns: guessOf(this.titles), showsFaults: false, isReading: false });
  }

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
    const { missing } = judge(this.columns);
    const unsure = missing.length ? this.columns.find(({ field }) => !field) : undefined;
    this.querySelector<HTMLElement>(`#column-${unsure?.column ?? this.columns[0]?.column}`)?.focus();
  }

  override render(): TemplateResult {
    const verdict = judge(this.columns);
    const hint = isUntitled(this.titles)
      ? 'These look like the details of a person. If the file has no titles, cancel, put the titles of the template ' +
        'above the list, and upload it again.'
      : 'What you say here is remembered in this browser for your next files.';
    const submit = (event: Event) => {
      event.preventDefault();
      void this.#read(this.file);
    };
    return html`
      <dialog class="modal mapping" aria-labelledby="mapping-title" @close=${() => this.onClose()}>
        <form novalidate @submit=${submit}>
          <h2 id="mapping-title">Which column holds what?</h2>
          <p>Not all titles of this file were understood. Say what each column holds, and the file is read again.</p>
          ${errorNotice(this.failure)}
          ${this.#missing(verdict)}
          <ul class="columns">${this.columns.map((column) => this.#column(column, verdict))}</ul>
          <p class="hint">${hint}</p>
          <div class="actions">
            ${this.file ? this.#readButton() : this.#fileButton()}
            <button type="button" class="button quiet" @click=${() => this.#close()}>Cancel</button>
          </div>
        </form>
      </dialog>`;
  }

  #missing({ missing }: Verdict): TemplateResult | typeof nothing {
    if (missing.length === 0) return nothing;
    const titles = missing.map((field) => labels[field]).join(', ');
    const tone = this.showsFaults ? 'bad' : 'warn';
    return html`<p class="notice ${tone}" role="status"><span>Not found yet: <b>${titles}</b></span></p>`;
  }

  #readButton(): TemplateResult {
    const { isReading } = this;
    return html`
      <button class="button primary" aria-disabled=${String(isReading)}>
        ${isReading ? 'Reading…' : 'Read the file again'}</button>`;
  }

  #fileButton(): TemplateResult {
    return html`
      <label class="button primary">Choose the file again<input type="file" class="unseen" accept=".xlsx"
        @click=${this.#mayChoose} @change=${this.#chosen} /></label>`;
  }

  #column({ column, title, field }: Column, { twice }: Verdict): TemplateResult {
    const id = `column-${column}`;
    const isTwice = field !== null && twice.has(field);
    const error = html`<p class="error" id="${id}-error">Another column holds this too. Skip one of them.</p>`;
    const choose = (event: Event) => this.#map(column, (event.target as HTMLSelectElement).value);
    return html`
      <li class="field">
        <label for=${id}><span class="subtle">Column ${letterOf(column)}</span> ${title}</label>
        <select id=${id} aria-invalid=${isTwice ? 'true' : nothing}
          aria-describedby=${isTwice ? `${id}-error` : nothing} @change=${choose}>
          <option value="" ?selected=${field === null}>Skip this column</option>
          ${FIELDS.map(([name, label]) => html`<option value=${name} ?selected=${name === field}>${label}</option>`)}
        </select>
        ${isTwice ? error : nothing}
      </li>`;
  }

  #map(column: number, field: string): void {
    this.columns = this.columns.map((each) =>
      each.column === column ? { ...each, field: (field || null) as AccountField | null } : each,
    );
  }

  /** Whether all that a file needs was found; shows what was not, and moves the focus there. */
  #isWhole(): boolean {
    const { missing, twice } = judge(this.columns);
    this.showsFaults = true;
    const wrong = this.columns.find(({ field }) => (field ? twice.has(field) : missing.length > 0));
    if (missing.length === 0 && twice.size === 0) return true;
    this.querySelector<HTMLElement>(`#column-${wrong?.column ?? this.columns[0]?.column}`)?.focus();
    return false;
  }

  #close(): void {
    this.querySelector('dialog')!.close();
  }

  #mayChoose(event: Event): void {
    if (!this.#isWhole()) event.preventDefault();
  }

  #chosen(event: Event): void {
    void this.#read((event.target as HTMLInputElement).files?.[0]);
  }

  async #read(file: File | undefined): Promise<void> {
    if (!file || this.isReading || !this.#isWhole()) return;
    Object.assign(this, { isReading: true, failure: undefined });
    try {
      remember(this.columns, this.titles);
      this.onRead(await batchOfFile(file, this.columns));
    } catch (error) {
      this.failure = Failure.caught(error);
    } finally {
      this.isReading = false;
    }
  }
}

customElements.define('batch-mapping', BatchMapping);
