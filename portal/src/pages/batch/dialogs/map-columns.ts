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
    isTold: { state: true },
    isReading: { state: true },
    failure: { state: true },
  };
  declare titles: readonly Title[];
  /** The file, unless this page was loaded since it was chosen. */
  declare file: File | undefined;
  declare onClose: () => void;
  /** It is being read again, as another batch. */
  declare onRead: (batch: string) => void;
  declare columns: readonly Column[];
  /** Whether to say what is wrong. */
  declare isTold: boolean;
  declare isReading: boolean;
  declare failure: Failure | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    Object.assign(this, { columns: guessOf(this.titles), isTold: false, isReading: false });
  }

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
    const { missing } = judge(this.columns);
    const unsure = missing.length ? this.columns.find(({ field }) => !field) : undefined;
    this.querySelector<HTMLElement>(`#column-${unsure?.column ?? this.columns[0]?.column}`)?.focus();
  }

  override render(): TemplateResult {
    const verdict = judge(this.columns);
    return html`
      <dialog class="modal mapping" aria-labelledby="mapping-title" @close=${() => this.onClose()}>
        <form novalidate @submit=${(event: Event) => {
          event.preventDefault();
          void this.#read(this.file);
        }}>
          <h2 id="mapping-title">Which column holds what?</h2>
          <p>Not all titles of this file were understood. Say what each column holds, and the file is read again.</p>
          ${errorNotice(this.failure)}
          ${verdict.missing.length ? html`<p class="notice ${this.isTold ? 'bad' : 'warn'}" role="status"><span>Not found yet: <b>${verdict.missing.map((field) => labels[field]).join(', ')}</b></span></p>` : nothing}
          <ul class="columns">${this.columns.map((column) => this.#column(column, verdict))}</ul>
          <p class="hint">${isUntitled(this.titles) ? 'These look like the details of a person. If the file has no titles, cancel, put the titles of the template above the list, and upload it again.' : 'What you say here is remembered in this browser for your next files.'}</p>
          <div class="actions">
            ${
              this.file
                ? html`<button class="button primary" aria-disabled=${String(this.isReading)}>${this.isReading ? 'Reading…' : 'Read the file again'}</button>`
                : html`<label class="button primary">Choose the file again<input type="file" class="unseen" accept=".xlsx" @click=${this.#mayChoose} @change=${this.#chosen} /></label>`
            }
            <button type="button" class="button quiet" @click=${() => this.querySelector('dialog')!.close()}>Cancel</button>
          </div>
        </form>
      </dialog>`;
  }

  #column({ column, title, field }: Column, { twice }: Verdict): TemplateResult {
    const [id, isTwice] = [`column-${column}`, field !== null && twice.has(field)];
    return html`
      <li class="field">
        <label for=${id}><span class="subtle">Column ${letterOf(column)}</span> ${title}</label>
        <select id=${id} aria-invalid=${isTwice ? 'true' : nothing} aria-describedby=${isTwice ? `${id}-error` : nothing} @change=${(event: Event) => this.#say(column, (event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${field === null}>Leave this column out</option>
          ${FIELDS.map(([name, label]) => html`<option value=${name} ?selected=${name === field}>${label}</option>`)}
        </select>
        ${isTwice ? html`<p class="error" id="${id}-error">Another column holds this too. Leave one of them out.</p>` : nothing}
      </li>`;
  }

  #say(column: number, field: string): void {
    this.columns = this.columns.map((each) =>
      each.column === column ? { ...each, field: (field || null) as AccountField | null } : each,
    );
  }

  /** Whether all that a file needs was found; says what was not, and leads there. */
  #isWhole(): boolean {
    const { missing, twice } = judge(this.columns);
    this.isTold = true;
    const wrong = this.columns.find(({ field }) => (field ? twice.has(field) : missing.length > 0));
    if (missing.length === 0 && twice.size === 0) return true;
    this.querySelector<HTMLElement>(`#column-${wrong?.column ?? this.columns[0]?.column}`)?.focus();
    return false;
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
