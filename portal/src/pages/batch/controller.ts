import { ask, download, type Schemas } from '../../api/client';
import { Failure } from '../../api/failure';
import { type BatchState, hasRows, isOneOf } from '../../api/states';
import { askBeforeLeaving, go } from '../../app/router';
import { session } from '../../app/session';
import { nameOfBatch } from '../../messages/batches';
import { count, numbers } from '../../messages/time';
import { confirm, type Question } from '../../parts/confirm';
import { announce } from '../../parts/live';
import type { Toast } from '../../parts/toast';
import { askToSubmit } from './dialogs/submit';
import { BatchFollower } from './follower';
import type { CellEdit } from './grid/grid';
import { stemOf } from './intake/file';
import { Pace } from './pace';
import { isFinished, outcomeText, progressOf } from './progress';
import type { Answers } from './questions/answers';
import type { Filter } from './rows/list';
import { canEdit, outcomeOf, type Row } from './rows/row';
import { BatchRows } from './rows/rows';
import { UnsavedChanges } from './unsaved';

type Batch = Schemas['BatchBody'];

/** How long leaving waits for changes that are on their way before it asks. */
const SAVING_MS = 1_000;

/** What is open over the page. */
export type Dialog =
  | { readonly kind: 'details'; readonly row: number }
  | { readonly kind: 'add'; readonly text: string }
  | { readonly kind: 'change-many' };

/** The page that shows a batch; it alone knows where the focus is. */
export interface BatchView {
  requestUpdate(): void;
  /** Takes the text out of the cell that is typed into. */
  closeEditor(): void;
  /** Makes a row the active one. */
  showRow(number: number): Promise<void>;
  focusOn(place: 'list' | 'failure' | 'unsaved' | 'progress'): Promise<void>;
  /** Gives the focus to the list when the element that had it was removed. */
  keepFocus(): Promise<void>;
  /** Gives the focus to the questions, unless the officer is somewhere else on the page. */
  focusQuestions(): Promise<void>;
}

/** What the page shows beside the rows. */
interface BatchPageState {
  readonly batch?: Batch | undefined;
  /** Why there is no batch to show. */
  readonly loadFailure?: Failure | undefined;
  /** Why the last action failed. */
  readonly failure?: Failure | undefined;
  /** How much of it was done before, in words. */
  readonly safe?: string | undefined;
  readonly toast?: Toast | undefined;
  readonly dialog?: Dialog | undefined;
  /** Whether an action is running that no other may overtake. */
  readonly isBusy?: boolean;
}

/** One batch, from the draft to the results: its state, how it changes, and what the officer may do next. */
export class BatchController {
  state: BatchPageState = {};
  pace = new Pace();
  /** Grows when a row changed in place. */
  version = 0;
  readonly rows: BatchRows;
  readonly unsaved: UnsavedChanges;
  readonly #path: { readonly id: string };
  readonly #view: BatchView;
  readonly #follower: BatchFollower;
  readonly #stop = new AbortController();

  constructor(batchId: string, view: BatchView) {
    this.#path = { id: batchId };
    this.#view = view;
    this.rows = new BatchRows(batchId, () => {
      this.version += 1;
      view.requestUpdate();
    });
    this.unsaved = new UnsavedChanges(this.rows, () => {
      view.requestUpdate();
      void view.keepFocus();
    });
    this.#follower = new BatchFollower(batchId, (batch) => this.#changed(batch));
  }

