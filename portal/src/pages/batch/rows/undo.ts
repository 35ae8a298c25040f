/** Something that was done, and how to undo it. */
export interface UndoStep {
  /** What was done, as a sentence. */
  readonly text: string;
  readonly undo: () => Promise<void>;
}

const MAX_STEPS = 50;

/** What was done to the rows of a batch, latest last. */
export class UndoStack {
  #steps: UndoStep[] = [];

  get last(): UndoStep | undefined {
    return this.#steps.at(-1);
  }

  add(step: UndoStep): void {
    this.#steps = [...this.#steps.slice(1 - MAX_STEPS), step];
  }

  /** Undoes the latest. It stays when that fails, to be tried again. */
  async undo(): Promise<UndoStep | undefined> {
    const step = this.last;
    if (!step) return undefined;
    await step.undo();
    this.#steps = this.#steps.filter((each) => each !== step);
    return step;
  }

  clear(): void {
    this.#steps = [];
  }
}

/** Row numbers by the text that they had before, so that a change of many is undone with few requests. */
export function byText<R extends { readonly number: number }>(
  rows: readonly R[],
  textOf: (row: R) => string,
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const row of rows) groups.set(textOf(row), [...(groups.get(textOf(row)) ?? []), row.number]);
  return groups;
}
