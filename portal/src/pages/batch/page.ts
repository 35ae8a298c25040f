import { html, nothing, type TemplateResult } from 'lit';
import { ask, download, type Schemas } from '../../api/client';
import { Failure } from '../../api/failure';
import { Poll } from '../../api/poll';
import { askBeforeLeaving, go, goInstead } from '../../app/router';
import { session } from '../../app/session';
import { telling } from '../../messages/problems';
import { count, numbers } from '../../messages/time';
import { confirm } from '../../parts/confirm';
import { errorNotice, mishapNotice, mishapOf, supportMail, traceLine } from '../../parts/error-notice';
import { icon } from '../../parts/icon';
import { LightElement } from '../../parts/light-element';
import { announce } from '../../parts/live';
import type { MenuItem } from '../../parts/row-menu';
import { type Toast, toast } from '../../parts/toast';
import './dialogs/add';
import { outcomeOf } from './dialogs/details';
import { hasFailed, type Row } from './rows/causes';
import './dialogs/change-many';
import type { BatchGrid, Cell } from './grid/grid';
import './grid/grid';
import { fileOf } from './intake/create';
import './dialogs/map-columns';
import { INVITE_USERS, pageHead } from '../../parts/page-head';
import { askToSubmit } from './dialogs/submit';
import { isFinished, outcomeText, Pace, progressCard, progressOf } from './progress';
import { Resend } from './retry-timer';
import { BatchRows, type PendingState } from './rows/rows';
import { nameOf } from './upload-page';

type Batch = Schemas['BatchBody'];

const READING_MS = 600;
/** How long leaving waits for changes that are on their way before it asks. */
const SAVING_MS = 1_000;
/** Looks in quick succession at a batch whose file is being read; then it is looked at as any other. */
const READING_LOOKS = 50;
const TRAIL = [...INVITE_USERS, { path: '/batches', label: 'Batch upload' }];

/** One batch, from the draft to the results. What it shows is at the server, for every tab and device alike. */
export class BatchPage extends LightElement {
  static override properties = {
    batch: {},
    found: { state: true },
    failure: { state: true },
    gone: { state: true },
    version: { state: true },
    filter: { state: true },
    details: { state: true },
    isFixing: { state: true },
    isMapping: { state: true },
    pasted: { state: true },
    isBusy: { state: true },
    said: { state: true },
    unsaved: { state: true },
    soFar: { state: true },
  };
  /** Its id. */
  declare batch: string;
  declare found: Batch | undefined;
  /** What could not be done. */
  declare failure: Failure | undefined;
  /** Why there is nothing to show. */
  declare gone: Failure | undefined;
  declare version: number;
  /** The row whose details are open. */
  declare details: number | undefined;
  declare isFixing: boolean;
  declare isMapping: boolean;
  /** What is pasted into the list, once somebody wants to add to it. */
  declare pasted: string | undefined;
  declare isBusy: boolean;
  declare said: Toast | undefined;
  /** Why cells could not be saved, while there are such cells. */
  declare unsaved: Failure | undefined;
  /** How much of what failed was done before it did, in words. */
  declare soFar: string | undefined;
  #stop = new AbortController();
  #rows!: BatchRows;
  #etag: string | undefined;
  #looks = 0;
  #reading: ReturnType<typeof setTimeout> | undefined;
  #pace = new Pace();
  readonly #resend = new Resend(() => void this.#retry(['not-saved']));
  readonly #poll = new Poll((signal) => this.#look(signal));