  start(): void {
    const { signal } = this.#stop;
    addEventListener('online', () => void this.unsaved.retryFailed(), { signal });
    session?.addEventListener('renewed', () => void this.unsaved.retryFailed(), { signal });
    addEventListener('beforeunload', (event) => this.#typed() > 0 && event.preventDefault(), { signal });
    askBeforeLeaving(() => this.#mayLeave(), signal);
    void this.load();
  }

  stop(): void {
    this.#follower.stop();
    this.unsaved.stop();
    this.#stop.abort();
  }

  async load(): Promise<void> {
    this.#set({ loadFailure: undefined });
    try {
      await this.#follower.start();
    } catch (error) {
      this.#set({ loadFailure: Failure.caught(error) });
    }
  }

  /** Whether the batch is being submitted, when none of its rows may change. */
  get isRunning(): boolean {
    return isOneOf<BatchState>(this.state.batch?.state ?? '', 'SUBMITTED');
  }

  get counts(): Schemas['CountsBody'] {
    return this.rows.counts ?? this.state.batch!.counts;
  }

  /** What was just done, after what was lost with deleted rows. */
  get toast(): Toast | undefined {
    const { toast } = this.state;
    const lost = [...this.rows.lost];
    if (lost.length === 0) return toast;
    const rows = lost.length === 1 ? `Row ${lost[0]} is` : `Rows ${lost.join(', ')} are`;
    const text = `${rows} not in the list any more. What was typed there was not saved. ${toast?.text ?? ''}`;
    return { ...toast, text };
  }

  dismissToast(): void {
    this.rows.lost.clear();
    this.#set({ toast: undefined });
  }

  open(dialog: Dialog): void {
    this.#set({ dialog });
  }

  closeDialog(): void {
    this.#set({ dialog: undefined });
  }

  /** Closes what is open over the list, and says what it did. */
  close(done?: string): void {
    this.closeDialog();
    if (done) this.#report(done);
    void this.#view.focusOn('list');
  }

  async closeAdded(added: readonly number[] = []): Promise<void> {
    const [first] = added;
    if (!first) {
      this.close();
      return;
    }
    this.closeDialog();
    this.#report(`${count(added.length, 'user')} added.`);
    await this.goTo(first);
  }

  openRow(row: Row): void {
    if (canEdit(row)) this.open({ kind: 'details', row: row.number });
    else go(`/invites/${row.invite?.id ?? ''}`);
  }

  paste(text: string): void {
    if (!this.isRunning && this.rows.isWhole) this.open({ kind: 'add', text });
  }

  show(filter: Filter): void {
    this.rows.show(filter);
    announce(`${count(this.rows.list.shown.length, 'user')} shown.`);
  }

  async goTo(number: number): Promise<void> {
    if (!this.rows.list.shown.some((row) => row.number === number)) this.rows.show('all');
    await this.#view.showRow(number);
  }

  /** A cell that cannot be saved keeps its text, and the grid the keys, so that the officer can go on typing. */
  async edit({ row, field, text }: CellEdit): Promise<void> {
    try {
      const after = await this.rows.edit(row, { [field]: text });
      if (after) announce(outcomeOf(after));
    } catch (error) {
      this.unsaved.keep(error);
      this.#view.requestUpdate();
    }
  }

  async remove({ number }: Row): Promise<void> {
    void this.#view.focusOn('list');
    await this.#try(async () => {
      await this.rows.remove(number);
      this.#report(`Row ${number} removed.`);
    });
    void this.#view.focusOn('list');
  }

