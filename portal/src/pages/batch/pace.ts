const MAX_SAMPLES = 10;

/** Estimates when a run ends, from its progress while this page is open. */
export class Pace {
  #samples: { at: number; done: number }[] = [];

  add(done: number, at: number): void {
    if (this.#samples.at(-1)?.done === done) return;
    this.#samples = [...this.#samples.slice(1 - MAX_SAMPLES), { at, done }];
  }

  /** Seconds until `total` are done; unknown until the number has changed. */
  left(total: number, now: number): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.done === first.done) return undefined;
    const perMs = (last.done - first.done) / (last.at - first.at);
    return Math.max(0, (total - last.done) / perMs - (now - last.at)) / 1000;
  }
}
