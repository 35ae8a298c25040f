import { officer } from '../../../app/officer';
import { inRequests, type RowText } from './new-rows';

/** The rows of one request, and the key under which it adds them once, however often it is sent. */
export interface Part {
  readonly rows: readonly RowText[];
  readonly key: string;
}

/** Users to be added to a list, in as few requests as the API takes. After a failure it goes on with what is left. */
export class Addition {
  /** How many users. */
  readonly total: number;
  /** The row numbers of those that were added, in order. */
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

  /** Sends what is left, part by part; `send` gives the row numbers of a part, `report` gets how many were added. */
  async run(send: (part: Part) => Promise<readonly number[]>, report: (done: number) => void): Promise<void> {
    for (let [part] = this.#parts; part; [part] = this.#parts) {
      this.numbers.push(...(await send(part)));
      this.#parts = this.#parts.slice(1);
      report(this.numbers.length);
    }
  }
}
