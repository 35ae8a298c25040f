import { html, nothing, type TemplateResult } from 'lit';
import { download } from '../../../api/client';
import { Failure } from '../../../api/failure';
import { officer } from '../../../app/officer';
import { go } from '../../../app/router';
import { count, numbers } from '../../../messages/time';
import { errorNotice } from '../../../parts/error-notice';
import { icon } from '../../../parts/icon';
import { LightElement } from '../../../parts/light-element';
import { announce } from '../../../parts/live';
import { carry } from '../../forms/carried';
import { emptyRow, type RowText } from '../rows/new-rows';
import { columnLabels } from './columns';
import { batchOfFile, RowsBatch } from './create';
import { ACCEPTED, faultOf } from './file';
import { forget, remembered } from './memory';
import './paste-box';

const EMPTY_ROWS = 5;

/** The ways into a batch: a file, cells or addresses pasted, or empty rows. All of them end in the same draft. */
export class BatchIntake extends LightElement {
  static override properties = {
    step: { state: true },
    fault: { state: true },
    failure: { state: true },
    isOver: { state: true },
  };
  /** What is being done, in words, while something is. */
  declare step: string | undefined;
  /** What is wrong with what was chosen, in words. */
  declare fault: string | undefined;
  declare failure: Failure | undefined;
  /** Whether a file is dragged over the page. */
  declare isOver: boolean;
  #again: (() => void) | undefined;
  /** What was done before the failure, in words. */
  #safe: string | undefined;

  constructor() {
    super();
    this.isOver = false;
  }

  override render(): TemplateResult {
    const { step, fault } = this;
    const typeIn = html`
      <button type="button" class="button quiet" @click=${() => this.#addEmptyRows()}>Type them in</button>`;
    return html`
      <section class="card intake" aria-labelledby="intake-title">
        <div class="section-head">
          <h2 id="intake-title">Upload user list</h2>
          <button type="button" class="link" @click=${() => this.#downloadTemplate()}>Download excel template</button>
        </div>
        ${errorNotice(this.failure, { retry: this.#again, safe: this.#safe })}
        ${fault ? html`<p class="notice bad" role="alert">${icon('alert')}<span>${fault}</span></p>` : nothing}
        <div class="intake-ways">
          ${this.#dropPlace()}
          <paste-box label="Or paste from Excel or from a mail" .beside=${typeIn}
            .onAdd=${(rows: readonly RowText[]) => this.#add(rows)} .onByEmail=${byEmail}></paste-box>
        </div>
        ${step ? html`<p class="step"><span class="spinner"></span><span role="status">${step}</span></p>` : nothing}
      </section>`;
  }

  #dropPlace(): TemplateResult {
    const { batchRows, uploadBytes } = officer.limits;
    const limit = `Up to ${numbers.format(batchRows)} users, at most ${Math.floor(uploadBytes / 1024 / 1024)} MB.`;
    return html`
      <div class="drop ${this.isOver ? 'over' : ''}"
        @dragover=${this.#over} @dragleave=${() => this.#left()} @drop=${this.#dropped}>
        ${icon('upload')}
        <p>Drop an Excel, CSV or ODS file here, or</p>
        <label class="button primary">Choose a file<input type="file" class="unseen" accept=${ACCEPTED}
          aria-describedby="file-hint" @change=${this.#chosen} /></label>
        <p class="hint" id="file-hint">${limit} Columns in any order.</p>
        ${this.#rememberedColumns()}
      </div>`;
  }

  /** What this browser remembers of the officer's own titles, which explains why a column is read as it is. */
  #rememberedColumns(): TemplateResult | typeof nothing {
    const columns = remembered();
    if (columns.length === 0) return nothing;
    const said = columns.map(({ title, field }) => `“${title}” is ${field ? columnLabels[field] : 'left out'}`);
    const button = html`<button type="button" class="link" @click=${() => this.#forget()}>Forget this</button>`;
    return html`<p class="hint remembered">As you said before: ${said.join(', ')}. ${button}</p>`;
  }

  #forget(): void {
    forget();
    announce('Forgotten.');
    this.requestUpdate();
    this.querySelector<HTMLElement>('input[type=file]')!.focus();
  }

  #over(event: DragEvent): void {
    event.preventDefault();
    this.isOver = true;
  }

  #left(): void {
    this.isOver = false;
  }

  #dropped(event: DragEvent): void {
    event.preventDefault();
    this.isOver = false;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 1) this.fault = 'One file at a time, please.';
    else if (files[0]) this.#upload(files[0]);
  }

  #chosen(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    // So that the same file can be chosen again once it is fixed.
    input.value = '';
    if (file) this.#upload(file);
  }

  #upload(file: File): void {
    this.fault = faultOf(file, officer.limits.uploadBytes);
    if (!this.fault) void this.#create(`Uploading ${file.name}…`, () => batchOfFile(file));
  }

  #add(rows: readonly RowText[]): void {
    const { batchRows } = officer.limits;
    const limit = `A batch holds at most ${count(batchRows, 'user')}; these are ${numbers.format(rows.length)}.`;
    this.fault = rows.length > batchRows ? `${limit} Paste them in parts.` : undefined;
    if (!this.fault) this.#createOfRows(`Checking ${count(rows.length, 'user')}…`, rows);
  }

  #addEmptyRows(): void {
    this.#createOfRows(
      'Adding empty rows…',
      Array.from({ length: EMPTY_ROWS }, () => emptyRow('account')),
    );
  }

  #createOfRows(step: string, rows: readonly RowText[]): void {
    const batch = new RowsBatch(rows);
    void this.#create(step, () =>
      batch.create((done) => {
        const total = count(batch.total, 'user');
        this.step = `${numbers.format(done)} of ${total} added…`;
        this.#safe = `${numbers.format(done)} of ${total} added. Trying again adds the others, and nobody twice.`;
      }),
    );
  }

  /** `create` gives the id of the batch; after a failure it is called again. */
  async #create(step: string, create: () => Promise<string>): Promise<void> {
    if (this.step) return;
    Object.assign(this, { step, failure: undefined });
    announce(step);
    try {
      go(`/batches/${await create()}`);
    } catch (error) {
      this.failure = Failure.caught(error);
      this.#again = () => void this.#create(step, create);
      await this.updateComplete;
      this.querySelector<HTMLElement>('.notice.bad')?.focus();
    } finally {
      this.step = undefined;
    }
  }

  async #downloadTemplate(): Promise<void> {
    this.failure = undefined;
    this.#safe = undefined;
    try {
      await download('/api/template.xlsx', {}, 'TechBiz User Batch Upload.xlsx');
    } catch (error) {
      this.failure = Failure.caught(error);
      this.#again = () => void this.#downloadTemplate();
    }
  }
}

function byEmail(addresses: string): void {
  carry({ addresses });
  go('/invite/email/many');
}

customElements.define('batch-intake', BatchIntake);
