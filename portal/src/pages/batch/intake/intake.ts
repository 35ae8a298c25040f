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
import { labels } from '../../../rules/forms';
import { forget, remembered } from './columns';
import { batchOfFile, batchOfRows, emptyRow } from './create';
import type { RowText } from './paste';
import './paste-box';

const EMPTY_ROWS = 5;

/** The ways into a batch: a workbook, cells or addresses pasted, or empty rows. All of them end in the same draft. */
export class BatchIntake extends LightElement {
  static override properties = {
    step: { state: true },
    wrong: { state: true },
    failure: { state: true },
    isOver: { state: true },
  };
  /** What is being done, in words, while something is. */
  declare step: string | undefined;
  /** What is wrong with what was chosen, in words. */
  declare wrong: string | undefined;
  declare failure: Failure | undefined;
  /** Whether a file hangs over the page. */
  declare isOver: boolean;
  #again: (() => void) | undefined;

  constructor() {
    super();
    this.isOver = false;
  }

  override render(): TemplateResult {
    const { step, wrong } = this;
    return html`
      <section class="card intake" aria-labelledby="intake-title">
        <div class="section-head">
          <h2 id="intake-title">Upload user list</h2>
          <button type="button" class="link" @click=${() => this.#template()}>Download excel template</button>
        </div>
        ${errorNotice(this.failure, this.#again && { retry: this.#again })}
        ${wrong ? html`<p class="notice bad" role="alert">${icon('alert')}<span>${wrong}</span></p>` : nothing}
        <div class="intake-ways">
          <div class="drop ${this.isOver ? 'over' : ''}" @dragover=${this.#over} @dragleave=${() => (this.isOver = false)} @drop=${this.#dropped}>
            ${icon('upload')}
            <p>Drop an .xlsx file here, or</p>
            <label class="button primary">Choose a file<input type="file" class="unseen" accept=".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
              aria-describedby="file-hint" @change=${this.#chosen} /></label>
            <p class="hint" id="file-hint">Up to ${numbers.format(officer.limits.batchRows)} users, at most ${Math.floor(officer.limits.uploadBytes / 1024 / 1024)} MB. Columns in any order.</p>
            ${this.#memory()}
          </div>
          <paste-box label="Or paste from Excel or from a mail" .onAdd=${(rows: readonly RowText[]) => this.#add(rows)}
            .beside=${html`<button type="button" class="button quiet" @click=${() => this.#empty()}>Type them in</button>`}></paste-box>
        </div>
        ${step ? html`<p class="step"><span class="spinner"></span><span role="status">${step}</span></p>` : nothing}
      </section>`;
  }

  /** What this browser knows of the officer's own titles, so that nobody wonders why a column is read as it is. */
  #memory(): TemplateResult | typeof nothing {
    const columns = remembered();
    if (columns.length === 0) return nothing;
    const said = columns.map(({ title, field }) => `“${title}” is ${labels[field!]}`);
    return html`<p class="hint">As you said before: ${said.join(', ')}. <button type="button" class="link" @click=${() => this.#forget()}>Forget this</button></p>`;
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

  #dropped(event: DragEvent): void {
    event.preventDefault();
    this.isOver = false;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 1) this.wrong = 'One file at a time, please.';
    else if (files[0]) this.#take(files[0]);
  }

  #chosen(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    // So that the same file, mended, can be chosen again.
    input.value = '';
    if (file) this.#take(file);
  }

  #take(file: File): void {
    this.wrong = wrongWith(file);
    if (!this.wrong) void this.#make(`Uploading ${file.name}…`, () => batchOfFile(file));
  }

  #add(rows: readonly RowText[]): void {
    const most = officer.limits.batchRows;
    this.wrong =
      rows.length > most
        ? `A batch holds at most ${count(most, 'user')}; these are ${numbers.format(rows.length)}. Paste them in parts.`
        : undefined;
    if (!this.wrong) void this.#make(`Checking ${count(rows.length, 'user')}…`, () => batchOfRows(rows));
  }

  #empty(): void {
    void this.#make('Making empty rows…', () => batchOfRows(Array.from({ length: EMPTY_ROWS }, emptyRow)));
  }

  async #make(step: string, make: () => Promise<string>): Promise<void> {
    if (this.step) return;
    Object.assign(this, { step, failure: undefined });
    announce(step);
    try {
      go(`/batches/${await make()}`);
    } catch (error) {
      this.failure = Failure.caught(error);
      this.#again = () => void this.#make(step, make);
      await this.updateComplete;
      this.querySelector<HTMLElement>('.notice.bad')?.focus();
    } finally {
      this.step = undefined;
    }
  }

  async #template(): Promise<void> {
    this.failure = undefined;
    try {
      await download('/api/template.xlsx', {}, 'TechBiz User Batch Upload.xlsx');
    } catch (error) {
      this.failure = Failure.caught(error);
      this.#again = () => void this.#template();
    }
  }
}

/** What can be said of a file before it is sent; the server reads it and has the last word. */
export function wrongWith({ name, size }: { readonly name: string; readonly size: number }): string | undefined {
  if (/\.(csv|tsv|txt)$/i.test(name)) return 'This is a text file. In Excel, save it as Excel Workbook (.xlsx).';
  if (!/\.xlsx$/i.test(name)) return 'This is not an Excel workbook. In Excel, save it as Excel Workbook (.xlsx).';
  if (size === 0) return 'This file is empty. Fill in the template first.';
  if (size > officer.limits.uploadBytes) return 'This file is too large. Split it into smaller files.';
  return undefined;
}

customElements.define('batch-intake', BatchIntake);
