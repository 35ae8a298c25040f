/** Keys for `Idempotency-Key`: the same body gets the same key until it has gone through, whatever happens in between. */
export class IdempotencyKeys {
  readonly #keys = new Map<string, string>();

  of(body: unknown): string {
    const text = JSON.stringify(body);
    const key = this.#keys.get(text) ?? crypto.randomUUID();
    this.#keys.set(text, key);
    return key;
  }

  /** It went through: the next one is another, even when it looks the same. */
  done(): void {
    this.#keys.clear();
  }
}
