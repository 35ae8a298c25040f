import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { duplicates, rowStates } from '../../../messages/batches';
import { faultText } from '../../../messages/faults';
import { isAchieved, techpassTones } from '../../../messages/states';
import { count } from '../../../messages/time';
import { type IconName, icon } from '../../../parts/icon';
import { LightElement } from '../../../parts/light-element';
import '../../../parts/row-menu';
import type { MenuItem } from '../../../parts/row-menu';
import { type AccountField, labels } from '../../../rules/forms';
import { hasFailed, isGuess, isRepaired, needsMending, type Row, repairOf, titleOf } from '../rows/causes';
import type { Pending, PendingFields } from '../rows/rows';
import { CellNote } from './note';
import { scrollFor, windowOf } from './window';

type Column = 'state' | AccountField | 'user' | 'menu';

const WIDE: readonly Column[] = [
  'state',
  'username',
  'email',
  'firstName',
  'lastName',
  'seed',
  'countryCode',
  'contactNumber',
  'organisation',
  'department',
  'reason',
  'menu',
];
const NARROW: readonly Column[] = ['user', 'menu'];
const TITLES: Record<Column, string> = {
  ...labels,
  username: 'TechPass user name',
  seed: 'SEED',
  state: 'Row',
  user: 'User',
  menu: 'Actions',
};
/** As high as the styles make them. */
const HEIGHT = { wide: 56, narrow: 104, head: 40 };
const narrow = matchMedia('(max-width: 47.5rem)');

const isField = (column: Column): column is AccountField => column in labels;

export interface Cell {
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
  declare rows: readonly Row[];
  /** What was typed into cells and is not saved. */
  declare pending: ReadonlyMap<number, PendingFields>;
  /** Grows when a row changed in place. */
  declare version: number;
  declare menu: (row: Row) => readonly MenuItem[];
  declare onEdit: (cell: Cell) => void;
  declare onOpen: (row: Row) => void;
  declare onUndo: () => void;
  /** What could not be saved is to be sent again. */
  declare onRetry: () => void;
  /** Something was pasted over the list. */
  declare onPaste: (text: string) => void;
  /** The place of the active row among those shown. */
  declare at: number;
  declare column: number;
  declare isEditing: boolean;
  declare top: number;
  declare columns: readonly Column[];
  /** What was typed into the cell since it was opened, if anything was. */
  #typed: string | undefined;
  /** The active row as it was last shown. */
  #number: number | undefined;
  readonly #sized = new ResizeObserver(() => this.requestUpdate());
  readonly #turned = () => this.#arrange();
  readonly #note = new CellNote(this, (cell) => this.#saying(cell));
  /** On the document, because Firefox pastes there whatever has the focus and cannot be typed into. */
  readonly #pasting = (event: ClipboardEvent) => this.#pasted(event);

