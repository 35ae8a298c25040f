import { html, nothing, type TemplateResult } from 'lit';
import { download } from '../api/client';
import { Failure } from '../api/failure';
import { count, numbers } from '../messages/time';
import { errorNotice } from '../parts/error-notice';
import { icon } from '../parts/icon';
import { LightElement } from '../parts/light-element';
import { announce } from '../parts/live';
import { officer } from '../shell/officer';
import { go } from '../shell/router';
import { batchOfFile, batchOfRows } from './batch-making';
import { readPaste, type Pasted } from './batch-paste';

const EMPTY_ROWS = 5;
/** Characters that a text field takes without holding the page up. */
const SHOWN = 50_000;

/** The ways into a batch: a workbook, cells or addresses pasted, or empty rows. All of them end in the same draft. */
export class BatchIntake extends LightElement {
  static override properties = { step: { state: true }, wrong: { state: true }, failure: { state: true }, isOver: { state: true }, found: { state: true }, held: { state: true } };
  /** What is being done, in words, while something is. */
  declare step: string | undefined;
  /** What is wrong with what was chosen, in words. */
  declare wrong: string | undefined;
  declare failure: Failure | undefined;
  /** Whether a file hangs over the page. */
  declare isOver: boolean;
  /** What was found in the text that was typed or pasted. */
  declare found: Pasted | undefined;
  /** Whether that text is too long to be shown, which would hold the browser up. */
  declare held: boolean;
  #again: (() => void) | undefined;

  constructor() {
    super();
    Object.assign(this, { isOver: false, held: false });
  }

  override render(): TemplateResult {
    const { step, wrong, found } = this;
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
          </div>
          <form class="paste" @submit=${this.#paste}>
            <div class="field"><label for="paste">Or paste from Excel or from a mail</label>
              <textarea id="paste" rows="5" aria-describedby="paste-found" spellcheck="false" ?readonly=${this.held} placeholder="Cells, or addresses: Tan Mei Ling <tan@agency.gov.sg>; …"
                @input=${(event: Event) => this.#read((event.target as HTMLTextAreaElement).value)} @paste=${this.#pasted}></textarea></div>
            <p class="hint" id="paste-found" role="status">${found ? foundText(found.rows.length, found.left) : 'Copy cells in Excel, click here, press Ctrl+V.'}</p>
            <div class="actions">
              <button class="button" aria-disabled=${String(!found?.rows.length)}>${found?.rows.length ? `Add ${count(found.rows.length, 'user')}` : 'Add users'}</button>
              ${this.held ? html`<button type="button" class="button quiet" @click=${() => this.#clear()}>Clear</button>`
                : html`<button type="button" class="button quiet" @click=${() => this.#empty()}>Type them in</button>`}
            </div>
          </form>
        </div>
        ${step ? html`<p class="step"><span class="spinner"></span><span role="status">${step}</span></p>` : nothing}
      </section>`;
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

  #read(text: string): void {
    this.found = text ? readPaste(text) : undefined;
  }

  #pasted(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData('text') ?? '';
    if (text.length < SHOWN) return;
    event.preventDefault();
    this.#read(text);
    this.held = true;
    (event.target as HTMLTextAreaElement).value = `${text.slice(0, 300)}…`;
  }

  #clear(): void {
    Object.assign(this, { found: undefined, held: false });
    const field = this.querySelector<HTMLTextAreaElement>('#paste')!;
    field.value = '';
    field.focus();
  }

  #paste(event: Event): void {
    event.preventDefault();
    const rows = this.found?.rows ?? [];
    if (rows.length === 0) return this.querySelector<HTMLElement>('#paste')!.focus();
    const most = officer.limits.batchRows;
    this.wrong = rows.length > most ? `A batch holds at most ${count(most, 'user')}; these are ${numbers.format(rows.length)}. Paste them in parts.` : undefined;
    if (!this.wrong) void this.#make(`Checking ${count(rows.length, 'user')}…`, () => batchOfRows(rows));
  }

  /** The API keeps no row without a word in it, so empty ones start with what they would say anyway. */
  #empty(): void {
    const rows = Array.from({ length: EMPTY_ROWS }, () => ({ countryCode: '65', seed: 'No' }));
    void this.#make('Making empty rows…', () => batchOfRows(rows));
  }

  async #make(step: string, make: () => Promise<string>): Promise<void> {
    if (this.step) return;
    Object.assign(this, { step, failure: undefined });
    announce(step);
    try {
      go(`/batches/${await make()}`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.failure = error;
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
      if (!(error instanceof Failure)) throw error;
      this.failure = error;
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

function foundText(rows: number, left: number): string {
  const skipped = left ? ` ${count(left, 'line')} without an address ${left === 1 ? 'is' : 'are'} left out.` : '';
  return rows ? `${count(rows, 'user')} found.${skipped}` : 'No address found in this text.';
}

customElements.define('batch-intake', BatchIntake);
