/** Asks once: `true` when something had changed. */
type Ask = (signal: AbortSignal) => Promise<boolean>;

const SOON_MS = 2_000;
const LATE_MS = 30_000;

/**
 * Asks again and again: after 2 s while things change, less and less often up to 30 s while they do not, and never
 * while the page is hidden.
 */
export class Poll {
  #pause = SOON_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop = new AbortController();
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  start(): void {
    this.#stop = new AbortController();
    document.addEventListener('visibilitychange', () => this.#shown(), { signal: this.#stop.signal });
    this.hurry();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  /** Something was just done, so something will change. */
  hurry(): void {
    this.#pause = SOON_MS;
    this.#plan();
  }

  #shown(): void {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'visible') void this.#turn();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#stop.signal.aborted || document.visibilityState !== 'visible') return;
    this.#timer = setTimeout(() => void this.#turn(), this.#pause);
  }

  async #turn(): Promise<void> {
    const changed = await this.#ask(this.#stop.signal).catch(() => false);
    this.#pause = changed ? SOON_MS : Math.min(this.#pause * 1.5, LATE_MS);
    this.#plan();
  }
}
