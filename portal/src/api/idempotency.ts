/** Keys for `Idempotency-Key`: the same body gets the same key until it has gone through, whatever happens in between. */
export class IdempotencyKeys {
  #body = '';
  #key = '';

  of(body: unknown): string {
    const text = JSON.stringify(body);
    if (text !== this.#body) {
      this.#body = text;
      this.#key = crypto.randomUUID();
    }
    return this.#key;
  }

  /** It went through: the next one is another, even when it looks the same. */
  done(): void {
    this.#body = '';
  }
}
