/** Pauses before what got no answer is sent again by itself. After the last one only the officer sends it. */
const PAUSES_MS = [5_000, 15_000, 45_000];

/** Sends again by itself what got no answer, a few times, because no event says when an answer can be had again. */
export class Resend {
  #sent = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: () => void) {}

  /** Whether it is sent again by itself. */
  get isPlanned(): boolean {
    return this.#timer !== undefined;
  }

  /** Plans the next time, unless one is planned or there were enough. */
  plan(): void {
    const pause = PAUSES_MS[this.#sent];
    if (this.isPlanned || pause === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sent += 1;
      this.send();
    }, pause);
  }

  /** Nothing is left to be sent: what fails later has all pauses before it. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sent = 0;
  }
}
