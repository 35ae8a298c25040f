import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { rowStates } from '../../../messages/batches';
import { LightElement } from '../../../parts/light-element';
import type { MenuItem } from '../../../parts/row-menu';
import { type AccountField, type Kind, labels } from '../../../rules/forms';
import type { PendingFields } from '../rows/pending';
import { canEdit, isGuess, needsFixing, type Row } from '../rows/row';
import { type CellContext, cellContent } from './cells';
import { type Column, HEIGHT, isField, NARROW, TITLES, wideColumns } from './columns';
import { moveOf, nextError } from './moves';
import { CellNote } from './note';
import { errorOf, textOf, unsavedOf, verdictOf } from './verdict';
import { scrollFor, type Window, windowOf } from './window';

const narrow = matchMedia('(max-width: 47.5rem)');

export interface CellEdit {
  readonly row: number;
  readonly field: AccountField;
  readonly text: string;
}

/**
 * The users of a batch as a grid of which only what is seen is in the document.
 *
 * The focus stays on the grid itself, which names its active cell, so that no scrolling and no answer can take it away.
 */
export class BatchGrid extends LightElement {
  static override properties = {
    kind: { attribute: false },
    rows: { attribute: false },
    pending: { attribute: false },
    version: { attribute: false },
    menu: { attribute: false },
    at: { state: true },
    column: { state: true },
    isEditing: { state: true },
    top: { state: true },
    columns: { state: true },
  };
  /** What the rows become. */
  declare kind: Kind;
  declare rows: readonly Row[];
  /** What was typed into cells and is not saved. */
  declare pending: ReadonlyMap<number, PendingFields>;
  /** Grows when a row changed in place. */
  declare version: number;
  declare menu: (row: Row) => readonly MenuItem[];
  declare onEdit: (edit: CellEdit) => void;
  declare onOpen: (row: Row) => void;
  declare onUndo: () => void;
  /** What could not be saved is to be sent again. */
  declare onRetry: () => void;
  /** Something was pasted over the list. */
  declare onPaste: (text: string) => void;
  /** The index of the active row among those shown. */
  declare at: number;
  declare column: number;
  declare isEditing: boolean;
  declare top: number;
  declare columns: readonly Column[];
  /** What was typed into the cell since it was opened, if anything was. */
  #typed: string | undefined;
  /** The number of the active row when it was last shown. */
  #number: number | undefined;
  readonly #sized = new ResizeObserver(() => this.requestUpdate());
  readonly #turned = () => this.#arrange();
  readonly #note = new CellNote(this, (cell) => this.#noteOf(cell));
  /** On the document, because Firefox pastes there if the focus is on what cannot be typed into. */
  readonly #pasting = (event: ClipboardEvent) => this.#pasted(event);

