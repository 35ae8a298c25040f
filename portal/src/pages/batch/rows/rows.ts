import { Failure } from '../../../api/failure';
import type { RowState } from '../../../api/states';
import { count } from '../../../messages/time';
import { type AccountField, labels } from '../../../rules/forms';
import type { Addition } from './addition';
import { type Filter, RowList } from './list';
import { PendingCells, type PendingState, type Texts } from './pending';
import { type Counts, RowRequests } from './requests';
import { isGuess, isSent, type Row } from './row';
import { Turns } from './turns';
import { byText, UndoStack } from './undo';

/** The first number on a page, and the cursor that leads to it. */
interface PageStart {
  readonly from: number;
  readonly cursor: string | undefined;
}

/** Requests of one step of undo at most: rows that are restored one by one, or different texts that are set again. */
const MAX_UNDO_REQUESTS = 50;

const changedText = (rows: readonly Row[], field: AccountField): string =>
  `${labels[field]} changed for ${count(rows.length, 'user')}.`;

/** The rows of a batch: all of them, page by page, with every change made here. `onChange` follows each change. */
export class BatchRows {
  counts: Counts | undefined;
  /** Whether all pages are here. */
  isWhole = false;
  /** Why the rows could not be loaded. */
  failure: Failure | undefined;
  readonly pending = new PendingCells();
  /** Numbers of deleted rows with text that the server never had, until the officer has read so. */
  readonly lost = new Set<number>();
  readonly undoStack = new UndoStack();
  readonly #list = new RowList();
  readonly #requests: RowRequests;
  readonly #turns = new Turns();
  #pages: PageStart[] = [];
  /** How often the rows were loaded: an answer to an earlier time is late. */
  #loads = 0;
  readonly #undoable = new WeakSet<Addition>();

  constructor(
    batchId: string,
    private readonly onChange: () => void,
  ) {
    this.#requests = new RowRequests(batchId);
  }

  /** The rows that are known; `BatchRows` alone changes them. */
  get list(): Omit<RowList, 'put' | 'drop' | 'replaceAll' | 'show'> {
    return this.#list;
  }

  find(number: number): Row | undefined {
    return this.#list.find(number);
  }

  /** Shows other rows. */
  show(filter: Filter): void {
    this.#list.show(filter);
    this.onChange();
  }

