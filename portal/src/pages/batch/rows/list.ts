import { type Cause, causesOf, groupCauses } from './causes';
import { hasFailed, isReady, isRepaired, isSent, needsFixing, type Row, warningOf } from './row';

/** What of a list is shown: everything, rows in one state, or those with a cause. */
export type Filter = 'all' | 'errors' | 'warned' | 'repaired' | 'ready' | Cause['key'];

/** The rows of a batch as this page knows them, and those that the filter shows. */
export class RowList {
  /** All rows that were not removed, in order. */
  all: Row[] = [];
  /** Those that the filter let through when it was chosen: a fixed row stays until the filter is left. */
  shown: Row[] = [];
  filter: Filter = 'all';
  #causes: Cause[] | undefined;

  get causes(): Cause[] {
    this.#causes ??= groupCauses(this.all);
    return this.#causes;
  }

  /** How many became an invite that failed. */
  get failed(): number {
    return this.all.filter(hasFailed).length;
  }

  /** How many have a value that is not used as it was typed. */
  get repaired(): number {
    return this.all.filter(isRepaired).length;
  }

  /** How many should be looked at before they are submitted. */
  get warned(): number {
    return this.all.filter(warningOf).length;
  }

  /** Those shown that can be changed or removed together: all that were not submitted. */
  get changeable(): Row[] {
    return this.shown.filter((row) => !isSent(row));
  }

  find(number: number): Row | undefined {
    const row = this.all[placeOf(this.all, number)];
    return row?.number === number ? row : undefined;
  }

  /** Shows other rows. */
  show(filter: Filter): void {
    this.filter = filter;
    this.shown = filter === 'all' ? [...this.all] : this.all.filter((row) => this.#passes(row));
    this.#causes = undefined;
  }

  replaceAll(rows: readonly Row[]): void {
    this.all = [...rows];
    this.show(this.filter);
  }

  /** Puts a row in its place, over what was known of it. */
  put(row: Row): void {
    for (const rows of [this.all, this.shown]) {
      const at = placeOf(rows, row.number);
      if (rows[at]?.number === row.number) rows[at] = row;
      else if (rows === this.all || this.#passes(row)) rows.splice(at, 0, row);
    }
    this.#causes = undefined;
  }

  drop(number: number): void {
    this.all = this.all.filter((row) => row.number !== number);
    this.shown = this.shown.filter((row) => row.number !== number);
    this.#causes = undefined;
  }

  #passes(row: Row): boolean {
    switch (this.filter) {
      case 'all':
        return true;
      case 'errors':
        return needsFixing(row);
      case 'warned':
        return Boolean(warningOf(row));
      case 'repaired':
        return isRepaired(row);
      case 'ready':
        return isReady(row);
      default:
        return causesOf(row).includes(this.filter);
    }
  }
}

/** The index of a row number among rows in order, or where it would be. */
function placeOf(rows: readonly Row[], number: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.number < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
