import { html, type ReactiveController, type TemplateResult } from 'lit';
import type { LightElement } from '../../../parts/light-element';

const GAP = 4;
const EDGE = 8;
/** The time that the pointer may take from a cell to its note. */
const LEAVING_MS = 200;

/**
 * The whole text of a cell, beside it: of the cell under the pointer, else of the active one while the grid has the
 * focus. It can be pointed at and copied, stays until the cell is left, and Escape closes it (WCAG 1.4.13).
 */
export class CellNote implements ReactiveController {
  #hovered: HTMLElement | undefined;
  /** The cell whose note was closed. */
  #dismissed: string | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  #stop = new AbortController();

  readonly #grid: LightElement;
  readonly #textOf: (cell: HTMLElement) => string | undefined;

  constructor(grid: LightElement, textOf: (cell: HTMLElement) => string | undefined) {
    this.#grid = grid;
    this.#textOf = textOf;
    grid.addController(this);
  }

  hostConnected(): void {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const grid = this.#grid;
    grid.addEventListener('pointerover', (event) => this.#over(event), { signal });
    grid.addEventListener('pointerout', () => this.#out(), { signal });
    for (const each of ['focusin', 'focusout'])
      grid.addEventListener(each, () => setTimeout(() => this.show()), { signal });
    document.addEventListener('scroll', () => this.show(), { signal, capture: true, passive: true });
    addEventListener('resize', () => this.show(), { signal });
    document.addEventListener('keydown', (event) => event.key === 'Escape' && this.isShown && this.dismiss(), {
      signal,
    });
  }

  hostDisconnected(): void {
    this.#stop.abort();
    clearTimeout(this.#leaving);
  }

  render(): TemplateResult {
    return html`<div class="cell-note" popover="manual" role="tooltip"></div>`;
  }

  get isShown(): boolean {
    return this.#note?.matches(':popover-open') ?? false;
  }

  /** Closes the note until another cell is pointed at or active. */
  dismiss(): void {
    this.#dismissed = this.#cell?.id;
    this.show();
  }

  /** Brings the note up to date with its cell. */
  show(): void {
    const [note, cell] = [this.#note, this.#cell];
    if (!note) return;
    if (cell?.id !== this.#dismissed) this.#dismissed = undefined;
    const text = cell && this.#dismissed === undefined && this.#isSeen(cell) ? this.#textOf(cell) : undefined;
    if (!cell || !text) {
      note.hidePopover();
      return;
    }
    if (note.textContent !== text) note.textContent = text;
    note.showPopover();
    place(note, cell.getBoundingClientRect());
  }

  get #note(): HTMLElement | null {
    return this.#grid.querySelector<HTMLElement>('.cell-note');
  }

  get #cell(): HTMLElement | undefined {
    if (this.#hovered?.isConnected && this.#textOf(this.#hovered)) return this.#hovered;
    const hasFocus = this.#grid.contains(document.activeElement) && !document.activeElement?.closest('row-menu');
    return hasFocus ? (this.#grid.querySelector<HTMLElement>('.grid-row.active .cell.active') ?? undefined) : undefined;
  }

  /** Whether a cell is inside what the grid shows of itself. */
  #isSeen(cell: HTMLElement): boolean {
    const [inner, outer] = [cell.getBoundingClientRect(), this.#grid.querySelector('.grid')!.getBoundingClientRect()];
    return (
      inner.bottom > Math.max(outer.top, 0) &&
      inner.top < Math.min(outer.bottom, innerHeight) &&
      inner.right > outer.left &&
      inner.left < outer.right
    );
  }

  #over({ target, pointerType }: PointerEvent): void {
    clearTimeout(this.#leaving);
    // A finger does not hover.
    if (pointerType === 'touch' || (target as HTMLElement).closest('.cell-note')) return;
    this.#hovered = (target as HTMLElement).closest<HTMLElement>('[data-column]') ?? undefined;
    this.show();
  }

  #out(): void {
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => {
      this.#hovered = undefined;
      this.show();
    }, LEAVING_MS);
  }
}

/** Below a cell, or above it where there is no room, and never beyond the edge of the window. */
function place(note: HTMLElement, cell: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = note;
  const hasRoom = cell.bottom + GAP + height <= innerHeight - EDGE;
  note.style.top = `${hasRoom ? cell.bottom + GAP : Math.max(EDGE, cell.top - GAP - height)}px`;
  note.style.left = `${Math.max(EDGE, Math.min(cell.left, innerWidth - EDGE - width))}px`;
}