  constructor() {
    super();
    Object.assign(this, { at: 0, column: 1, isEditing: false, top: 0, columns: narrow.matches ? NARROW : WIDE });
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

  /** Goes to a row and, when it is named, a field. */
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

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.hasUpdated) return;
    if (!changed.has('at')) this.#stay();
    this.at = Math.max(0, Math.min(this.at, this.rows.length - 1));
  }

  /** Keeps the keys, and what is typed, on their row when rows above it come or go. */
  #stay(): void {
    if (this.active?.number === this.#number) return;
    const at = this.rows.findIndex(({ number }) => number === this.#number);
    if (at >= 0) this.at = at;
    else if (this.isEditing) this.#giveUp();
  }

  /** The row that is typed into is not in the list any more: the page says what becomes of the text. */
  #giveUp(): void {
    const text = this.#typed;
    this.#leave();
    if (text !== undefined) this.onEdit({ row: this.#number!, field: this.columns[this.column] as AccountField, text });
  }

  override render(): TemplateResult {
    const { rows, columns, column } = this;
    const { first, end } = this.#window();
    const active = this.active;
    return html`
      <div class="grid ${columns === NARROW ? 'cards' : ''}" role="grid" tabindex="0" aria-label="Users" aria-rowcount=${rows.length + 1} aria-colcount=${columns.length}
        aria-activedescendant=${active && this.at >= first && this.at < end ? idOf(active, columns[column]!) : nothing} aria-describedby="grid-note"
        @scroll=${this.#scrolled} @keydown=${this.#pressed} @click=${this.#clicked} @dblclick=${this.#doubleClicked}>
        <div role="rowgroup" class="grid-head"><div role="row" class="grid-row" aria-rowindex="1">
          ${columns.map((each, index) => html`<div role="columnheader" class="cell col-${each}" aria-colindex=${index + 1}>${each === 'menu' ? html`<span class="unseen">Actions</span>` : TITLES[each]}</div>`)}
        </div></div>
        <div role="rowgroup">
          <div class="space" role="presentation"></div>
          ${repeat(
            rows.slice(first, end),
            ({ number }) => number,
            (row, index) => this.#row(row, first + index),
          )}
          <div class="space" role="presentation"></div>
        </div>
      </div>
      <p class="grid-note" id="grid-note">${this.#told()}</p>
      ${this.#note.render()}`;
  }

  #row(row: Row, at: number): TemplateResult {
    const kind = needsMending(row) ? 'bad' : row.state.toLowerCase();
    return html`
      <div role="row" class="grid-row ${kind} ${at === this.at ? 'active' : ''}" data-at=${at} aria-rowindex=${at + 2}>
        ${this.columns.map(
          (column, index) => html`
          <div role=${column === 'state' ? 'rowheader' : 'gridcell'} id=${idOf(row, column)} data-column=${index} aria-colindex=${index + 1}
            class="cell col-${column} ${this.#error(row, column) || this.#unsaved(row, column) ? 'wrong' : ''} ${at === this.at && index === this.column ? 'active' : ''}"
            aria-invalid=${isField(column) && this.#error(row, column) ? 'true' : nothing} aria-readonly=${isField(column) && !canEdit(row) ? 'true' : nothing}>${this.#content(row, column, at)}</div>`,
        )}
      </div>`;
  }

  #content(row: Row, column: Column, at: number): TemplateResult {
    if (column === 'menu')
      return html`<row-menu .label=${`Actions for row ${row.number}`} .items=${this.menu(row)}></row-menu>`;
    if (column === 'state') return html`<b>${row.number}</b>${stateMark(row)}`;
    const { values, errors } = row;
    if (column === 'user') {
      const name = [values.firstName, values.lastName].filter(Boolean).join(' ');
      return html`<b class="text">${values.email || 'No address'}</b><span class="text subtle">${row.number}. ${name || 'No name'}</span>
        ${
          this.#unsaved(row, column)
            ? html`<small class="wrong">${icon('alert')}<span>Not saved</span>${this.#retry()}</small>`
            : errors.length
              ? html`<small class="wrong">${icon('alert')}<span>${count(errors.length, 'field')} to fix: ${titleOf(errors[0]!)}</span></small>`
              : isRepaired(row) && row.state === 'READY'
                ? html`<small class="repaired">${icon('repair')}<span>Ready, ${count(row.repairs!.length, 'field')} repaired</span></small>`
                : stateMark(row)
        }`;
    }
    const field = column as AccountField;
    if (this.isEditing && at === this.at && this.columns[this.column] === field)
      return this.#editor(field, this.#typed ?? this.#shown(row, field), labels[field]);
    const pending = this.pending.get(row.number)?.[field];
    const error = this.#error(row, field);
    return html`
      <span class="text ${pending?.state === 'saving' ? 'waiting' : ''}">${this.#shown(row, field) || (error ? nothing : html`<span class="subtle">-</span>`)}</span>
      ${pending ? this.#pendingMark(pending) : error ? html`<small class="wrong">${icon('alert')}<span>${error}</span></small>` : this.#repair(row, field)}`;
  }

  /** What a cell shows: what was typed, until the server has it. */
  #shown(row: Row, field: AccountField): string {
    return this.pending.get(row.number)?.[field]?.text ?? row.values[field];
  }

  /** The change of a cell, or of a row where rows are cards, that could not be saved. */
  #unsaved(row: Row, column: Column): Pending | undefined {
    const fields = this.pending.get(row.number);
    const pending =
      column === 'user'
        ? Object.values(fields ?? {}).find(({ state }) => state !== 'saving')
        : fields?.[column as AccountField];
    return pending?.state === 'saving' ? undefined : pending;
  }

  #pendingMark({ state }: Pending): TemplateResult {
    return state === 'saving'
      ? html`<small class="subtle">Checking…</small>`
      : html`<small class="wrong">${icon('alert')}<span>${state === 'not-saved' ? 'Not saved' : 'Changed elsewhere'}</span>${this.#retry()}</small>`;
  }

  /** For the mouse; the keys have the same button above the list. */
  #retry(): TemplateResult {
    return html`<button type="button" class="link" tabindex="-1" @click=${() => this.onRetry()}>Retry</button>`;
  }

  #repair(row: Row, field: AccountField): TemplateResult | typeof nothing {
    const value = repairOf(row, field);
    const text = isGuess(row, field) ? `A guess: ${value}` : `We will use ${value}`;
    return value === undefined ? nothing : html`<small class="repaired">${icon('repair')}<span>${text}</span></small>`;
  }

  #editor(field: AccountField, text: string, label: string): TemplateResult {
    const leave = (event: Event) => this.#commit((event.target as HTMLInputElement).value);
    // An answer about another cell shows this one anew, with what is typed so far.
    const input = (event: Event) => (this.#typed = (event.target as HTMLInputElement).value);
    return field === 'seed'
      ? html`<select class="editor" aria-label=${label} @input=${input} @blur=${leave}>
          ${['No', 'Yes'].map(
            (each) => html`
            <option ?selected=${/^y/i.test(text) === (each === 'Yes')}>${each}</option>`,
          )}</select>`
      : html`<input class="editor" aria-label=${label} .value=${live(text)} autocomplete="off" spellcheck="false"
          @input=${input} @blur=${leave} />`;
  }

  /** The whole of what a cell says: what is wrong or was repaired, and text that is longer than the cell. */
  #saying(cell: HTMLElement): string | undefined {
    const row = this.rows[Number(cell.parentElement!.dataset.at)];
    const column = this.columns[Number(cell.dataset.column)];
    if (!row || !column || column === 'user' || column === 'menu') return undefined;
    const told = this.#verdict(row, column);
    const text = cell.querySelector<HTMLElement>('.text');
    const isCut = text && text.scrollWidth > text.clientWidth;
    return (
      [isCut && isField(column) ? this.#shown(row, column) : '', told ?? ''].filter(Boolean).join('\n') || undefined
    );
  }

  /** What is to be said of a cell, as sentences. */
  #verdict(row: Row, column: Column): string | undefined {
    const unsaved = this.#unsaved(row, column);
    if (unsaved?.state === 'not-saved') return 'This change is not saved yet.';
    if (unsaved && isField(column))
      return `Not saved: this was changed elsewhere to “${row.values[column]}”. Retry puts yours in its place.`;
    const { duplicate, invite } = row;
    const all = row.errors
      .map((error) => `${titleOf(error)}: ${faultText(error.code, error.detail, error.row)}`)
      .join(' ');
    if (column === 'user') return all || undefined;
    if (column === 'state') return (duplicate ?? invite?.failure)?.detail ?? (all || undefined);
    const wrong = this.#error(row, column);
    if (wrong) return duplicate && !row.errors.length ? duplicate.detail : wrong;
    const repaired = isField(column) ? repairOf(row, column) : undefined;
    if (isField(column) && isGuess(row, column)) {
      return 'A guess from the whole name. Open the cell and press Enter to confirm it, or type it again.';
    }
    return repaired === undefined ? undefined : `Repaired: we will use “${repaired}”.`;
  }

  /** What the active cell says, for those who do not see it. */
  #told(): TemplateResult | string {
    const row = this.active;
    if (!row) return '';
    const column = this.columns[this.column]!;
    const text = this.#verdict(row, column) ?? (row.duplicate ?? row.invite?.failure)?.detail;
    return html`<span>Row ${row.number}${isField(column) ? `, ${TITLES[column]}` : ''}${text ? html`: <b class=${needsMending(row) ? 'bad' : ''}>${text}</b>` : `. ${rowStates[row.state]}.`}</span>
      <span class="keys"><kbd>Enter</kbd> edits <kbd>F8</kbd> next error <kbd>Ctrl</kbd> + <kbd>Z</kbd> undoes <kbd>Ctrl</kbd> + <kbd>V</kbd> adds users</span>`;
  }

  #error(row: Row, column: Column): string | undefined {
    const error = row.errors.find(({ field }) => field === column);
    if (error && !this.pending.get(row.number)?.[column as AccountField])
      return faultText(error.code, error.detail, error.row);
    const code = row.duplicate?.code;
    return code &&
      ((code === 'duplicate.username' && column === 'username') ||
        (code !== 'duplicate.username' && column === 'email'))
      ? duplicateText(row)
      : undefined;
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

  #window(): { first: number; end: number } {
    const height = this.hasUpdated ? this.#grid.clientHeight : 640;
    return windowOf(this.rows.length, this.#height, this.top, height);
  }

  #scrolled(): void {
    // A menu would be left hanging where its row was.
    this.querySelector<HTMLElement>('.menu:popover-open')?.hidePopover();
    this.top = this.#grid.scrollTop;
  }

  #arrange(): void {
    this.columns = narrow.matches ? NARROW : WIDE;
    this.column = Math.min(this.column, this.columns.length - 1);
    this.isEditing = false;
  }

  /** Makes a cell the active one and brings it into sight, at once, so that keys may come faster than frames. */
  #move(at: number, column: number): void {
    this.at = Math.max(0, Math.min(at, this.rows.length - 1));
    this.column = Math.max(0, Math.min(column, this.columns.length - 1));
    const grid = this.#grid;
    grid.scrollTop = scrollFor(this.at, this.#height, HEIGHT.head, grid.scrollTop, grid.clientHeight);
    this.top = grid.scrollTop;
    this.performUpdate();
    const cell = this.querySelector<HTMLElement>('.cell.active');
    if (!cell) return;
    // The list may be taller than the window.
    const { top, bottom } = cell.getBoundingClientRect();
    if (bottom > innerHeight) scrollBy(0, bottom - innerHeight);
    else if (top < 0) scrollBy(0, top);
    if (getComputedStyle(cell).position === 'sticky') return;
    const [left, right] = [
      this.querySelector<HTMLElement>('.grid-head .col-state')?.offsetWidth ?? 0,
      this.querySelector<HTMLElement>('.grid-head .col-menu')?.offsetWidth ?? 0,
    ];
    if (cell.offsetLeft < grid.scrollLeft + left) grid.scrollLeft = cell.offsetLeft - left;
    const edge = cell.offsetLeft + cell.offsetWidth + right - grid.clientWidth;
    if (edge > grid.scrollLeft) grid.scrollLeft = edge;
  }

  #pressed(event: KeyboardEvent): void {
    if (this.isEditing) this.#pressedInEditor(event);
    else if (event.target === this.#grid) this.#pressedInGrid(event);
  }

  #pressedInGrid(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((this.#grid.clientHeight - HEIGHT.head) / this.#height) - 1);
    const { at, column } = this;
    const ends = event.ctrlKey || event.metaKey;
    const moves: Record<string, readonly [number, number]> = {
      ArrowUp: [at - 1, column],
      ArrowDown: [at + 1, column],
      ArrowLeft: [at, column - 1],
      ArrowRight: [at, column + 1],
      PageUp: [at - page, column],
      PageDown: [at + page, column],
      Home: [ends ? 0 : at, 0],
      End: [ends ? this.rows.length - 1 : at, this.columns.length - 1],
    };
    const move = moves[event.key];
    if (move) this.#move(...move);
    else if (event.key === 'F8') this.#nextError(event.shiftKey ? -1 : 1);
    else if (event.key === 'Enter' || event.key === 'F2') this.#enter();
    else if (event.key.toLowerCase() === 'z' && ends) this.onUndo();
    else if (event.key === 'Escape' && this.#note.isShown) this.#note.dismiss();
    else if (event.key.length === 1 && !ends && !event.altKey && this.#canType()) this.#edit(event.key);
    else return;
    event.preventDefault();
  }

  #pressedInEditor(event: KeyboardEvent): void {
    const editor = event.target as HTMLInputElement;
    if (event.key === 'Escape') this.#leave();
    else if (event.key === 'Enter' || event.key === 'F2') {
      this.#commit(editor.value, event.key === 'Enter');
      if (event.key === 'Enter') this.#move(this.at + 1, this.column);
    } else if (event.key === 'Tab') {
      this.#commit(editor.value);
      this.#move(this.at, this.column + (event.shiftKey ? -1 : 1));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The next cell with an error after the active one, from the start again after the last. */
  #nextError(step: 1 | -1): void {
    const { rows, columns } = this;
    const wrongIn = (row: Row) =>
      columns.flatMap((column, index) =>
        row.errors.some(({ field }) => field === column) || (column === 'user' && needsMending(row)) ? [index] : [],
      );
    const here = rows[this.at];
    const beside = here ? wrongIn(here).filter((index) => (index - this.column) * step > 0) : [];
    if (beside.length) {
      this.#move(this.at, step > 0 ? beside[0]! : beside.at(-1)!);
      return;
    }
    for (let turn = 1; turn <= rows.length; turn += 1) {
      const at = (this.at + step * turn + rows.length * 2) % rows.length;
      const row = rows[at]!;
      if (!needsMending(row)) continue;
      const wrong = wrongIn(row);
      this.#move(at, (step > 0 ? wrong[0] : wrong.at(-1)) ?? 0);
      return;
    }
  }

  #canType(): boolean {
    const column = this.columns[this.column]!;
    return isField(column) && column !== 'seed' && Boolean(this.active && canEdit(this.active));
  }

  #enter(): void {
    const [row, column] = [this.active, this.columns[this.column]!];
    if (!row) return;
    if (column === 'menu') this.querySelector<HTMLElement>('.cell.active button')?.click();
    else if (isField(column) && canEdit(row)) this.#edit();
    else this.onOpen(row);
  }

  #edit(typed?: string): void {
    this.#typed = typed;
    this.isEditing = true;
  }

  /** Sends a text that is new, or that makes a guess sure: one that was typed again, or confirmed as it is. */
  #commit(text: string, isConfirmed = false): void {
    if (!this.isEditing) return;
    const [row, column] = [this.active!, this.columns[this.column] as AccountField];
    const isSure = isGuess(row, column) && (isConfirmed || this.#typed !== undefined);
    this.#leave();
    const isNew = text !== this.#shown(row, column) || this.#unsaved(row, column);
    if (isNew || isSure) this.onEdit({ row: row.number, field: column, text });
  }

  #leave(): void {
    const hadFocus = document.activeElement?.classList.contains('editor');
    this.isEditing = false;
    this.#typed = undefined;
    if (hadFocus) this.focus();
  }

  #clicked(event: MouseEvent): void {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('[data-column]');
    if (!cell || (event.target as HTMLElement).closest('.editor, [popover], .link')) return;
    this.#move(Number(cell.parentElement!.dataset.at), Number(cell.dataset.column));
    if (this.columns[this.column] === 'user' && this.active) this.onOpen(this.active);
  }

  #pasted(event: ClipboardEvent): void {
    if (this.isEditing || document.activeElement !== this.#grid) return;
    event.preventDefault();
    const text = event.clipboardData?.getData('text');
    if (text) this.onPaste(text);
  }

  #doubleClicked(event: MouseEvent): void {
    if (
      (event.target as HTMLElement).closest('.cell') &&
      !(event.target as HTMLElement).closest('.editor, row-menu, .link, .grid-head')
    )
      this.#enter();
  }
}

