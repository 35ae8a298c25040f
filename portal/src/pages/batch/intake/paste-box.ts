import { html, nothing, type TemplateResult } from 'lit';
import { count } from '../../../messages/time';
import { LightElement } from '../../../parts/light-element';
import type { RowText } from '../rows/new-rows';
import { type Column, type ColumnField, columnLabels, fieldNamed, isUntitled, judge, type Title } from './columns';
import { remember, remembered } from './memory';
import { type Pasted, readPaste } from './paste';

/** Characters that a text field takes without slowing the page down. */
const MAX_SHOWN = 50_000;

/** Takes cells of a spreadsheet or addresses of a mail, and says how many users it found in them. */
export class PasteBox extends LightElement {
  static override properties = {
    label: {},
    text: { attribute: false },
    beside: { attribute: false },
    found: { state: true },
    isHeld: { state: true },
  };
  declare label: string;
  /** What was pasted elsewhere, to begin with. */
  declare text: string | undefined;
  /** Another way, beside the button that adds. */
  declare beside: TemplateResult | undefined;
  declare onAdd: (rows: readonly RowText[]) => void;
  /** Invites people by email, of whom only addresses were found in a text. */
  declare onByEmail: ((text: string) => void) | undefined;
  /** What was found in the text that was typed or pasted. */
  declare found: Pasted | undefined;
  /** Whether that text is too long to be shown. */
  declare isHeld: boolean;
  #text = '';
  /** What the officer said here that columns hold. */
  #said: readonly Column[] = [];

  constructor() {
    super();
    this.isHeld = false;
  }

  protected override firstUpdated(): void {
    if (!this.text) return;
    this.#field.value = this.text.slice(0, MAX_SHOWN);
    this.#read(this.text);
    if (this.text.length > MAX_SHOWN) this.#hold(this.text);
  }

