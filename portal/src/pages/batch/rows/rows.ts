import { ask, type Schemas } from '../../../api/client';
import { Failure } from '../../../api/failure';
import { count } from '../../../messages/time';
import { type AccountField, labels } from '../../../rules/forms';
import { requestRows } from '../intake/create';
import type { Addition } from './addition';
import { type Cause, causesOf, groupCauses, hasFailed, isGuess, isRepaired, needsMending, type Row } from './causes';
import { byText, Deeds } from './undo';

export type Counts = Schemas['CountsBody'];
export type ManyField = keyof Schemas['ManyFields'];

/** How far the change of a cell is that was typed here and is not what the server has. */
export type PendingState = 'saving' | 'not-saved' | 'changed-elsewhere';

/** What was typed into a cell, until the server has it. */
export interface Pending {
  readonly text: string;
  readonly state: PendingState;
}

export type PendingFields = Partial<Record<AccountField, Pending>>;
type Texts = Partial<Record<AccountField, string>>;

/** The first number on a page, and the cursor that leads to it. */
interface PageStart {
  readonly from: number;
  readonly cursor: string | undefined;
}

const PAGE = 500;
/** Rows of one request that changes many, so that each is answered soon and the officer sees how far it is. */
const TOGETHER = 300;
/** Removed rows that are brought back one by one, when that is wanted. */
const RESTORABLE = 50;

/** The rows of a batch as this page knows them: all of them, page by page, with every change made here. */
export class BatchRows {
  counts: Counts | undefined;
  /** All rows that were not removed, in order. */
  all: Row[] = [];
  /** Whether all pages are here. */
  isWhole = false;
  /** Those that the filter let through when it was chosen: a mended row stays until the filter is left. */
  shown: Row[] = [];
  filter = 'all';
  failure: Failure | undefined;
  /** Cells whose change the server does not have yet, by row: it stays until it is saved or discarded. */
  readonly pending = new Map<number, PendingFields>();
  /** Rows that left the list with text that the server never had, until the officer has read so. */
  readonly lost = new Set<number>();
  readonly deeds = new Deeds();
  #causes: Cause[] | undefined;
  #pages: PageStart[] = [];
  #turns = new Map<number, Promise<unknown>>();
  #loading = 0;
  readonly #undoable = new WeakSet<Addition>();

  constructor(
    private readonly batch: string,
    private readonly changed: () => void,
  ) {}

  get causes(): Cause[] {
    this.#causes ??= groupCauses(this.all);
    return this.#causes;
  }

  get failed(): number {
    return this.all.filter(hasFailed).length;
  }

  /** How many have a value that will be used otherwise than it was typed. */
  get repaired(): number {
    return this.all.filter(isRepaired).length;
  }

  /** Those shown that can be changed or removed together: all that were not submitted. */
  get changeable(): Row[] {
    return this.shown.filter(({ state }) => state !== 'SENT');
  }

  find(number: number): Row | undefined {
    const at = this.#place(this.all, number);
    return this.all[at]?.number === number ? this.all[at] : undefined;
  }

