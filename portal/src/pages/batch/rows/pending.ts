import type { AccountField } from '../../../rules/forms';

/** The state of a change that was typed into a cell and that the server does not have. */
export type PendingState = 'saving' | 'not-saved' | 'changed-elsewhere';

export interface Pending {
  readonly text: string;
  readonly state: PendingState;
}

export type PendingFields = Partial<Record<AccountField, Pending>>;
export type Texts = Partial<Record<AccountField, string>>;

/** What was typed into cells, by row number, until the server has it or the officer discards it. */
export class PendingCells extends Map<number, PendingFields> {
  /** How many cells. */
  get typed(): number {
    return this.#all.length;
  }

  /** How many cells could not be saved. */
  get unsaved(): number {
    return this.#all.filter(({ state }) => state !== 'saving').length;
  }

  get isSaving(): boolean {
    return this.typed > this.unsaved;
  }

  /** Marks cells that were just typed into. */
  start(number: number, texts: Texts): void {
    const fields = { ...this.get(number) };
    for (const [field, text] of entriesOf(texts)) fields[field] = { text, state: 'saving' };
    this.set(number, fields);
  }

  /** Marks cells that could not be saved, but for those that were typed into again meanwhile. */
  fail(number: number, texts: Texts, state: PendingState): void {
    const fields = { ...this.get(number) };
    for (const [field, text] of entriesOf(texts)) if (fields[field]?.text === text) fields[field] = { text, state };
    this.set(number, fields);
  }

  /** Forgets cells that were saved or discarded, but for those that were typed into again meanwhile. */
  end(number: number, texts: Texts): void {
    const left = entriesOf(this.get(number) ?? {}).filter(([field, { text }]) => texts[field] !== text);
    if (left.length > 0) this.set(number, Object.fromEntries(left));
    else this.delete(number);
  }

  /** The texts of a row that are in one of these states. */
  texts(number: number, states: readonly PendingState[]): Texts {
    const chosen = entriesOf(this.get(number) ?? {}).filter(([, { state }]) => states.includes(state));
    return Object.fromEntries(chosen.map(([field, { text }]) => [field, text]));
  }

  get #all(): Pending[] {
    return [...this.values()].flatMap((fields) => Object.values(fields));
  }
}

function entriesOf<T>(fields: Partial<Record<AccountField, T>>): [AccountField, T][] {
  return Object.entries(fields) as [AccountField, T][];
}
