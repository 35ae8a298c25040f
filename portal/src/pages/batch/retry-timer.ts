/** Pauses before what got no answer is sent again by itself. After the last one only the officer sends it. */
const PAUSES_MS = [5_000, 15_000, 45_000];

/** Sends again by itself what got no answer, a few times, because no event says when the service answers again. */
export class RetryTimer {
  #sent = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: () => void) {}

  /** Whether it is sent again by itself. */
  get isPlanned(): boolean {
    return this.#timer !== undefined;
  }

  /** Plans the next time, unless one is planned or all pauses were used. */
  plan(): void {
    const pause = PAUSES_MS[this.#sent];
    if (this.isPlanned || pause === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sent += 1;
      this.send();
    }, pause);
  }

  /** Nothing is left to be sent: the next failure starts with the first pause. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sent = 0;
  }
}