  get #field(): HTMLTextAreaElement {
    return this.querySelector('textarea')!;
  }

  override render(): TemplateResult {
    const { found, isHeld } = this;
    const n = found?.rows.length ?? 0;
    const clear = html`<button type="button" class="button quiet" @click=${() => this.#clear()}>Clear</button>`;
    return html`
      <form class="paste" @submit=${this.#add}>
        <div class="field"><label for="paste">${this.label}</label>
          <textarea id="paste" rows="5" aria-describedby="paste-found" spellcheck="false" ?readonly=${isHeld}
            placeholder="Cells, or addresses: Tan Mei Ling <tan@agency.gov.sg>; …"
            @input=${() => this.#read(this.#field.value)} @paste=${this.#pasted}></textarea></div>
        <p class="hint" id="paste-found" role="status">
          ${found ? foundText(found) : 'Copy cells in Excel, click here, press Ctrl+V.'}</p>
        ${found ? this.#unknownColumns(found) : nothing}
        ${found ? this.#byEmail(found) : nothing}
        <div class="actions">
          <button class="button" aria-disabled=${String(n === 0)}>
            ${n ? `Add ${count(n, 'user')}` : 'Add users'}</button>
          ${isHeld ? clear : (this.beside ?? nothing)}
        </div>
      </form>`;
  }

  /** Without contact numbers there are no accounts, but invitations. */
  #byEmail({ rows }: Pasted): TemplateResult | typeof nothing {
    const { onByEmail } = this;
    if (!onByEmail || rows.length === 0 || rows.some(({ contactNumber }) => contactNumber)) return nothing;
    const button = html`
      <button type="button" class="link" @click=${() => onByEmail(this.#text)}>Invite them by email</button>`;
    return html`<p class="notice warn"><span>No contact numbers found. ${button}, and they fill in their own details;
      or add them here, and fill in the details yourself.</span></p>`;
  }

  #read(text: string, said = this.#kept(text)): void {
    this.#text = text;
    this.#said = said;
    this.found = text ? readPaste(text, [...said, ...remembered()]) : undefined;
  }

  /** What was said of columns stays while the text changes; without titles, only while it begins with the same line. */
  #kept(text: string): readonly Column[] {
    const firstLine = (of: string) => of.split(/[\r\n]/, 1)[0];
    return isUntitled(this.#said) && firstLine(text) !== firstLine(this.#text) ? [] : this.#said;
  }

  /** Asks what columns with unknown titles hold, unless the officer said before that they are left out. */
  #unknownColumns({ titles, columns }: Pasted): TemplateResult | typeof nothing {
    const leftOut = remembered().filter(({ field }) => field === null);
    const unknown = titles.filter(({ title, field, samples = [] }, _, all) =>
      field
        ? all.filter((each) => each.field === field).length > 1
        : samples.length > 0 && leftOut.every((each) => each.title !== title),
    );
    const { missing, twice } = judge(columns);
    if (unknown.length === 0) return nothing;
    return html`
      <fieldset><legend>Which column holds what?</legend>
        ${fieldsNotice('Not found yet', missing)}
        ${fieldsNotice('There twice, the first that is filled in counts', [...twice])}
        <ul class="columns">${unknown.map((title) => this.#column(title, columns))}</ul>
      </fieldset>`;
  }

  #column(asked: Title, columns: readonly Column[]): TemplateResult {
    const { column, title, samples = [] } = asked;
    const held = columns.find((each) => each.column === column)?.field;
    const free = Object.entries(columnLabels).filter(
      ([name]) => name === held || columns.every(({ field }) => field !== name),
    );
    const choose = (event: Event) => this.#map(asked, (event.target as HTMLSelectElement).value);
    return html`
      <li class="field">
        <label for="pasted-${column}">${title}
          <small class="subtle">${samples[0] ? `such as ${samples[0]}` : nothing}</small></label>
        <select id="pasted-${column}" @change=${choose}>
          <option value="" ?selected=${!held}>Leave this column out</option>
          ${free.map(([name, label]) => html`<option value=${name} ?selected=${name === held}>${label}</option>`)}
        </select></li>`;
  }

  #map({ column, title }: Title, field: string): void {
    const others = this.#said.filter((each) => each.column !== column);
    this.#read(this.#text, [...others, { column, title, field: fieldNamed(field) }]);
  }

  #pasted(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData('text') ?? '';
    if (text.length < MAX_SHOWN) return;
    event.preventDefault();
    this.#read(text);
    this.#hold(text);
  }

  #hold(text: string): void {
    this.isHeld = true;
    this.#field.value = `${text.slice(0, 300)}…`;
  }

  #clear(): void {
    Object.assign(this, { found: undefined, isHeld: false });
    this.#said = [];
    this.#field.value = '';
    this.#field.focus();
  }

  /** A column without a text was not asked about. */
  #remember({ columns, titles, isGuess }: Pasted): void {
    if (isGuess) return;
    const isAsked = (column: number) => titles.some((each) => each.column === column && each.samples?.length);
    remember(
      columns.filter(({ column, field }) => field || isAsked(column)),
      titles,
    );
  }

  #add(event: Event): void {
    event.preventDefault();
    const rows = this.found?.rows ?? [];
    if (rows.length === 0) {
      this.#field.focus();
      return;
    }
    this.#remember(this.found!);
    this.onAdd(rows);
  }
}

function foundText({ rows, skipped }: Pasted): string {
  if (rows.length === 0) return 'No address found in this text.';
  const found = `${count(rows.length, 'user')} found.`;
  if (skipped === 0) return found;
  return `${found} ${count(skipped, 'line')} without an address ${skipped === 1 ? 'is' : 'are'} skipped.`;
}

function fieldsNotice(text: string, fields: readonly ColumnField[]): TemplateResult | typeof nothing {
  if (fields.length === 0) return nothing;
  const titles = fields.map((field) => columnLabels[field]).join(', ');
  return html`<p class="notice warn" role="status"><span>${text}: <b>${titles}</b></span></p>`;
}

customElements.define('paste-box', PasteBox);