  async removeShown(): Promise<void> {
    const numbersShown = this.rows.list.changeable.map(({ number }) => number);
    const users = count(numbersShown.length, 'user');
    const isConfirmed = await confirm({
      title: `Remove ${users}?`,
      text: 'They are removed from this list, and are not invited by it.',
      action: `Remove ${users}`,
      tone: 'danger',
    });
    if (!isConfirmed) return;
    await this.#whileBusy(async () => {
      await this.rows.removeMany(numbersShown, (done) => {
        const removed = `${numbers.format(done)} of ${users}`;
        this.#set({ toast: { text: `${removed} removed…` }, safe: `${removed} are removed, the others are not.` });
      });
      this.rows.show('all');
      const isUndoable = this.rows.undoStack.last?.text === `${users} removed.`;
      this.#set({ toast: { text: `${users} removed.`, ...(isUndoable && { undo: () => void this.undo() }) } });
    });
    void this.#view.focusOn('list');
  }

  async undo(): Promise<void> {
    if (this.state.isBusy) return;
    await this.#try(async () => {
      const done = await this.rows.undo();
      this.#set({ toast: { text: done ? `Undone: ${done}` : 'There is nothing to undo.' } });
    });
    void this.#view.focusOn('list');
  }

  async submit(): Promise<void> {
    if (this.state.isBusy || !this.rows.counts?.ready || this.isRunning) return;
    await this.#whileBusy(async () => {
      await this.rows.settled();
      if (this.rows.pending.unsaved > 0) {
        announce('Some changes are not saved. Retry or discard them first.');
        await this.#view.focusOn('unsaved');
        return;
      }
      const decision = await askToSubmit(this.rows, this.state.batch!.kind);
      if (decision === 'send') await this.#send();
      if (decision === 'wait') {
        this.show('errors');
        await this.#view.focusOn('list');
      }
    });
  }

  async #send(): Promise<void> {
    const path = this.#path;
    const { body: batch } = await ask('post', '/api/batches/{id}/submit', { path, body: { only: 'ready' } });
    this.pace = new Pace();
    this.rows.undoStack.clear();
    this.#set({ batch, toast: undefined });
    announce('Submitted.');
    this.#follower.hurry();
    await this.#view.focusOn('progress');
  }

  async reset(): Promise<void> {
    if (!(await confirm(resetQuestion(this.state.batch)))) return;
    await this.#try(async () => {
      await ask('delete', '/api/batches/{id}', { path: this.#path });
      announce('The list was reset.');
      // Nothing is left to be saved, so leaving asks no question.
      this.#stop.abort();
      go('/batches');
    });
  }

  /** Answers the questions about the file, which is then read again. Throws a `Failure` when they were not taken. */
  async answer(body: Answers): Promise<void> {
    try {
      const { body: batch } = await ask('post', '/api/batches/{id}/answers', { path: this.#path, body });
      this.#changed(batch);
      this.#follower.restart();
    } catch (error) {
      if (Failure.caught(error).slug === 'state-conflict') {
        await this.#follower.refresh();
        this.#set({ toast: { text: 'This list was changed elsewhere. This is how it is now.' } });
      }
      throw error;
    }
  }

  async download(only?: 'failed'): Promise<void> {
    const fileName = `${stemOf(nameOfBatch(this.state.batch!))} ${only ? 'failed rows' : 'results'}.xlsx`;
    const options = { path: this.#path, query: { only } };
    await this.#try(() => download('/api/batches/{id}/results.xlsx', options, fileName));
  }

  #set(change: BatchPageState): void {
    this.state = { ...this.state, ...change };
    this.#view.requestUpdate();
  }

  #report(text: string): void {
    const canUndo = this.rows.undoStack.last?.text === text;
    this.#set({ toast: { text, ...(canUndo && { undo: () => void this.undo() }) } });
  }

  async #try(action: () => Promise<void>): Promise<void> {
    this.#set({ failure: undefined, safe: undefined });
    try {
      await action();
    } catch (error) {
      this.#set({ failure: Failure.caught(error) });
      // The toast says how far the action was, which the notice says too.
      if (this.state.safe) this.#set({ toast: undefined });
      await this.#view.focusOn('failure');
    }
  }

  async #whileBusy(action: () => Promise<void>): Promise<void> {
    if (this.state.isBusy) return;
    this.#set({ isBusy: true });
    await this.#try(action);
    this.#set({ isBusy: false });
  }

  /** How many changes the server does not have, with that of the cell that is being typed into. */
  #typed(): number {
    this.#view.closeEditor();
    return this.rows.pending.typed;
  }

  async #mayLeave(): Promise<boolean> {
    const pause = new Promise((later) => setTimeout(later, SAVING_MS));
    if (this.#typed() > 0) await Promise.race([this.rows.settled(), pause]);
    const isLeaving = await this.unsaved.mayLeave();
    // The browser is not to ask the same again.
    if (isLeaving && this.rows.pending.typed > 0) this.#stop.abort();
    return isLeaving;
  }

  #changed(batch: Batch): void {
    const before = this.state.batch;
    this.#set({ batch });
    if (before) this.#moveFocus(before, batch);
    const { done, total, isDone } = progressOf(batch);
    // A pause of all mail says nothing about the pace after it.
    if (batch.mailHold) this.pace = new Pace();
    this.pace.add(done, Date.now());
    if (before && !progressOf(before).isDone && isDone && total) announce(outcomeText(batch));
    document.title = `${titlePrefix(batch)}${nameOfBatch(batch)} - Invite users`;
    if (!hasRows(batch.state) || !this.#hasNewRows(before, batch)) return;
    this.rows.counts = batch.counts;
    void this.rows.load();
    if (before && !hasRows(before.state)) announce(readText(batch));
  }

  /** Questions come and go by themselves, and must not take the focus with them. */
  #moveFocus(before: Batch, now: Batch): void {
    const isAsking = ({ state }: Batch) => isOneOf<BatchState>(state, 'ASKING');
    if (isAsking(now) && JSON.stringify(before.questions) !== JSON.stringify(now.questions)) {
      void this.#view.focusQuestions();
    } else if (isAsking(before) && !isAsking(now)) void this.#view.keepFocus();
  }

  /** Whether the rows have changed beside this page: in another tab or on another device, or they became invites. */
  #hasNewRows(before: Batch | undefined, now: Batch): boolean {
    if (!before || !hasRows(before.state)) return true;
    if (isOneOf<BatchState>(now.state, 'SUBMITTED') || this.rows.pending.isSaving) return false;
    const hasOtherCounts = JSON.stringify(now.counts) !== JSON.stringify(this.rows.counts);
    return hasOtherCounts || before.state !== now.state || progressOf(before).isDone !== progressOf(now).isDone;
  }
}

function resetQuestion(batch: Batch | undefined): Question {
  if (isOneOf<BatchState>(batch?.state ?? '', 'ASKING')) {
    const text = 'Nobody of it was invited. The file on your computer stays as it is.';
    return { title: 'Remove this list?', text, action: 'Remove this list', tone: 'danger' };
  }
  const sent = batch?.counts.sent ?? 0;
  const text = sent
    ? `The ${count(sent, 'user')} already submitted stay invited.`
    : 'All users of this list are removed.';
  return { title: 'Reset this list?', text, action: 'Confirm', tone: 'danger' };
}

function titlePrefix(batch: Batch): string {
  const { done, total, isDone } = progressOf(batch);
  if (total && isFinished(batch)) return 'Done - ';
  return total && !isDone ? `${Math.floor((100 * done) / total)}% - ` : '';
}

function readText({ counts }: Batch): string {
  const { total, ready, needsFixing } = counts;
  return `${count(total, 'user')} read. ${numbers.format(ready)} ready, ${numbers.format(needsFixing)} to fix.`;
}