  constructor() {
    super();
    Object.assign(this, { kind: 'account', at: 0, column: 1, isEditing: false, top: 0, columns: NARROW });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    narrow.addEventListener('change', this.#turned);
    document.addEventListener('paste', this.#pasting);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    narrow.removeEventListener('change', this.#turned);
    document.removeEventListener('paste', this.#pasting);
    this.#sized.disconnect();
  }

  /** The row that the keys are on. */
  get active(): Row | undefined {
    return this.rows[Math.min(this.at, this.rows.length - 1)];
  }

  /** Takes the keys. */
  override focus(): void {
    this.#grid.focus({ preventScroll: true });
  }

  /** Makes a row the active one and, when it is named, a field. */
  goTo(number: number, field?: string): void {
    const at = this.rows.findIndex((row) => row.number === number);
    const column = this.columns.indexOf(field as Column);
    if (at >= 0) this.#move(at, column >= 0 ? column : this.column);
  }

  /** Starts to type into the active cell; where rows are cards, opens it. */
  type(): void {
    this.#enter();
  }

  get #grid(): HTMLElement {
    return this.querySelector<HTMLElement>('[role=grid]')!;
  }

  get #height(): number {
    return this.columns === NARROW ? HEIGHT.narrow : HEIGHT.wide;
  }

  get #activeColumn(): Column {
    return this.columns[this.column]!;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('kind')) this.#arrange();
    if (!this.hasUpdated) return;
    if (!changed.has('at')) this.#stay();
    this.at = Math.max(0, Math.min(this.at, this.rows.length - 1));
  }

  /** Keeps the keys, and what is typed, on their row when rows above it are added or removed. */
  #stay(): void {
    if (this.active?.number === this.#number) return;
    const at = this.rows.findIndex(({ number }) => number === this.#number);
    if (at >= 0) this.at = at;
    else if (this.isEditing) this.#giveUp();
  }

  /** The row that is typed into was deleted: the page says that the text is lost. */
  #giveUp(): void {
    const text = this.#typed;
    this.#leave();
    if (text !== undefined) this.onEdit({ row: this.#number!, field: this.#activeColumn as AccountField, text });
  }

  override render(): TemplateResult {
    const { rows, columns } = this;
    const window = this.#window();
    return html`
      <div class="grid ${columns === NARROW ? 'cards' : this.kind}" role="grid" tabindex="0" aria-label="Users"
        aria-rowcount=${rows.length + 1} aria-colcount=${columns.length}
        aria-activedescendant=${this.#activeId(window)} aria-describedby="grid-note"
        @scroll=${this.#scrolled} @keydown=${this.#pressed}
        @click=${this.#clicked} @dblclick=${this.#doubleClicked}>
        <div role="rowgroup" class="grid-head"><div role="row" class="grid-row" aria-rowindex="1">
          ${columns.map(columnHeader)}
        </div></div>
        <div role="rowgroup">
          <div class="space" role="presentation"></div>
          ${repeat(
            rows.slice(window.first, window.end),
            ({ number }) => number,
            (row, index) => this.#row(row, window.first + index),
          )}
          <div class="space" role="presentation"></div>
        </div>
      </div>
      <p class="grid-note" id="grid-note">${this.#activeVerdict()}</p>
      ${this.#note.render()}`;
  }

  #activeId({ first, end }: Window): string | typeof nothing {
    const { active, at } = this;
    return active && at >= first && at < end ? idOf(active, this.#activeColumn) : nothing;
  }

  #row(row: Row, at: number): TemplateResult {
    const kind = needsFixing(row) ? 'bad' : row.state.toLowerCase();
    const context: CellContext = {
      pending: this.pending.get(row.number),
      unnamed: this.kind === 'email' ? 'Email invitation' : 'No name',
      menu: this.menu,
      onRetry: () => this.onRetry(),
    };
    return html`
      <div role="row" class="grid-row ${kind} ${at === this.at ? 'active' : ''}" data-at=${at} aria-rowindex=${at + 2}>
        ${this.columns.map((column, index) => this.#cell(row, column, { at, column: index }, context))}
      </div>`;
  }

  #cell(row: Row, column: Column, place: { at: number; column: number }, context: CellContext): TemplateResult {
    const error = errorOf(row, column, context.pending);
    const isWrong = error || unsavedOf(column, context.pending);
    const isActive = place.at === this.at && place.column === this.column;
    const content = isActive && this.isEditing && isField(column) ? this.#editor(row, column) : undefined;
    return html`
      <div role=${column === 'state' ? 'rowheader' : 'gridcell'} id=${idOf(row, column)}
        data-column=${place.column} aria-colindex=${place.column + 1}
        class="cell col-${column} ${isWrong ? 'wrong' : ''} ${isActive ? 'active' : ''}"
        aria-invalid=${isField(column) && error ? 'true' : nothing}
        aria-readonly=${isField(column) && !canEdit(row) ? 'true' : nothing}>
        ${content ?? cellContent(row, column, context)}
      </div>`;
  }

  #editor(row: Row, field: AccountField): TemplateResult {
    const text = this.#typed ?? textOf(row, field, this.pending.get(row.number));
    const leave = (event: Event) => this.#commit((event.target as HTMLInputElement).value);
    // An answer about another cell shows this one anew, with what is typed so far.
    const input = (event: Event) => {
      this.#typed = (event.target as HTMLInputElement).value;
    };
    if (field === 'seed') {
      const isYes = /^y/i.test(text);
      return html`
        <select class="editor" aria-label=${labels[field]} @input=${input} @blur=${leave}>
          <option ?selected=${!isYes}>No</option>
          <option ?selected=${isYes}>Yes</option>
        </select>`;
    }
    return html`
      <input class="editor" aria-label=${labels[field]} .value=${live(text)} autocomplete="off" spellcheck="false"
        @input=${input} @blur=${leave} />`;
  }

  /** The note beside a cell: what is wrong or was repaired, and text that is longer than the cell. */
  #noteOf(cell: HTMLElement): string | undefined {
    const row = this.rows[Number(cell.parentElement!.dataset.at)];
    const column = this.columns[Number(cell.dataset.column)];
    if (!row || !column || column === 'user' || column === 'menu') return undefined;
    const pending = this.pending.get(row.number);
    const shown = cell.querySelector<HTMLElement>('.text');
    const isCut = shown && shown.scrollWidth > shown.clientWidth;
    const text = isCut && isField(column) ? textOf(row, column, pending) : '';
    return [text, verdictOf(row, column, pending)].filter(Boolean).join('\n') || undefined;
  }

  /** What the active cell says, for screen readers too. */
  #activeVerdict(): TemplateResult | string {
    const row = this.active;
    if (!row) return '';
    const column = this.#activeColumn;
    const verdict = verdictOf(row, column, this.pending.get(row.number));
    const text = verdict ?? (row.duplicate ?? row.invite?.failure)?.detail;
    const place = `Row ${row.number}${isField(column) ? `, ${TITLES[column]}` : ''}`;
    const said = text
      ? html`${place}: <b class=${needsFixing(row) ? 'bad' : ''}>${text}</b>`
      : `${place}. ${rowStates[row.state]}.`;
    return html`
      <span>${said}</span>
      <span class="keys"><kbd>Enter</kbd> edits <kbd>F8</kbd> next error <kbd>Ctrl</kbd> + <kbd>Z</kbd> undoes
        <kbd>Ctrl</kbd> + <kbd>V</kbd> adds users</span>`;
  }

  protected override firstUpdated(): void {
    this.#sized.observe(this.#grid);
  }

  protected override updated(): void {
    this.#number = this.active?.number;
    const { first, end } = this.#window();
    const [above, below] = this.querySelectorAll<HTMLElement>('.space');
    above!.style.height = `${first * this.#height}px`;
    below!.style.height = `${(this.rows.length - end) * this.#height}px`;
    const editor = this.querySelector<HTMLInputElement | HTMLSelectElement>('.editor');
    if (editor && document.activeElement !== editor) {
      editor.focus({ preventScroll: true });
      if (editor instanceof HTMLInputElement && this.#typed === undefined) editor.select();
    }
    this.#note.show();
  }

  #window(): Window {
    const height = this.hasUpdated ? this.#grid.clientHeight : 640;
    return windowOf(this.rows.length, this.#height, this.top, height);
  }

  #scrolled(): void {
    // An open menu would stay where its row was.
    this.querySelector<HTMLElement>('.menu:popover-open')?.hidePopover();
    this.top = this.#grid.scrollTop;
  }

  #arrange(): void {
    this.columns = narrow.matches ? NARROW : wideColumns(this.kind);
    this.column = Math.min(this.column, this.columns.length - 1);
    this.isEditing = false;
  }

  /** Makes a cell the active one and scrolls to it, at once, because keys may be faster than frames. */
  #move(at: number, column: number): void {
    this.at = Math.max(0, Math.min(at, this.rows.length - 1));
    this.column = Math.max(0, Math.min(column, this.columns.length - 1));
    const grid = this.#grid;
    grid.scrollTop = scrollFor(this.at, this.#height, HEIGHT.head, grid.scrollTop, grid.clientHeight);
    this.top = grid.scrollTop;
    this.performUpdate();
    const cell = this.querySelector<HTMLElement>('.cell.active');
    if (cell) this.#reveal(cell);
  }

  /** Scrolls the window, where the list is taller, and the grid, whose first and last columns stay in place. */
  #reveal(cell: HTMLElement): void {
    const grid = this.#grid;
    const { top, bottom } = cell.getBoundingClientRect();
    if (bottom > innerHeight) scrollBy(0, bottom - innerHeight);
    else if (top < 0) scrollBy(0, top);
    if (getComputedStyle(cell).position === 'sticky') return;
    const widthOf = (selector: string) => this.querySelector<HTMLElement>(selector)?.offsetWidth ?? 0;
    const left = cell.offsetLeft - widthOf('.grid-head .col-state');
    const right = cell.offsetLeft + cell.offsetWidth + widthOf('.grid-head .col-menu') - grid.clientWidth;
    if (grid.scrollLeft > left) grid.scrollLeft = left;
    if (grid.scrollLeft < right) grid.scrollLeft = right;
  }

  #pressed(event: KeyboardEvent): void {
    if (this.isEditing) this.#pressedInEditor(event);
    else if (event.target === this.#grid) this.#pressedInGrid(event);
  }

  #pressedInGrid(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((this.#grid.clientHeight - HEIGHT.head) / this.#height) - 1);
    const move = moveOf(event, this, { rows: this.rows.length, columns: this.columns.length, page });
    const isShortcut = event.ctrlKey || event.metaKey;
    if (move) this.#move(move.at, move.column);
    else if (event.key === 'F8') this.#goToError(event.shiftKey ? -1 : 1);
    else if (event.key === 'Enter' || event.key === 'F2') this.#enter();
    else if (event.key.toLowerCase() === 'z' && isShortcut) this.onUndo();
    else if (event.key === 'Escape' && this.#note.isShown) this.#note.dismiss();
    else if (event.key.length === 1 && !isShortcut && !event.altKey && this.#canType()) this.#edit(event.key);
    else return;
    event.preventDefault();
  }

  #pressedInEditor(event: KeyboardEvent): void {
    const { value } = event.target as HTMLInputElement;
    switch (event.key) {
      case 'Escape':
        this.#leave();
        break;
      case 'Enter':
        this.#confirm(value);
        this.#move(this.at + 1, this.column);
        break;
      case 'F2':
        this.#commit(value);
        break;
      case 'Tab':
        this.#commit(value);
        this.#move(this.at, this.column + (event.shiftKey ? -1 : 1));
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #goToError(step: 1 | -1): void {
    const place = nextError(this.rows, this.columns, this, step);
    if (place) this.#move(place.at, place.column);
  }

  #canType(): boolean {
    const column = this.#activeColumn;
    return isField(column) && column !== 'seed' && Boolean(this.active && canEdit(this.active));
  }

  #enter(): void {
    const [row, column] = [this.active, this.#activeColumn];
    if (!row) return;
    if (column === 'menu') this.querySelector<HTMLElement>('.cell.active button')?.click();
    else if (isField(column) && canEdit(row)) this.#edit();
    else this.onOpen(row);
  }

  #edit(typed?: string): void {
    this.#typed = typed;
    this.isEditing = true;
  }

  /** Enter also confirms a guess as it is. */
  #confirm(text: string): void {
    this.#typed ??= text;
    this.#commit(text);
  }

  /** Sends a text that is new, or that makes a guess sure because it was typed again. */
  #commit(text: string): void {
    if (!this.isEditing) return;
    const [row, field] = [this.active!, this.#activeColumn as AccountField];
    const pending = this.pending.get(row.number);
    const isSure = isGuess(row, field) && this.#typed !== undefined;
    this.#leave();
    const isNew = text !== textOf(row, field, pending) || unsavedOf(field, pending);
    if (isNew || isSure) this.onEdit({ row: row.number, field, text });
  }

  #leave(): void {
    const hadFocus = document.activeElement?.classList.contains('editor');
    this.isEditing = false;
    this.#typed = undefined;
    if (hadFocus) this.focus();
  }

  #clicked(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const cell = target.closest<HTMLElement>('[data-column]');
    if (!cell || target.closest('.editor, [popover], .link')) return;
    this.#move(Number(cell.parentElement!.dataset.at), Number(cell.dataset.column));
    if (this.#activeColumn === 'user' && this.active) this.onOpen(this.active);
  }

  #doubleClicked(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    if (target.closest('.cell') && !target.closest('.editor, row-menu, .link, .grid-head')) this.#enter();
  }

  #pasted(event: ClipboardEvent): void {
    if (this.isEditing || document.activeElement !== this.#grid) return;
    event.preventDefault();
    const text = event.clipboardData?.getData('text');
    if (text) this.onPaste(text);
  }
}

function columnHeader(column: Column, index: number): TemplateResult {
  const title = column === 'menu' ? html`<span class="unseen">${TITLES.menu}</span>` : TITLES[column];
  return html`
    <div role="columnheader" class="cell col-${column}" aria-colindex=${index + 1}>${title}</div>`;
}

const idOf = (row: Row, column: Column): string => `cell-${row.number}-${column}`;

customElements.define('batch-grid', BatchGrid);