const canEdit = (row: Row): boolean => row.state !== 'SENT' || hasFailed(row);

const idOf = (row: Row, column: Column): string => `cell-${row.number}-${column}`;

function duplicateText(row: Row): string {
  const { code, row: earlier } = row.duplicate!;
  return code === 'duplicate.row' && earlier
    ? `Same person as row ${earlier}`
    : (duplicates[code] ?? row.duplicate!.detail);
}

function stateMark(row: Row): TemplateResult {
  if (hasFailed(row)) return html`<small class="wrong">${icon('alert')}<span>Failed</span></small>`;
  if (row.invite) return inviteMark(row.invite);
  if (row.state === 'NEEDS_FIXING')
    return html`<small class="wrong">${icon('alert')}<span>${row.errors.length} to fix</span></small>`;
  if (row.duplicate) return html`<small class="double">${icon('info')}<span>${duplicateText(row)}</span></small>`;
  return html`<small class="ready">${icon('done')}<span>${rowStates[row.state]}</span></small>`;
}

/** A submitted row is done with, and has the tick, only while nobody needs to do or to wait for anything. */
function inviteMark({ state, techpass }: NonNullable<Row['invite']>): TemplateResult {
  const [kind, picture]: [string, IconName] =
    techpassTones[state] === 'bad' ? ['wrong', 'alert'] : ['sent', isAchieved(state) ? 'done' : 'info'];
  return html`<small class=${kind}>${icon(picture)}<span>${techpass}</span></small>`;
}

customElements.define('batch-grid', BatchGrid);
