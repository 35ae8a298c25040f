import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Schemas } from '../../api/client';
import { type BatchState, isOneOf, isReading } from '../../api/states';
import { nameOfBatch } from '../../messages/batches';
import { errorNotice } from '../../parts/error-notice';
import { LightElement } from '../../parts/light-element';
import { loading } from '../../parts/loading';
import { INVITE_USERS, pageHead } from '../../parts/page-head';
import { toast } from '../../parts/toast';
import { BatchController, type BatchView } from './controller';
import './dialogs/add';
import './dialogs/change-many';
import './dialogs/details';
import type { BatchGrid } from './grid/grid';
import { progressCard } from './progress-card';
import type { Answers } from './questions/answers';
import './questions/card';
import { readingCard, unreadableNotice } from './reading-card';
import { usersCard } from './users-card';

type Batch = Schemas['BatchBody'];

const TRAIL = [...INVITE_USERS, { path: '/batches', label: 'Batch upload' }];
const PLACES = { failure: '.notice.bad', unsaved: '.unsaved', progress: '#progress-title' } as const;

/** One batch, from the draft to the results. What it shows is at the server, for every tab and device alike. */
export class BatchPage extends LightElement implements BatchView {
  static override properties = { batchId: {} };
  declare batchId: string;
  #controller!: BatchController;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#controller = new BatchController(this.batchId, this);
    this.#controller.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#controller.stop();
  }

  override render(): TemplateResult {
    const controller = this.#controller;
    const { batch, loadFailure, failure, safe } = controller.state;
    const another = batch ? html`<a class="button quiet" href="#/batches">Upload another list</a>` : nothing;
    return html`
      ${pageHead({ title: batch ? nameOfBatch(batch) : 'Batch', trail: TRAIL }, another)}
      ${errorNotice(loadFailure, { retry: () => void controller.load() })}
      ${errorNotice(failure, { safe })}
      ${controller.unsaved.notice() ?? nothing}
      ${batch ? this.#body(batch) : loadFailure ? nothing : loading}
      ${toast(controller.toast, () => controller.dismissToast())}`;
  }

  closeEditor(): void {
    this.querySelector<HTMLElement>('batch-grid .editor')?.blur();
  }

  async showRow(number: number): Promise<void> {
    await this.updateComplete;
    await this.#grid?.updateComplete;
    this.#grid?.goTo(number, 'email');
    this.#grid?.focus();
  }

  /** When the list is not there, the focus goes to its title. */
  async focusOn(place: 'list' | keyof typeof PLACES): Promise<void> {
    await this.updateComplete;
    if (place === 'list') (this.#grid ?? this.querySelector<HTMLElement>('#users-title, h1'))?.focus();
    else this.querySelector<HTMLElement>(PLACES[place])?.focus();
  }

  async keepFocus(): Promise<void> {
    await this.updateComplete;
    if (document.activeElement === document.body) await this.focusOn('list');
  }

  async focusQuestions(): Promise<void> {
    await this.updateComplete;
    await this.querySelector<LightElement>('batch-questions')?.updateComplete;
    const place = document.activeElement;
    if (place === document.body || place?.matches('h1')) {
      this.querySelector<HTMLElement>('#questions-title')?.focus();
    }
  }

  get #grid(): BatchGrid | null {
    return this.querySelector<BatchGrid>('batch-grid');
  }

  #body(batch: Batch): TemplateResult {
    const controller = this.#controller;
    if (isReading(batch.state)) return readingCard(controller, batch);
    if (isOneOf<BatchState>(batch.state, 'UNREADABLE')) {
      return unreadableNotice(controller, batch);
    }
    if (isOneOf<BatchState>(batch.state, 'ASKING') && batch.questions) return this.#questions(batch.questions);
    if (isOneOf<BatchState>(batch.state, 'RESET')) return reset;
    return html`
      ${batch.progress || batch.counts.sent ? this.#progress(batch) : nothing}
      ${usersCard(controller, batch)}
      ${this.#dialog(batch.kind)}`;
  }

  #progress(batch: Batch): TemplateResult {
    const { counts, pace } = this.#controller;
    // With the counts of this page: a row that was just fixed here is not submitted, which is said at once.
    return progressCard({ ...batch, counts }, pace, (only) => void this.#controller.download(only));
  }

  /** Other questions are another card, which starts with nothing answered. */
  #questions(questions: NonNullable<Batch['questions']>): TemplateResult {
    const controller = this.#controller;
    const card = html`
      <batch-questions .questions=${questions} .onAnswer=${(answers: Answers) => controller.answer(answers)}
        .onRemove=${() => void controller.reset()}></batch-questions>`;
    return html`${keyed(JSON.stringify(questions), card)}`;
  }

  #dialog(kind: Batch['kind']): TemplateResult | typeof nothing {
    const controller = this.#controller;
    const { rows, state } = controller;
    const close = (done?: string) => controller.close(done);
    switch (state.dialog?.kind) {
      case 'details':
        return html`
          <batch-details .number=${state.dialog.row} .kind=${kind} .rows=${rows} .onClose=${close}></batch-details>`;
      case 'change-many':
        return html`<batch-change-many .kind=${kind} .rows=${rows} .onClose=${close}></batch-change-many>`;
      case 'add':
        return html`
          <batch-adding .kind=${kind} .rows=${rows} .text=${state.dialog.text}
            .onClose=${(added?: readonly number[]) => void this.#added(added)}></batch-adding>`;
      default:
        return nothing;
    }
  }

  async #added(added: readonly number[] = []): Promise<void> {
    await this.#controller.closeAdded(added);
    const [first] = added;
    // A row that was added empty is there to be typed into.
    if (first && added.length === 1 && !this.#controller.rows.find(first)?.values.email) this.#grid?.type();
  }
}

const reset = html`
  <div class="card empty">
    <h2>This list was reset</h2>
    <p>The users that were already submitted stay invited.</p>
  </div>`;

customElements.define('batch-page', BatchPage);
