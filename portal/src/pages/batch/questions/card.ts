import { html, nothing, type TemplateResult } from 'lit';
import { count, numbers } from '../../../messages/time';
import { errorNotice } from '../../../parts/error-notice';
import { type Choice, choices, textArea, textField } from '../../../parts/field';
import { Form } from '../../../parts/form';
import { icon } from '../../../parts/icon';
import { LightElement } from '../../../parts/light-element';
import { FIELDS } from '../../../rules/field-table';
import { type Kind, labels, type ManyField } from '../../../rules/forms';
import { columnLabels, isUntitled, untitledName } from '../intake/columns';
import { remember } from '../intake/memory';
import {
  type Answers,
  answersOf,
  columnName,
  columnsOf,
  faultsOf,
  inWords,
  isKindOpen,
  leftOutOf,
  missingOf,
  namesOf,
  type Questions,
  startOf,
  valueName,
} from './answers';

type Asked = NonNullable<Questions['columns']>[number];

const LABELS = Object.entries(columnLabels);
/** How many columns that are left out are named. */
const NAMED_COLUMNS = 6;
const YES_OR_NO: readonly Choice[] = [
  { value: 'No', label: 'No' },
  { value: 'Yes', label: 'Yes' },
];

const WAYS: Record<Kind, TemplateResult> = {
  email: html`<b>By email</b> <small>Each gets a mail, and fills in name and number themselves. For public officers.
    </small>`,
  account: html`<b>With an account created for them</b> <small>You say which column holds the numbers.</small>`,
};

/** Asks what the reading of a file leaves open; nothing of it is guessed, and nothing is read before it is answered. */
export class BatchQuestions extends LightElement {
  static override properties = { questions: { attribute: false } };
  declare questions: Questions;
  /** Sends the answers; throws a `Failure` when they were not taken. */
  declare onAnswer: (answers: Answers) => Promise<void>;
  declare onRemove: () => void;
  #form!: Form<string>;

