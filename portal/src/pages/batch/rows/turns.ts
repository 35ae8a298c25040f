/** Changes of one row follow each other, because each needs the version that the one before it created. */
export class Turns {
  readonly #last = new Map<number, Promise<unknown>>();

  async take<T>(row: number, change: () => Promise<T>): Promise<T> {
    const before = this.#last.get(row) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(change);
    this.#last.set(row, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(row) === turn) this.#last.delete(row);
    }
  }

  /** Ends once every change was answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#last.values());
    // By then the code that waits for an answer has it too.
    await new Promise((later) => setTimeout(later));
  }
}