  /** Reads all rows anew; what is known stays until then. */
  async load(): Promise<void> {
    const turn = ++this.#loading;
    const found: Row[] = [];
    const pages: PageStart[] = [];
    const isFirst = this.all.length === 0;
    let cursor: string | undefined;
    this.failure = undefined;
    try {
      do {
        const page: Schemas['RowPageBody'] = await this.#page(cursor);
        if (turn !== this.#loading) return;
        pages.push({ from: page.items[0]?.number ?? 0, cursor });
        found.push(...page.items);
        cursor = page.nextCursor ?? undefined;
        if (!isFirst) continue;
        this.all = [...found];
        this.#pages = pages;
        this.#select();
      } while (cursor);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.all = found;
    this.#pages = pages;
    this.isWhole = true;
    this.#select();
    this.#loseDeleted();
  }

  /** Shows other rows. */
  show(filter: string): void {
    this.filter = filter;
    this.#select();
  }

  /** How many cells hold text that the server does not have, for all that is known. */
  get typed(): number {
    return this.#pendingCells.length;
  }

  /** How many cells hold text that could not be saved. */
  get unsaved(): number {
    return this.#pendingCells.filter(({ state }) => state !== 'saving').length;
  }

  /** Whether a change is on its way to the server. */
  get isSaving(): boolean {
    return this.#pendingCells.some(({ state }) => state === 'saving');
  }

  get #pendingCells(): Pending[] {
    return [...this.pending.values()].flatMap((fields) => Object.values(fields));
  }

  /**
   * Gives cells of a row other text, which shows at once. When it cannot be saved it stays in its cells, marked; with a
   * row that is not in the list any more it is lost.
   */
  async edit(number: number, text: Texts): Promise<Row | undefined> {
    this.#mark(number, text, 'saving');
    try {
      const after = await this.amend(number, text);
      this.#unmark(number, text);
      return after;
    } catch (error) {
      const isElsewhere = error instanceof Failure && error.status === 412;
      this.#mark(number, text, isElsewhere ? 'changed-elsewhere' : 'not-saved', 'only-the-same');
      throw error;
    }
  }

  /** Gives a row other text. The answer is the row as the server sees it, or nothing when the row is not there. */
  async amend(number: number, text: Texts): Promise<Row | undefined> {
    const before = this.find(number);
    let after: Row | undefined;
    try {
      after = await this.#change(number, text);
    } catch (error) {
      if (this.find(number)) throw error;
    }
    if (!before || !after) {
      this.#lose(number);
      return undefined;
    }
    const old = Object.fromEntries(Object.keys(text).map((field) => [field, before.values[field as AccountField]]));
    this.deeds.add({ said: `Row ${number} changed.`, undo: async () => void (await this.#change(number, old)) });
    return after;
  }

  /**
   * Sends again what could not be saved. What fails again stays marked; the first failure is thrown. The answer is
   * whether all of it is saved: what was typed into a row that is not in the list any more is not.
   */
  async retry(states: readonly PendingState[] = ['not-saved', 'changed-elsewhere']): Promise<boolean> {
    const failures: unknown[] = [];
    let isSaved = true;
    for (const [number, fields] of [...this.pending]) {
      const again = Object.entries(fields)
        .filter(([, { state }]) => states.includes(state))
        .map(([field, { text }]) => [field, text]);
      if (again.length === 0) continue;
      const after = this.edit(number, Object.fromEntries(again));
      await after.then(
        (row) => (isSaved &&= Boolean(row)),
        (error: unknown) => failures.push(error),
      );
    }
    if (failures.length > 0) throw failures[0];
    return isSaved;
  }

  /** Gives up what could not be saved: the cells show what the server has. */
  discard(): void {
    for (const [number, fields] of [...this.pending]) {
      const given = Object.entries(fields)
        .filter(([, { state }]) => state !== 'saving')
        .map(([field, { text }]) => [field, text]);
      this.#unmark(number, Object.fromEntries(given));
    }
  }

  /** Gives up what was typed into a row that is not in the list any more. */
  #lose(number: number): void {
    this.pending.delete(number);
    this.lost.add(number);
    this.changed();
  }

  #loseDeleted(): void {
    for (const number of [...this.pending.keys()]) if (!this.find(number)) this.#lose(number);
  }

  #mark(number: number, text: Texts, state: PendingState, which: 'all' | 'only-the-same' = 'all'): void {
    const fields = { ...this.pending.get(number) };
    for (const [field, typed] of Object.entries(text) as [AccountField, string][]) {
      // What was typed since goes its own way.
      if (which === 'all' || fields[field]?.text === typed) fields[field] = { text: typed, state };
    }
    this.pending.set(number, fields);
    this.changed();
  }

  #unmark(number: number, text: Texts): void {
    const left = Object.entries(this.pending.get(number) ?? {}).filter(
      ([field, { text: typed }]) => text[field as AccountField] !== typed,
    );
    if (left.length > 0) this.pending.set(number, Object.fromEntries(left));
    else this.pending.delete(number);
    this.changed();
  }

  /** Puts users at the end; `tell` hears how many. When it fails in the middle, those that were added show, and it can be run again. */
  async add(addition: Addition, tell: (done: number) => void): Promise<void> {
    try {
      await addition.run(async ({ rows, key }) => {
        const body = { rows: requestRows(rows) };
        const { body: answer } = await ask('post', '/api/batches/{id}/rows', {
          path: { id: this.batch },
          body,
          idempotencyKey: key,
        });
        this.counts = answer.counts;
        return answer.numbers;
      }, tell);
    } catch (error) {
      await this.#loadEnd().catch(() => undefined);
      throw error;
    } finally {
      this.#rememberAddition(addition);
    }
    await this.#loadEnd();
  }

  /** One addition is undone as a whole, also when it took more than one attempt. */
  #rememberAddition(addition: Addition): void {
    if (addition.numbers.length === 0 || this.#undoable.has(addition)) return;
    this.#undoable.add(addition);
    this.deeds.add({
      get said() {
        return `${count(addition.numbers.length, 'user')} added.`;
      },
      undo: () => this.#takeOutMany(addition.numbers),
    });
  }

