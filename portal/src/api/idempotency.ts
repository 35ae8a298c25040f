/** Keys for `Idempotency-Key`: the same body gets the same key until a request with it has succeeded. */
export class IdempotencyKeys {
  readonly #keys = new Map<string, string>();

  of(body: unknown): string {
    const text = JSON.stringify(body);
    const key = this.#keys.get(text) ?? crypto.randomUUID();
    this.#keys.set(text, key);
    return key;
  }

  /** The request succeeded: the next one is another, even with the same body. */
  done(): void {
    this.#keys.clear();
  }
}