  /** Reads all rows again; what is known stays until then. */
  async load(): Promise<void> {
    const load = ++this.#loads;
    const isFirst = this.#list.all.length === 0;
    const found: Row[] = [];
    const pages: PageStart[] = [];
    let cursor: string | undefined;
    this.failure = undefined;
    try {
      do {
        const page = await this.#requests.page(cursor);
        if (load !== this.#loads) return;
        pages.push({ from: page.items[0]?.number ?? 0, cursor });
        found.push(...page.items);
        cursor = page.nextCursor ?? undefined;
        if (isFirst) this.#replaceAll(found, pages);
      } while (cursor);
    } catch (error) {
      this.failure = Failure.caught(error);
      this.onChange();
      return;
    }
    this.isWhole = true;
    this.#replaceAll(found, pages);
    this.#loseDeleted();
  }

  /**
   * Gives cells of a row other text, which shows at once. When it cannot be saved it stays in its cells, marked; with a
   * deleted row it is lost.
   */
  async edit(number: number, texts: Texts): Promise<Row | undefined> {
    this.pending.start(number, texts);
    this.onChange();
    try {
      const after = await this.amend(number, texts);
      this.pending.end(number, texts);
      return after;
    } catch (error) {
      const isElsewhere = error instanceof Failure && error.status === 412;
      this.pending.fail(number, texts, isElsewhere ? 'changed-elsewhere' : 'not-saved');
      throw error;
    } finally {
      this.onChange();
    }
  }

  /** Gives a row other text. The answer is the row as the server sees it, or nothing when it is deleted. */
  async amend(number: number, texts: Texts): Promise<Row | undefined> {
    const before = this.find(number);
    let after: Row | undefined;
    try {
      after = await this.#change(number, texts);
    } catch (error) {
      if (this.find(number)) throw error;
    }
    if (!before || !after) {
      this.#lose(number);
      return undefined;
    }
    const old = Object.fromEntries(Object.keys(texts).map((field) => [field, before.values[field as AccountField]]));
    this.undoStack.add({ text: `Row ${number} changed.`, undo: async () => void (await this.#change(number, old)) });
    return after;
  }

  /**
   * Sends again what could not be saved. What fails again stays marked; the first failure is thrown. The answer is
   * whether all of it is saved: what was typed into a deleted row is not.
   */
  async retry(states: readonly PendingState[] = ['not-saved', 'changed-elsewhere']): Promise<boolean> {
    const failures: unknown[] = [];
    let isSaved = true;
    for (const number of [...this.pending.keys()]) {
      const texts = this.pending.texts(number, states);
      if (Object.keys(texts).length === 0) continue;
      try {
        if (!(await this.edit(number, texts))) isSaved = false;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return isSaved;
  }

  /** Gives up what could not be saved: the cells show what the server has. */
  discard(): void {
    for (const number of [...this.pending.keys()]) {
      this.pending.end(number, this.pending.texts(number, ['not-saved', 'changed-elsewhere']));
    }
    this.onChange();
  }

  /** Ends once every change was answered. */
  settled(): Promise<void> {
    return this.#turns.settled();
  }

  /**
   * Adds users at the end; `report` gets how many. When it fails in the middle, those that were added are shown, and it
   * can be run again.
   */
  async add(addition: Addition, report: (done: number) => void): Promise<void> {
    try {
      await addition.run(async (part) => {
        const { numbers, counts } = await this.#requests.add(part);
        this.counts = counts;
        return numbers;
      }, report);
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
    this.undoStack.add({
      get text() {
        return `${count(addition.numbers.length, 'user')} added.`;
      },
      undo: () => this.#removeMany(addition.numbers, () => {}),
    });
  }

  async remove(number: number): Promise<void> {
    const row = this.find(number);
    if (!row) return;
    await this.#turns.take(number, async () => {
      await this.#requests.remove(number);
      this.#list.drop(number);
      const [counts, part] = [this.counts!, countOf(row)];
      this.#setCounts({ ...counts, removed: counts.removed + 1, [part]: counts[part] - 1 });
    });
    this.#loseDeleted();
    await this.#refreshDoubles(number);
    this.undoStack.add({ text: `Row ${number} removed.`, undo: () => this.#restore(number) });
  }

  /** Removes rows; `report` gets how many. */
  async removeMany(numbers: readonly number[], report: (done: number) => void): Promise<void> {
    await this.#removeMany(numbers, report);
    if (numbers.length > MAX_UNDO_REQUESTS) return;
    this.undoStack.add({
      text: `${count(numbers.length, 'user')} removed.`,
      undo: async () => {
        for (const number of numbers) await this.#restore(number);
      },
    });
  }

  async #removeMany(numbers: readonly number[], report: (done: number) => void): Promise<void> {
    try {
      await this.#requests.removeMany(numbers, (done, counts) => {
        this.#setCounts(counts);
        report(done);
      });
    } finally {
      // Also after a failure in the middle: some are removed by then.
      await this.load();
    }
  }

  /** Whether a change of this field in many rows could be undone: not where most of them have texts of their own. */
  canUndoMany(numbers: readonly number[], field: AccountField): boolean {
    const texts = new Set<string | undefined>();
    return numbers.every((number) => texts.add(this.find(number)?.values[field]).size <= MAX_UNDO_REQUESTS);
  }

  /** Sets a field of many rows to one text, some at a time. Returns what was done, as a sentence. */
  async changeMany(
    numbers: readonly number[],
    field: AccountField,
    text: string,
    report: (done: number) => void,
  ): Promise<string> {
    const before = numbers.flatMap((number) => this.find(number) ?? []).filter((row) => !isSent(row));
    const changed = before.map(({ number }) => number);
    try {
      await this.#setMany(changed, field, text, report);
      this.#rememberMany(before, field);
    } catch (error) {
      await this.load();
      const done = before.filter(({ number }) => this.find(number)?.values[field] === text);
      this.#rememberMany(done, field);
      throw error;
    }
    await this.load();
    return changedText(before, field);
  }

  /** Undoing gives rows that got one text what each had before. */
  #rememberMany(before: readonly Row[], field: AccountField): void {
    if (before.length === 0) return;
    const old = byText(before, ({ values }) => values[field]);
    if (old.size > MAX_UNDO_REQUESTS) return;
    this.undoStack.add({
      text: changedText(before, field),
      undo: async () => {
        for (const [text, numbers] of old) await this.#setMany(numbers, field, text, () => {});
        await this.load();
      },
    });
  }

  async #setMany(
    numbers: readonly number[],
    field: AccountField,
    text: string,
    report: (done: number) => void,
  ): Promise<void> {
    await this.#requests.changeMany(numbers, { [field]: text }, (done, counts) => {
      this.#setCounts(counts);
      report(done);
    });
  }

