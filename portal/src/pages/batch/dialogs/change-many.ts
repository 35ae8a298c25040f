import { html, type TemplateResult } from 'lit';
import { Failure } from '../../../api/failure';
import { faultText } from '../../../messages/faults';
import { count, numbers } from '../../../messages/time';
import { errorNotice } from '../../../parts/error-notice';
import { choices, textField } from '../../../parts/field';
import { LightElement } from '../../../parts/light-element';
import { checkDepartment, MAX } from '../../../rules/fields';
import { labels } from '../../../rules/forms';
import { checkText } from '../../../rules/text';
import type { BatchRows, ManyField } from '../rows/rows';

const FIELDS: readonly ManyField[] = ['organisation', 'department', 'seed', 'reason', 'countryCode'];
const LIMITS: Partial<Record<ManyField, number>> = MAX;

/** One text for a field of all users that are shown. */
export class BatchFixMany extends LightElement {
  static override properties = {
    rows: { attribute: false },
    field: { state: true },
    text: { state: true },
    isTold: { state: true },
    done: { state: true },
    failure: { state: true },
  };
  declare rows: BatchRows;
  declare onClose: (said?: string) => void;
  declare field: ManyField;
  declare text: string;
  /** Whether to say what is wrong. */
  declare isTold: boolean;
  /** How many are changed, while they are. */
  declare done: number | undefined;
  declare failure: Failure | undefined;
  #numbers: readonly number[] = [];
  /** What was done before it failed, in words. */
  #soFar: string | undefined;

  constructor() {
    super();
    Object.assign(this, { field: 'organisation', text: '', isTold: false });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // What the officer saw is what is changed, whatever the changes make of the list.
    this.#numbers = this.rows.changeable.map(({ number }) => number);
  }

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
  }

  override render(): TemplateResult {
    const { field, text, done } = this;
    const users = count(this.#numbers.length, 'user');
    const code = this.isTold ? this.#wrong() : undefined;
    const spec = { name: 'many-text', label: labels[field], value: text, error: code && faultText(code, code) };
    const limit = LIMITS[field];
    return html`
      <dialog class="modal" aria-labelledby="many-title" @close=${() => this.onClose()} @cancel=${(event: Event) => done !== undefined && event.preventDefault()}>
        <form novalidate @submit=${(event: Event) => {
          event.preventDefault();
          void this.#apply();
        }} @input=${this.#typed}>
          <h2 id="many-title">Change ${users} alike</h2>
          ${errorNotice(this.failure, { safe: this.#soFar })}
          <div class="field"><label for="many-field">What to change</label>
            <select id="many-field" @change=${(event: Event) => Object.assign(this, { field: (event.target as HTMLSelectElement).value, text: '', isTold: false })}>
              ${FIELDS.map((each) => html`<option value=${each} ?selected=${each === field}>${labels[each]}</option>`)}
            </select></div>
          ${
            field === 'seed'
              ? choices(spec, [
                  { value: 'No', label: 'No' },
                  { value: 'Yes', label: 'Yes' },
                ])
              : textField({ ...spec, ...(limit && { max: limit }), optional: field === 'department' })
          }
          ${done === undefined ? '' : html`<p role="status">${numbers.format(done)} of ${users} changed…</p>`}
          <div class="actions">
            <button class="button primary" aria-disabled=${String(done !== undefined)}>Change ${users}</button>
            <button type="button" class="button quiet" ?disabled=${done !== undefined} @click=${() => this.onClose()}>Cancel</button>
          </div>
        </form>
      </dialog>`;
  }

  #wrong(): string | undefined {
    const { field, text } = this;
    if (field === 'department') return checkDepartment(text);
    return field === 'seed' || field === 'countryCode'
      ? text
        ? undefined
        : 'required'
      : checkText(text, LIMITS[field]!);
  }

  #typed({ target }: Event): void {
    const { name, value } = target as HTMLInputElement;
    if (name === 'many-text') this.text = value;
  }

  async #apply(): Promise<void> {
    if (this.done !== undefined) return;
    this.isTold = true;
    this.failure = undefined;
    if (this.#wrong()) {
      await this.updateComplete;
      this.querySelector<HTMLElement>('[name=many-text]')?.focus();
      return;
    }
    this.done = 0;
    this.#soFar = undefined;
    const users = count(this.#numbers.length, 'user');
    try {
      await this.rows.fix(this.#numbers, this.field, this.text, (done) => {
        this.done = done;
        this.#soFar = `${numbers.format(done)} of ${users} are changed. Trying again changes all of them.`;
      });
      this.onClose(this.rows.deeds.last?.said);
    } catch (error) {
      this.failure = Failure.caught(error);
    } finally {
      this.done = undefined;
    }
  }
}

customElements.define('batch-fix-many', BatchFixMany);
