/** Something that was done, and how to take it back. */
export interface Deed {
  /** What was done, as a sentence. */
  readonly said: string;
  readonly undo: () => Promise<void>;
}

const MOST = 50;

/** What was done to the rows of a batch, latest last. */
export class Deeds {
  #deeds: Deed[] = [];

  get last(): Deed | undefined {
    return this.#deeds.at(-1);
  }

  add(deed: Deed): void {
    this.#deeds = [...this.#deeds.slice(1 - MOST), deed];
  }

  /** Takes the latest back. It stays when that fails, to be tried again. */
  async undo(): Promise<Deed | undefined> {
    const deed = this.last;
    if (!deed) return undefined;
    await deed.undo();
    this.#deeds = this.#deeds.filter((each) => each !== deed);
    return deed;
  }

  clear(): void {
    this.#deeds = [];
  }
}

/** Numbers by the text that they had before, so that a change of many is taken back with few requests. */
export function byText<R extends { readonly number: number }>(
  rows: readonly R[],
  textOf: (row: R) => string,
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const row of rows) groups.set(textOf(row), [...(groups.get(textOf(row)) ?? []), row.number]);
  return groups;
}