  /** Undoes what was done last, and says what it was. */
  async undo(): Promise<string | undefined> {
    return (await this.undoStack.undo())?.text;
  }

  async #change(number: number, texts: Texts): Promise<Row | undefined> {
    const before = this.find(number)?.values;
    const after = await this.#turns.take(number, async () => {
      const row = this.find(number);
      return row && this.#changeNow(row, texts);
    });
    const isOther = (['email', 'username'] as const).some(
      (field) => texts[field] !== undefined && texts[field] !== before?.[field],
    );
    if (isOther) await this.#refreshDoubles(number);
    return after;
  }

  async #changeNow(row: Row, texts: Texts): Promise<Row | undefined> {
    try {
      const { row: after, counts } = await this.#requests.change(row, texts);
      this.#list.put(after);
      this.#setCounts(counts);
      return after;
    } catch (error) {
      const now = error instanceof Failure && error.status === 412 ? await this.#refresh(row.number) : undefined;
      const isSaved = ([field, text]: [string, string]) =>
        now?.values[field as AccountField] === text && !isGuess(now, field);
      // An earlier attempt whose answer was lost has done it already.
      if (Object.entries(texts).every(isSaved)) return now;
      // The row was changed elsewhere: the officer sees how before trying again.
      throw error;
    }
  }

  /** A removed row is restored by being written again as it was. */
  async #restore(number: number): Promise<void> {
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await this.#requests.page(cursor, 'removed');
      const row = items.find((each) => each.number === number);
      if (row) {
        const { row: after, counts } = await this.#requests.change(row, {});
        this.#list.put(after);
        this.#setCounts(counts);
        await this.#refreshDoubles(number);
        return;
      }
      cursor = nextCursor ?? undefined;
    } while (cursor);
  }

  /** Rows that were doubles of one that changed, or contradicted it, may be ready now. */
  async #refreshDoubles(number: number): Promise<void> {
    const doubles = this.#list.all
      .filter(({ duplicate, errors }) => duplicate?.row === number || errors.some(({ row }) => row === number))
      .map((double) => double.number);
    const pageOf = (double: number) => this.#pages.findLastIndex(({ from }) => from <= double);
    for (const double of doubles.filter((each, at) => at === 0 || pageOf(each) !== pageOf(doubles[at - 1]!)))
      await this.#refresh(double);
  }

  /** Reads the last page again, and those that were added behind it. */
  async #loadEnd(): Promise<void> {
    const last = this.#pages.at(-1);
    const pages = this.#pages.slice(0, -1);
    const rows = this.#list.all.filter(({ number }) => number < (last?.from ?? 0));
    let cursor = last?.cursor;
    do {
      const page = await this.#requests.page(cursor);
      pages.push({ from: page.items[0]?.number ?? 0, cursor });
      rows.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    this.#list.filter = 'all';
    this.#replaceAll(rows, pages);
    this.#loseDeleted();
  }

  /** Reads the page of a row again, and gives the row, unless it is deleted. */
  async #refresh(number: number): Promise<Row | undefined> {
    const page = this.#pages.findLast(({ from }) => from <= number) ?? this.#pages[0];
    const { items, nextCursor } = await this.#requests.page(page?.cursor);
    for (const row of items) this.#list.put(row);
    const isRead = !nextCursor || number <= (items.at(-1)?.number ?? 0);
    if (isRead && !items.some((row) => row.number === number)) this.#list.drop(number);
    this.onChange();
    return this.find(number);
  }

  #replaceAll(rows: readonly Row[], pages: PageStart[]): void {
    this.#pages = pages;
    this.#list.replaceAll(rows);
    this.onChange();
  }

  #setCounts(counts: Counts): void {
    this.counts = counts;
    this.onChange();
  }

  /** What was typed into a deleted row is lost. */
  #lose(number: number): void {
    this.pending.delete(number);
    this.lost.add(number);
    this.onChange();
  }

  #loseDeleted(): void {
    for (const number of [...this.pending.keys()]) if (!this.find(number)) this.#lose(number);
  }
}

/** The count that a row is part of. */
function countOf({ state }: Row): 'ready' | 'needsFixing' | 'duplicate' | 'sent' {
  switch (state as RowState) {
    case 'READY':
      return 'ready';
    case 'DUPLICATE':
      return 'duplicate';
    case 'SENT':
      return 'sent';
    default:
      return 'needsFixing';
  }
}