  /** Takes a row out. */
  async remove(number: number): Promise<void> {
    if (!this.find(number)) return;
    await this.#takeOut(number);
    this.deeds.add({ said: `Row ${number} removed.`, undo: () => this.#restore(number) });
  }

  /** Takes rows out; `tell` hears of how many. */
  async removeMany(removed: readonly number[], tell: (done: number) => void): Promise<void> {
    await this.#takeOutMany(removed, tell);
    if (removed.length > RESTORABLE) return;
    this.deeds.add({
      said: `${count(removed.length, 'user')} removed.`,
      undo: async () => {
        for (const number of removed) await this.#restore(number);
      },
    });
  }

  async #takeOutMany(removed: readonly number[], tell?: (done: number) => void): Promise<void> {
    try {
      await inParts(
        removed,
        async (numbers) => {
          const { body } = await ask('post', '/api/batches/{id}/rows/remove', {
            path: { id: this.batch },
            body: { numbers },
          });
          this.#counted(body.counts);
        },
        tell,
      );
    } finally {
      // Also after a failure in the middle: what was removed is not there any more.
      await this.load();
    }
  }

  async #takeOut(number: number): Promise<void> {
    const row = this.find(number);
    if (!row) return;
    await this.#inTurn(number, async () => {
      await ask('delete', '/api/batches/{id}/rows/{number}', { path: { id: this.batch, number } });
      this.#drop(number);
      this.#counted({ ...this.counts!, removed: this.counts!.removed + 1, [slot(row)]: this.counts![slot(row)] - 1 });
    });
    this.#loseDeleted();
    await this.#refreshDoubles(number);
  }

  /** Sets a field of many rows to one text, some at a time. */
  async fix(numbers: readonly number[], field: ManyField, text: string, tell: (done: number) => void): Promise<void> {
    const before = numbers.flatMap((number) => this.find(number) ?? []).filter(({ state }) => state !== 'SENT');
    try {
      await this.#set(
        before.map(({ number }) => number),
        field,
        text,
        tell,
      );
      this.#rememberFix(before, field);
    } catch (error) {
      await this.load();
      this.#rememberFix(
        before.filter(({ number }) => this.find(number)?.values[field] === text),
        field,
      );
      throw error;
    }
    await this.load();
  }

  /** Rows that got one text go back to what each said before. */
  #rememberFix(before: readonly Row[], field: ManyField): void {
    if (before.length === 0) return;
    const old = byText(before, ({ values }) => values[field]);
    this.deeds.add({
      said: `${labels[field]} changed for ${count(before.length, 'user')}.`,
      undo: async () => {
        for (const [was, rows] of old) await this.#set(rows, field, was, () => {});
        await this.load();
      },
    });
  }

  /** Takes back what was done last, and says what it was. */
  async undo(): Promise<string | undefined> {
    return (await this.deeds.undo())?.said;
  }

  /** Once every change has been answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#turns.values());
    // By then each cell knows its answer too.
    await new Promise((later) => setTimeout(later));
  }

  async #change(number: number, text: Texts): Promise<Row | undefined> {
    const before = this.find(number)?.values;
    const after = await this.#inTurn(number, async () => {
      const row = this.find(number);
      if (!row) return undefined;
      try {
        const path = { id: this.batch, number };
        const { body } = await ask('patch', '/api/batches/{id}/rows/{number}', {
          path,
          ifMatch: row.etag,
          body: text as Schemas['RowPatch'],
        });
        this.#put(body.row);
        this.#counted(body.counts);
        return body.row;
      } catch (error) {
        const now = error instanceof Failure && error.status === 412 ? await this.#refresh(number) : undefined;
        const isSaved = ([field, typed]: [string, string]) =>
          now?.values[field as AccountField] === typed && !isGuess(now, field);
        // An earlier attempt whose answer was lost has done it already.
        if (Object.entries(text).every(isSaved)) return now;
        // The row was changed elsewhere: the officer sees how before trying again.
        throw error;
      }
    });
    const isOther = (['email', 'username'] as const).some(
      (field) => text[field] !== undefined && text[field] !== before?.[field],
    );
    if (isOther) await this.#refreshDoubles(number);
    return after;
  }

  /** A removed row comes back by being written again as it was. */
  async #restore(number: number): Promise<void> {
    let cursor: string | undefined;
    do {
      const { body } = await ask('get', '/api/batches/{id}/rows', {
        path: { id: this.batch },
        query: { show: 'removed', limit: PAGE, ...(cursor && { cursor }) },
      });
      const row = body.items.find((each) => each.number === number);
      if (row) {
        const { body: answer } = await ask('patch', '/api/batches/{id}/rows/{number}', {
          path: { id: this.batch, number },
          ifMatch: row.etag,
          body: {} as Schemas['RowPatch'],
        });
        this.#put(answer.row);
        this.#counted(answer.counts);
        await this.#refreshDoubles(number);
        return;
      }
      cursor = body.nextCursor ?? undefined;
    } while (cursor);
  }

  async #set(numbers: readonly number[], field: ManyField, text: string, tell: (done: number) => void): Promise<void> {
    await inParts(
      numbers,
      async (some) => {
        const { body } = await ask('patch', '/api/batches/{id}/rows', {
          path: { id: this.batch },
          body: { rows: { numbers: some }, set: { [field]: text } },
        });
        this.#counted(body.counts);
      },
      tell,
    );
  }

  /** One change of a row after the other, because each needs the version that the last one made. */
  async #inTurn<T>(number: number, change: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(number) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(change);
    this.#turns.set(number, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(number) === turn) this.#turns.delete(number);
    }
  }

  /** Rows that were doubles of one that changed, or contradicted it, may be free now. */
  async #refreshDoubles(number: number): Promise<void> {
    const doubles = this.all
      .filter(({ duplicate, errors }) => duplicate?.row === number || errors.some(({ row }) => row === number))
      .map((double) => double.number);
    const pageOf = (double: number) => this.#pages.findLastIndex(({ from }) => from <= double);
    for (const double of doubles.filter((each, at) => at === 0 || pageOf(each) !== pageOf(doubles[at - 1]!)))
      await this.#refresh(double);
  }

  /** Reads the last page again, and those that have come behind it. */
  async #loadEnd(): Promise<void> {
    const last = this.#pages.pop();
    let cursor = last?.cursor;
    this.all = this.all.filter(({ number }) => number < (last?.from ?? 0));
    do {
      const page: Schemas['RowPageBody'] = await this.#page(cursor);
      this.#pages.push({ from: page.items[0]?.number ?? 0, cursor });
      this.all.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    this.show('all');
    this.#loseDeleted();
  }

  /** Reads the page of a row again, and gives the row, if it is in the list still. */
  async #refresh(number: number): Promise<Row | undefined> {
    const page = this.#pages.findLast(({ from }) => from <= number) ?? this.#pages[0];
    const { items, nextCursor } = await this.#page(page?.cursor);
    for (const row of items) this.#put(row);
    const isRead = !nextCursor || number <= (items.at(-1)?.number ?? 0);
    if (isRead && !items.some((row) => row.number === number)) this.#drop(number);
    this.changed();
    return this.find(number);
  }

  /** A row is not in the list any more. */
  #drop(number: number): void {
    this.all = this.all.filter((row) => row.number !== number);
    this.shown = this.shown.filter((row) => row.number !== number);
    this.#causes = undefined;
  }

  async #page(cursor: string | undefined): Promise<Schemas['RowPageBody']> {
    return (
      await ask('get', '/api/batches/{id}/rows', {
        path: { id: this.batch },
        query: { limit: PAGE, ...(cursor && { cursor }) },
      })
    ).body;
  }

  #put(row: Row): void {
    for (const rows of [this.all, this.shown]) {
      const at = this.#place(rows, row.number);
      if (rows[at]?.number === row.number) rows[at] = row;
      else if (rows === this.all || this.#passes(row)) rows.splice(at, 0, row);
    }
    this.#causes = undefined;
  }

  #counted(counts: Counts): void {
    this.counts = counts;
    this.#causes = undefined;
    this.changed();
  }

  #select(): void {
    this.shown = this.filter === 'all' ? [...this.all] : this.all.filter((row) => this.#passes(row));
    this.#causes = undefined;
    this.changed();
  }

  #passes(row: Row): boolean {
    switch (this.filter) {
      case 'all':
        return true;
      case 'errors':
        return needsMending(row);
      case 'repaired':
        return isRepaired(row);
      case 'READY':
      case 'DUPLICATE':
      case 'SENT':
        return row.state === this.filter;
      default:
        return causesOf(row).includes(this.filter);
    }
  }

  /** Where a number stands or would stand among rows in order. */
  #place(rows: readonly Row[], number: number): number {
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle]!.number < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #fail(error: unknown): void {
    this.failure = Failure.caught(error);
    this.changed();
  }
}

function slot({ state }: Row): 'ready' | 'needsFixing' | 'duplicate' | 'sent' {
  return state === 'READY' ? 'ready' : state === 'DUPLICATE' ? 'duplicate' : state === 'SENT' ? 'sent' : 'needsFixing';
}

/** Asks for many rows in parts, one after the other; `tell` hears of how many are done. */
async function inParts(
  numbers: readonly number[],
  ask: (some: number[]) => Promise<void>,
  tell?: (done: number) => void,
): Promise<void> {
  for (let from = 0; from < numbers.length; from += TOGETHER) {
    await ask(numbers.slice(from, from + TOGETHER));
    tell?.(Math.min(from + TOGETHER, numbers.length));
  }
}
