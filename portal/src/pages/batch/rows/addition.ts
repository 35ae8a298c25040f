import { officer } from '../../../app/officer';
import { inRequests } from '../intake/create';
import type { RowText } from '../intake/paste';

/** What one request adds, and the key under which it adds it once, however often it is sent. */
export interface Part {
  readonly rows: readonly RowText[];
  readonly key: string;
}

/** Users to be added to a list, in as few requests as the API takes. One that failed in the middle goes on where it was. */
export class Addition {
  /** How many users. */
  readonly total: number;
  /** The numbers of those that were added, in order. */
  readonly numbers: number[] = [];
  #parts: readonly Part[];

  constructor(rows: readonly RowText[]) {
    this.total = rows.length;
    this.#parts = inRequests(rows, officer.limits.addedRows).map((part) => ({ rows: part, key: crypto.randomUUID() }));
  }

  /** How many have not been added yet, as far as is known. */
  get left(): number {
    return this.total - this.numbers.length;
  }

  /** Sends what is left, part by part; `send` gives the numbers of a part, and `tell` hears how many users are added. */
  async run(send: (part: Part) => Promise<readonly number[]>, tell: (done: number) => void): Promise<void> {
    for (let [part] = this.#parts; part; [part] = this.#parts) {
      this.numbers.push(...(await send(part)));
      this.#parts = this.#parts.slice(1);
      tell(this.numbers.length);
    }
  }
}
