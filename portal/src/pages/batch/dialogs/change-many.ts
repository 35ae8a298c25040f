import { html, type TemplateResult } from 'lit';
import { Failure } from '../../../api/failure';
import { faultText } from '../../../messages/faults';
import { count, numbers } from '../../../messages/time';
import { errorNotice } from '../../../parts/error-notice';
import { choices, textField } from '../../../parts/field';
import { LightElement } from '../../../parts/light-element';
import { FIELDS } from '../../../rules/field-table';
import { type AccountField, checkAlike, fieldsOfKind, isOptional, type Kind, labels } from '../../../rules/forms';
import type { BatchRows } from '../rows/rows';

/** Whether it can be changed for many at once. */
const isShared = (field: AccountField): boolean => FIELDS[field].alike !== 'nowhere';

/** One text for a field of all users that are shown. */
export class BatchChangeMany extends LightElement {
  static override properties = {
    kind: { attribute: false },
    rows: { attribute: false },
    field: { state: true },
    text: { state: true },
    showsFault: { state: true },
    done: { state: true },
    failure: { state: true },
  };
  /** What the rows become. */
  declare kind: Kind;
  declare rows: BatchRows;
  /** With what was done, as a sentence, unless the officer cancelled. */
  declare onClose: (done?: string) => void;
  declare field: AccountField;
  declare text: string;
  declare showsFault: boolean;
  /** How many rows are changed, while a change is running. */
  declare done: number | undefined;
  declare failure: Failure | undefined;
  #numbers: readonly number[] = [];
  /** What was done before it failed, in words. */
  #safe: string | undefined;

  constructor() {
    super();
    Object.assign(this, { text: '', showsFault: false });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.field = this.kind === 'email' ? 'reason' : 'organisation';
    // The rows that the officer saw are changed, although the changes may move others into the list.
    this.#numbers = this.rows.list.changeable.map(({ number }) => number);
  }

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
  }

  override render(): TemplateResult {
    const { field, done } = this;
    const users = count(this.#numbers.length, 'user');
    const isBusy = done !== undefined;
    const mayCancel = (event: Event) => {
      if (isBusy) event.preventDefault();
    };
    const submit = (event: Event) => {
      event.preventDefault();
      void this.#apply();
    };
    return html`
      <dialog class="modal" aria-labelledby="many-title" @close=${() => this.onClose()} @cancel=${mayCancel}>
        <form novalidate @submit=${submit} @input=${this.#typed}>
          <h2 id="many-title">Change ${users} alike</h2>
          ${errorNotice(this.failure, { safe: this.#safe })}
          <div class="field"><label for="many-field">What to change</label>
            <select id="many-field" @change=${this.#chooseField}>
              ${fieldsOfKind(this.kind)
                .filter(isShared)
                .map((each) => html`<option value=${each} ?selected=${each === field}>${labels[each]}</option>`)}
            </select></div>
          ${this.#textField()}
          ${this.rows.canUndoMany(this.#numbers, field) ? '' : html`<p class="hint">This cannot be undone.</p>`}
          ${isBusy ? html`<p role="status">${numbers.format(done)} of ${users} changed…</p>` : ''}
          <div class="actions">
            <button class="button primary" aria-disabled=${String(isBusy)}>Change ${users}</button>
            <button type="button" class="button quiet" ?disabled=${isBusy}
              @click=${() => this.onClose()}>Cancel</button>
          </div>
        </form>
      </dialog>`;
  }

  #textField(): TemplateResult {
    const { field, text } = this;
    const code = this.showsFault ? this.#faultCode() : undefined;
    const spec = { name: 'many-text', label: labels[field], value: text, error: code && faultText(code, code) };
    if (field === 'seed') {
      return choices(spec, [
        { value: 'No', label: 'No' },
        { value: 'Yes', label: 'Yes' },
      ]);
    }
    const canClear = checkAlike(field, '') === undefined;
    return textField({
      ...spec,
      ...(canClear && { hint: 'Leave it empty to clear it.' }),
      max: FIELDS[field].max ?? 0,
      optional: isOptional(field),
    });
  }

  #faultCode(): string | undefined {
    const { field, text } = this;
    if (field === 'seed' && !text) return 'required';
    return checkAlike(field, text);
  }

  #chooseField({ target }: Event): void {
    this.field = (target as HTMLSelectElement).value as AccountField;
    Object.assign(this, { text: '', showsFault: false });
  }

  #typed({ target }: Event): void {
    const { name, value } = target as HTMLInputElement;
    if (name === 'many-text') this.text = value;
  }

  async #apply(): Promise<void> {
    if (this.done !== undefined) return;
    this.showsFault = true;
    this.failure = undefined;
    if (this.#faultCode()) {
      await this.updateComplete;
      this.querySelector<HTMLElement>('[name=many-text]')?.focus();
      return;
    }
    this.done = 0;
    this.#safe = undefined;
    const users = count(this.#numbers.length, 'user');
    try {
      const done = await this.rows.changeMany(this.#numbers, this.field, this.text, (done) => {
        this.done = done;
        this.#safe = `${numbers.format(done)} of ${users} are changed. Trying again changes all of them.`;
      });
      this.onClose(done);
    } catch (error) {
      this.failure = Failure.caught(error);
    } finally {
      this.done = undefined;
    }
  }
}

customElements.define('batch-change-many', BatchChangeMany);