  constructor() {
    super();
    Object.assign(this, { version: 0, isFixing: false, isMapping: false, isBusy: false });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#rows = new BatchRows(this.batch, () => (this.version += 1));
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    // What was not saved is sent again as soon as it can be; what somebody else changed meanwhile waits for the officer.
    addEventListener('online', () => void this.#retry(['not-saved']), { signal });
    session?.addEventListener('renewed', () => void this.#retry(['not-saved']), { signal });
    addEventListener('beforeunload', (event) => this.#typed() > 0 && event.preventDefault(), { signal });
    askBeforeLeaving(() => this.#mayLeave(), signal);
    void this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#reading);
    this.#poll.stop();
    this.#resend.end();
    this.#stop.abort();
  }

  override render(): TemplateResult {
    const { found } = this;
    const another = found ? html`<a class="button quiet" href="#/batches">Upload another list</a>` : nothing;
    return html`
      ${pageHead({ title: found ? nameOf(found) : 'Batch', trail: TRAIL }, another)}
      ${errorNotice(this.gone, { retry: () => void this.#start() })}
      ${errorNotice(this.failure, { safe: this.soFar })}
      ${this.#notSaved()}
      ${found ? this.#body(found) : this.gone ? nothing : html`<div class="card skeleton" role="status"><span class="unseen">Loading</span><i></i><i></i><i></i></div>`}
      ${toast(this.#news, () => this.#dismiss())}`;
  }

  /** How many changes the server does not have, with that of the cell that is being typed into. */
  #typed(): number {
    this.querySelector<HTMLElement>('batch-grid .editor')?.blur();
    return this.#rows.typed;
  }

  /** Asks before changes are lost that the server does not have. */
  async #mayLeave(): Promise<boolean> {
    const pause = new Promise((later) => setTimeout(later, SAVING_MS));
    if (this.#typed() > 0) await Promise.race([this.#rows.settled(), pause]);
    const n = this.#rows.typed;
    if (n === 0) return true;
    const [isOne, changes] = [n === 1, count(n, 'change')];
    const isLeaving = await confirm({
      title: `${isOne ? 'One change is' : `${numbers.format(n)} changes are`} not saved`,
      text: isOne
        ? 'It is lost when you leave this page. Stay to save or discard it.'
        : 'They are lost when you leave this page. Stay to save or discard them.',
      action: `Leave and lose ${changes}`,
      tone: 'danger',
      cancel: 'Stay',
    });
    // The browser is not to ask the same again.
    if (isLeaving) this.#stop.abort();
    return isLeaving;
  }

  /** What was typed into cells and the server does not have. */
  #notSaved(): TemplateResult | typeof nothing {
    const n = this.#rows.unsaved;
    if (n === 0 || !this.unsaved) return nothing;
    const { slug } = this.unsaved;
    const { what } = telling(slug);
    const isOne = n === 1;
    const way = waysOn[slug] ?? (this.#resend.isPlanned ? 'by itself within a minute' : undefined);
    return html`
      <section class="notice bad unsaved" role="alert" tabindex="-1">${icon('alert')}<div>
        <h2>${isOne ? 'One change is' : `${numbers.format(n)} changes are`} not saved</h2>
        <p>${what} ${isOne ? 'It stays in its cell' : 'They stay in their cells'}, marked, while this page is open.
          ${
            way ? `${isOne ? 'It is' : 'They are'} sent again ${way}.` : `Retry sends ${isOne ? 'it' : 'them'} again.`
          }</p>
        ${this.unsaved.traceId ? traceLine(this.unsaved.traceId) : nothing}
        <p class="ways">
          <button type="button" class="button small" @click=${() => void this.#retry()}>Retry</button>
          <button type="button" class="button quiet small" @click=${() => this.#discard()}>Discard</button>
          <a href=${supportMail(mishapOf(this.unsaved))}>Email support</a>
        </p>
      </div></section>`;
  }

  /** What was just done, after what was lost with rows that are not in the list any more. */
  get #news(): Toast | undefined {
    const rows = [...this.#rows.lost];
    if (rows.length === 0) return this.said;
    const which = rows.length === 1 ? `Row ${rows[0]} is` : `Rows ${rows.join(', ')} are`;
    const lost = `${which} not in the list any more. What was typed there was not saved.`;
    return { ...this.said, said: `${lost} ${this.said?.said ?? ''}` };
  }

  #dismiss(): void {
    this.#rows.lost.clear();
    this.said = undefined;
    this.requestUpdate();
  }

  async #retry(states?: readonly PendingState[]): Promise<void> {
    if (this.#rows.typed === 0) this.#resend.end();
    if (this.#rows.unsaved === 0) return;
    try {
      const isSaved = await this.#rows.retry(states);
      if (isSaved && this.#rows.unsaved === 0) announce('All changes are saved.');
    } catch (error) {
      this.#keep(error);
    }
    if (this.#rows.typed === 0) this.#resend.end();
    // The button that was pressed went with its notice.
    if (document.activeElement === document.body) void this.#home();
  }

  /** Why changes stay in their cells. That there was no answer may be over soon, and nothing says when. */
  #keep(error: unknown): void {
    this.unsaved = Failure.caught(error);
    // What was left behind is lost, as the question before said.
    if (this.unsaved.slug === 'no-answer' && this.isConnected) this.#resend.plan();
  }

  #discard(): void {
    this.#rows.discard();
    this.#resend.end();
    announce('Discarded. The list shows what is saved.');
    void this.#home();
  }

  #body(batch: Batch): TemplateResult {
    // A row that was fixed here is not submitted from then on, and not only when the batch is asked for again.
    const known = { ...batch, counts: this.#rows.counts ?? batch.counts };
    switch (batch.state) {
      case 'AWAITING_UPLOAD':
      case 'PARSING':
        return this.#waiting(batch);
      case 'UNREADABLE':
        return this.#unreadable(batch);
      case 'RESET':
        return html`<div class="card empty"><h2>This list was reset</h2><p>Whoever was submitted before stays invited.</p></div>`;
      default:
        return html`
        ${
          batch.progress || batch.counts.sent
            ? progressCard(known, this.#pace, (only) => void this.#download(only))
            : nothing
        }
        ${this.#users(batch)}`;
    }
  }

  #waiting({ state, createdAt }: Batch): TemplateResult {
    const isLate = state === 'AWAITING_UPLOAD' && Date.now() - Date.parse(createdAt) > 300_000;
    return html`
      <section class="card reading">
        ${
          isLate
            ? html`<h2>The file did not arrive</h2>${this.#another()}`
            : html`<p class="step"><span class="spinner"></span><span role="status">${state === 'PARSING' ? 'Reading the file and checking every user…' : 'Waiting for the file…'}</span></p>
          <div class="skeleton"><i></i><i></i><i></i></div>`
        }
      </section>`;
  }

  #unreadable({ fault, traceId, updatedAt, titles }: Batch): TemplateResult {
    return html`
      ${mishapNotice({ what: 'This file could not be read', text: `Nobody was invited. ${fault?.detail ?? ''}`, traceId, at: new Date(updatedAt) })}
      ${
        titles?.length
          ? html`<p class="actions"><button type="button" class="button primary" @click=${() => (this.isMapping = true)}>Say what the columns hold</button>
        <a class="button quiet" href="#/batches">Choose another file</a></p>`
          : this.#another()
      }
      ${this.isMapping ? html`<batch-mapping .titles=${titles} .file=${fileOf(this.batch)} .onClose=${() => (this.isMapping = false)} .onRead=${(batch: string) => this.#readAgain(batch)}></batch-mapping>` : nothing}`;
  }

  #another(): TemplateResult {
    return html`<p class="actions"><a class="button primary" href="#/batches">Choose a file</a><button type="button" class="button quiet" @click=${() => this.#reset()}>Remove this one</button></p>`;
  }

  #users(batch: Batch): TemplateResult {
    const rows = this.#rows;
    const counts = rows.counts ?? batch.counts;
    const total = counts.total - counts.removed;
    const isRunning = batch.state === 'SUBMITTED';
    const toFix = counts.needsFixing + rows.failed;
    return html`
      <section class="card flush users" aria-labelledby="users-title">
        <div class="users-head">
          <div>
            <h2 id="users-title" tabindex="-1">${count(total, 'user')}</h2>
            <p role="status">${counts.ready ? html`<span class="good">${numbers.format(counts.ready)} ready</span>` : nothing}
              ${toFix ? html`<span class="bad">${numbers.format(toFix)} to fix</span>` : nothing}
              ${counts.duplicate ? html`<span class="subtle">${numbers.format(counts.duplicate)} left out</span>` : nothing}
              ${counts.sent ? html`<span class="subtle">${numbers.format(counts.sent)} submitted</span>` : nothing}</p>
          </div>
          <div class="actions">
            <button type="button" class="button quiet" ?disabled=${isRunning} @click=${() => this.#reset()}>Reset</button>
            <button type="button" class="button" ?disabled=${isRunning || !rows.isWhole} @click=${() => (this.pasted = '')}>Add users</button>
            <button type="button" class="button primary" aria-disabled=${String(!counts.ready || isRunning || this.isBusy)} @click=${() => this.#submit()}>
              ${counts.ready ? `Submit ${count(counts.ready, 'user')}` : 'Submit'}</button>
          </div>
        </div>
        ${batch.notices.length ? html`<ul class="notices">${batch.notices.map((notice) => html`<li>${icon('info')}<span>${notice}</span></li>`)}</ul>` : nothing}
        ${errorNotice(rows.failure, { retry: () => void rows.load() })}
        ${this.#chips(total, toFix)}
        ${
          rows.shown.length
            ? html`<batch-grid .rows=${rows.shown} .pending=${rows.pending} .version=${this.version} .menu=${(row: Row) => this.#menu(row)}
            .onEdit=${(cell: Cell) => void this.#edit(cell)} .onOpen=${(row: Row) => this.#open(row)} .onUndo=${() => void this.#undo()} .onRetry=${() => void this.#retry()}
            .onPaste=${(text: string) => {
              if (!isRunning && rows.isWhole) this.pasted = text;
            }}></batch-grid>`
            : rows.isWhole
              ? this.#nobody(total)
              : html`<div class="skeleton">${[1, 2, 3, 4, 5].map(() => html`<i></i>`)}</div>`
        }
        ${rows.isWhole || rows.failure ? nothing : html`<p class="hint loading" role="status">${numbers.format(rows.all.length)} of ${count(total, 'user')} loaded…</p>`}
      </section>
      ${this.details === undefined ? nothing : html`<batch-details .number=${this.details} .rows=${rows} .onClose=${(said?: string) => this.#closed(said)}></batch-details>`}
      ${this.pasted === undefined ? nothing : html`<batch-adding .rows=${rows} .text=${this.pasted} .onClose=${(added?: readonly number[]) => void this.#added(added)}></batch-adding>`}
      ${this.isFixing ? html`<batch-fix-many .rows=${rows} .onClose=${(said?: string) => this.#fixed(said)}></batch-fix-many>` : nothing}`;
  }

  #chips(total: number, toFix: number): TemplateResult | typeof nothing {
    const rows = this.#rows;
    const { causes, filter } = rows;
    const chip = (value: string, label: string, n: number, tone = '') => html`
      <button type="button" class="chip ${tone}" aria-pressed=${String(filter === value)} @click=${() => this.#show(value)}>${label} (${numbers.format(n)})</button>`;
    const ready = rows.counts?.ready ?? 0;
    return html`
      <div class="users-tools">
        <div class="chips" role="group" aria-label="Which users to show">
          ${chip('all', 'All', total)}
          ${toFix || filter === 'errors' ? chip('errors', 'Show only errors', toFix, 'bad') : nothing}
          ${ready && ready < total ? chip('READY', 'Ready', ready) : nothing}
          ${rows.repaired ? chip('repaired', 'Repaired', rows.repaired) : nothing}
          ${causes.map(({ key, label, count: n }) => chip(key, label, n, key.startsWith('duplicate') ? '' : 'bad'))}
        </div>
        ${
          rows.changeable.length
            ? html`<div class="actions">
          <button type="button" class="button small" @click=${() => (this.isFixing = true)} ?disabled=${!rows.isWhole}>Change all ${numbers.format(rows.changeable.length)} alike</button>
          ${filter === 'all' ? nothing : html`<button type="button" class="button small" @click=${() => void this.#removeShown()} ?disabled=${!rows.isWhole || this.isBusy}>Remove all ${numbers.format(rows.changeable.length)}</button>`}</div>`
            : nothing
        }
      </div>`;
  }

  #nobody(total: number): TemplateResult {
    return total
      ? html`<div class="empty"><h3>All of these are fixed</h3><button type="button" class="button quiet" @click=${() => this.#show('all')}>Show all users</button></div>`
      : html`<div class="empty"><h3>No users left</h3></div>`;
  }

  #menu(row: Row): MenuItem[] {
    const isSent = row.state === 'SENT';
    return [
      { label: 'View details', act: () => this.#open(row) },
      ...(row.duplicate?.row
        ? [{ label: `Go to row ${row.duplicate.row}`, act: () => this.#goTo(row.duplicate!.row!) }]
        : []),
      ...(isSent ? [] : [{ label: 'Remove', tone: 'danger' as const, act: () => void this.#remove(row) }]),
    ];
  }

  get #grid(): BatchGrid | null {
    return this.querySelector<BatchGrid>('batch-grid');
  }

  #open(row: Row): void {
    if (row.state === 'SENT' && !hasFailed(row)) go(`/invites/${row.invite?.id ?? ''}`);
    else this.details = row.number;
  }

  #closed(said?: string): void {
    this.details = undefined;
    if (said) this.#tell(said);
    void this.#home();
  }

  #fixed(said?: string): void {
    this.isFixing = false;
    if (said) this.#tell(said);
    void this.#home();
  }

  async #added(numbers?: readonly number[]): Promise<void> {
    this.pasted = undefined;
    const [first] = numbers ?? [];
    if (!first) return this.#home();
    const isOne = numbers!.length === 1;
    this.#tell(`${count(numbers!.length, 'user')} added.`);
    await this.#goTo(first);
    // One that is empty is there to be typed into.
    if (isOne && !this.#rows.find(first)?.values.email) this.#grid?.type();
  }

  #show(filter: string): void {
    this.#rows.show(filter);
    announce(`${count(this.#rows.shown.length, 'user')} shown.`);
  }

  async #goTo(number: number): Promise<void> {
    if (!this.#rows.shown.some((row) => row.number === number)) this.#rows.show('all');
    await this.updateComplete;
    await this.#grid?.updateComplete;
    this.#grid?.goTo(number, 'email');
    this.#grid?.focus();
  }

  async #edit({ row, field, text }: Cell): Promise<void> {
    try {
      const after = await this.#rows.edit(row, { [field]: text });
      if (after) announce(outcomeOf(after));
    } catch (error) {
      // The cell keeps the text and the grid the keys, so that one can go on typing.
      this.#keep(error);
    }
  }

  async #remove(row: Row): Promise<void> {
    void this.#home();
    await this.#try(async () => {
      await this.#rows.remove(row.number);
      this.#tell(`Row ${row.number} removed.`);
    });
    void this.#home();
  }

  async #removeShown(): Promise<void> {
    const rows = this.#rows;
    const removed = rows.changeable.map(({ number }) => number);
    const users = count(removed.length, 'user');
    const question = {
      title: `Remove ${users}?`,
      text: 'They are taken out of this list, and are not invited by it.',
      action: `Remove ${users}`,
      tone: 'danger',
    } as const;
    if (this.isBusy || !(await confirm(question))) return;
    this.isBusy = true;
    await this.#try(async () => {
      await rows.removeMany(removed, (done) => {
        this.said = { said: `${numbers.format(done)} of ${users} removed…` };
        this.soFar = `${numbers.format(done)} of ${users} are removed, the others are not.`;
      });
      rows.show('all');
      const isUndoable = rows.deeds.last?.said === `${users} removed.`;
      this.said = { said: `${users} removed.`, undo: isUndoable ? () => void this.#undo() : undefined };
    });
    this.isBusy = false;
    void this.#home();
  }

  async #undo(): Promise<void> {
    if (this.isBusy) return;
    await this.#try(async () => {
      const said = await this.#rows.undo();
      this.said = { said: said ? `Undone: ${said}` : 'There is nothing to undo.' };
    });
    void this.#home();
  }

  #tell(said: string): void {
    this.said = { said, undo: this.#rows.deeds.last ? () => void this.#undo() : undefined };
  }

  /** Whatever was open is closed, so the keys go back to the grid, or to what is there in its place. */
  async #home(): Promise<void> {
    await this.updateComplete;
    (this.#grid ?? this.querySelector<HTMLElement>('#users-title, h1'))?.focus();
  }

  async #submit(): Promise<void> {
    const rows = this.#rows;
    if (this.isBusy || !rows.counts?.ready || this.found?.state === 'SUBMITTED') return;
    this.isBusy = true;
    await rows.settled();
    if (rows.unsaved > 0) {
      this.isBusy = false;
      announce('Some changes are not saved. Retry or discard them first.');
      this.querySelector<HTMLElement>('.unsaved')?.focus();
      return;
    }
    const decision = await askToSubmit(rows);
    if (decision === 'wait') {
      this.isBusy = false;
      this.#show('errors');
      return void this.#home();
    }
    if (decision === 'send') {
      await this.#try(async () => {
        const { body } = await ask('post', '/api/batches/{id}/submit', {
          path: { id: this.batch },
          body: { only: 'ready' },
        });
        this.#pace = new Pace();
        this.#etag = undefined;
        rows.deeds.clear();
        this.said = undefined;
        this.found = body;
        announce('Submitted.');
        this.#poll.hurry();
        await this.updateComplete;
        this.querySelector<HTMLElement>('#progress-title')?.focus();
      });
    }
    this.isBusy = false;
  }

  async #reset(): Promise<void> {
    const sent = this.found?.counts.sent ?? 0;
    const text = sent
      ? `The ${count(sent, 'user')} already submitted stay invited.`
      : 'All users of this list go away.';
    if (!(await confirm({ title: 'Reset this list?', text, action: 'Confirm', tone: 'danger' }))) return;
    await this.#try(async () => {
      await ask('delete', '/api/batches/{id}', { path: { id: this.batch } });
      announce('The list was reset.');
      // Nothing is left to be saved, so nobody is asked.
      this.#stop.abort();
      go('/batches');
    });
  }

  async #download(only?: 'failed'): Promise<void> {
    const name = nameOf(this.found!).replace(/\.xlsx$/i, '');
    await this.#try(() =>
      download(
        '/api/batches/{id}/results.xlsx',
        { path: { id: this.batch }, query: { only } },
        `${name} ${only ? 'failed rows' : 'results'}.xlsx`,
      ),
    );
  }

  async #try(deed: () => Promise<void>): Promise<void> {
    Object.assign(this, { failure: undefined, soFar: undefined });
    try {
      await deed();
    } catch (error) {
      this.failure = Failure.caught(error);
      // How far it is is no news any more.
      if (this.soFar) this.said = undefined;
      await this.updateComplete;
      this.querySelector<HTMLElement>('.notice.bad')?.focus();
    }
  }

  async #start(): Promise<void> {
    this.gone = undefined;
    try {
      await this.#ask();
    } catch (error) {
      this.gone = Failure.caught(error);
      return;
    }
    if (this.isConnected) this.#follow();
  }

  /** Waits for a file to be read in quick steps, and follows everything else at the pace at which it changes. */
  #follow(): void {
    const isReading = ['AWAITING_UPLOAD', 'PARSING'].includes(this.found!.state);
    if (!isReading || this.#looks >= READING_LOOKS) {
      this.#poll.start();
      return;
    }
    this.#looks += 1;
    this.#reading = setTimeout(
      () =>
        void this.#ask()
          .catch(() => undefined)
          .then(() => this.isConnected && this.#follow()),
      READING_MS,
    );
  }

  #look(signal: AbortSignal): Promise<boolean> {
    return this.#ask(signal);
  }

  /** The file is another batch now, and this one has nothing to say any more. */
  #readAgain(batch: string): void {
    this.isMapping = false;
    goInstead(`/batches/${batch}`);
    void ask('delete', '/api/batches/{id}', { path: { id: this.batch } }).catch(() => undefined);
  }

  /** Asks how the batch is; `true` when something has changed. */
  async #ask(signal?: AbortSignal): Promise<boolean> {
    const answer = await ask('get', '/api/batches/{id}', {
      path: { id: this.batch },
      ifNoneMatch: this.#etag,
      ...(signal && { signal }),
    });
    if (answer.unchanged) return false;
    const [before, now] = [this.found, answer.body];
    this.#etag = answer.etag;
    this.found = now;
    // Whoever has just chosen the file is asked at once.
    if (now.titles?.length && fileOf(now.id)) this.isMapping = true;
    const { done, total, isDone } = progressOf(now);
    this.#pace.add(done, Date.now());
    const share = total && !isDone ? `${Math.floor((100 * done) / total)}% - ` : '';
    if (before && !progressOf(before).isDone && isDone && total) announce(outcomeText(now));
    document.title = `${total && isFinished(now) ? 'Done - ' : share}${nameOf(now)} - Invite users`;
    if (hasRows(now) && this.#isNews(before, now)) {
      this.#rows.counts = now.counts;
      void this.#rows.load();
      if (before && !hasRows(before))
        announce(
          `${count(now.counts.total, 'user')} read. ${numbers.format(now.counts.ready)} ready, ${numbers.format(now.counts.needsFixing)} to fix.`,
        );
    }
    return true;
  }

  /** Whether the rows are others than this page knows: another tab or device changed them, or they became invites. */
  #isNews(before: Batch | undefined, now: Batch): boolean {
    if (!before || !hasRows(before)) return true;
    const wasDone = progressOf(before).isDone;
    const isMoved = JSON.stringify(now.counts) !== JSON.stringify(this.#rows.counts);
    return (
      now.state !== 'SUBMITTED' &&
      !this.#rows.isSaving &&
      (isMoved || before.state !== now.state || wasDone !== progressOf(now).isDone)
    );
  }
}

/** What sends again by itself what could not be saved, by why it could not. */
const waysOn: Record<string, string> = {
  offline: 'when you are online again',
  unauthorized: 'when you have signed in again',
};

const hasRows = ({ state }: Batch): boolean => ['DRAFT', 'SUBMITTED', 'DISPATCHED', 'DONE'].includes(state);

customElements.define('batch-page', BatchPage);