  override connectedCallback(): void {
    const { questions } = this;
    this.#form = new Form<string>(this, {
      initial: startOf(questions),
      labels: namesOf(questions),
      check: (texts) => faultsOf(questions, texts),
      send: (texts) => this.#send(texts),
    });
    super.connectedCallback();
  }

  override render(): TemplateResult {
    const form = this.#form;
    const { reasons } = this.questions;
    return html`
      <form class="card questions" novalidate aria-labelledby="questions-title">
        <h2 id="questions-title" tabindex="-1">Before this list is read, we need your answers</h2>
        <section class="notice warn">${icon('alert')}<div>
          ${reasons.map(({ detail }) => html`<p>${detail}</p>`)}
        </div></section>
        ${form.summary()}
        ${errorNotice(form.failure)}
        ${this.#worksheets()}
        ${this.#encodings()}
        ${this.#kinds()}
        ${isKindOpen(this.questions, form.values) ? nothing : html`${this.#columns()}${this.#values()}`}
        <div class="actions end">
          <button class="button primary" aria-disabled=${String(form.isSending)}>
            ${form.isSending ? 'Sending…' : 'Read the list'}</button>
          <a class="button quiet" href="#/batches">Choose another file</a>
          <button type="button" class="button quiet" @click=${() => this.onRemove()}>Remove this list</button>
        </div>
      </form>`;
  }

  #worksheets(): TemplateResult | typeof nothing {
    const of = (this.questions.worksheets ?? []).map(({ name, rows }) => ({
      value: name,
      label: html`<b>${name}</b> <small>${count(rows, 'row')}</small>`,
    }));
    return this.#choices('worksheet', 'Which worksheet is the list?', of, {
      hint: 'One worksheet is read. To read another one as well, upload the file again.',
    });
  }

  #encodings(): TemplateResult | typeof nothing {
    const of = (this.questions.encodings ?? []).map(({ name, sample }) => ({
      value: name,
      label: html`<b>${sample}</b> <small>${name}</small>`,
    }));
    return this.#choices('encoding', 'Which of these looks right?', of, {
      hint: 'The file does not say how its letters are written. Look at names that you know.',
    });
  }

  #kinds(): TemplateResult | typeof nothing {
    const of = (this.questions.kinds ?? []).map((kind) => ({ value: kind, label: WAYS[kind] }));
    return this.#choices('kind', 'How are these people to be invited?', of, {
      hint: 'The list has no contact numbers, and without one no account can be created on behalf of somebody.',
    });
  }

  #choices(name: string, label: string, of: readonly Choice[], { hint }: { hint: string }) {
    const form = this.#form;
    return of.length
      ? choices({ name, label, value: form.values[name] ?? '', error: form.error(name), hint }, of)
      : nothing;
  }

  #columns(): TemplateResult | typeof nothing {
    const { columns = [] } = this.questions;
    if (columns.length === 0) return nothing;
    const form = this.#form;
    const { ofColumns } = missingOf(this.questions, form.values);
    const error = form.error('columns');
    return html`
      <fieldset name="columns" tabindex="-1" aria-describedby="columns-missing">
        <legend>What does each column hold?</legend>
        <ul class="columns" @change=${() => form.forgetApiFaults()}>
          ${columns.map((column, at) => this.#column(column, at))}</ul>
        <div id="columns-missing" role="status">
          ${ofColumns.length ? missingNotice(inWords(ofColumns), error ? 'bad' : 'warn') : nothing}
        </div>
        ${this.#leftOut()}
        ${isUntitled(columns) ? nothing : rememberedHint}
      </fieldset>`;
  }

  #column({ title, column, samples }: Asked, at: number): TemplateResult {
    const form = this.#form;
    const name = columnName(at);
    const [value, error] = [form.values[name] ?? '', form.error(name)];
    const option = ([field, label]: readonly [string, string]) =>
      html`<option value=${field} ?selected=${field === value}>${label}</option>`;
    const isNamed = title !== untitledName(column);
    return html`
      <li class="field">
        <label for=${name}><span class="subtle">${untitledName(column)}</span> ${isNamed ? title : nothing}</label>
        <p class="samples" id="${name}-samples">
          ${samples.length ? samples.map((text) => html`<span>${text}</span> `) : html`<i>Its cells are blank</i>`}</p>
        <select id=${name} name=${name} aria-invalid=${error ? 'true' : nothing}
          aria-describedby="${name}-samples ${error ? `${name}-error` : ''}">
          ${LABELS.map(option)}${option(['', 'Leave this column out'])}</select>
        <p class="error-place">${error ? html`<span class="error" id="${name}-error">${error}</span>` : nothing}</p>
      </li>`;
  }

  /** What will not be read is named, so that nothing is left out without a word. */
  #leftOut(): TemplateResult | typeof nothing {
    const titles = leftOutOf(this.questions, this.#form.values);
    if (titles.length === 0) return nothing;
    const more = titles.length - NAMED_COLUMNS;
    const named = titles.slice(0, NAMED_COLUMNS).join(', ');
    const which = more > 0 ? `${named} and ${numbers.format(more)} more` : named;
    return html`<p class="hint">Left out, and not read: ${which}.</p>`;
  }

  #values(): TemplateResult | typeof nothing {
    const { ofValues } = missingOf(this.questions, this.#form.values);
    if (ofValues.length === 0) return nothing;
    return html`
      <fieldset class="values"><legend>The same for everybody</legend>
        <p class="hint">No column holds ${ofValues.length === 1 ? 'this' : 'these'}. What you fill in is used for every
          user of this list; it can be changed later.</p>
        ${ofValues.map((field) => this.#value(field))}
      </fieldset>`;
  }

  #value(field: ManyField): TemplateResult {
    const form = this.#form;
    const name = valueName(field);
    const { max } = FIELDS[field];
    const optional = FIELDS[field].required !== 'always';
    const spec = { name, label: labels[field], value: form.values[name] ?? '', error: form.error(name), optional };
    if (field === 'seed') return choices(spec, YES_OR_NO);
    return field === 'reason' ? textArea({ ...spec, max: max ?? 0 }) : textField({ ...spec, max: max ?? 0 });
  }

  async #send(texts: Record<string, string>): Promise<void> {
    const { questions } = this;
    await this.onAnswer(answersOf(questions, texts));
    remember(columnsOf(questions, texts), questions.columns ?? []);
  }
}

const missingNotice = (words: string, tone: 'bad' | 'warn'): TemplateResult =>
  html`<p class="notice ${tone}"><span>Not found yet: <b>${words}</b></span></p>`;

const rememberedHint = html`
  <p class="hint">What you say of titles that we do not know is remembered in this browser for your next files.</p>`;

customElements.define('batch-questions', BatchQuestions);
