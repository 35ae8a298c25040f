import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { Failure } from '../api/failure';
import { faultText, tooLongText } from '../messages/faults';
import { FIELDS } from '../rules/field-table';
import type { AccountField, Faults, Values } from '../rules/forms';
import { length } from '../rules/text';
import { icon } from './icon';

interface Plan<F extends string> {
  readonly initial: Values<F>;
  readonly labels: Record<F, string>;
  readonly check: (values: Values<F>) => Faults<F>;
  readonly send: (values: Values<F>) => Promise<void>;
  /** What will be used in place of a text, where that is known to differ. */
  readonly used?: (field: F, text: string) => string | undefined;
  /** The text that replaces another when its field is left, such as an address without the name in front. */
  readonly tidy?: Partial<Record<F, (text: string) => string>>;
}

/**
 * What was typed into a form, what is wrong with it and when to say so, and how it is sent.
 *
 * A field is judged when it is left, and while it is wrong at every key. The API's faults are beside the field until
 * its text changes.
 */
export class Form<F extends string> implements ReactiveController {
  values: Values<F>;
  failure: Failure | undefined;
  isSending = false;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #plan: Plan<F>;
  #left = new Set<F>();
  #submitted = false;
  /** What the API said about fields. */
  #apiFaults: Partial<Record<F, string>> = {};

  constructor(host: ReactiveControllerHost & HTMLElement, plan: Plan<F>) {
    this.#host = host;
    this.#plan = plan;
    this.values = { ...plan.initial };
    host.addController(this);
  }

  /** The events of the fields come up to the host. */
  hostConnected(): void {
    const host = this.#host;
    host.addEventListener('input', ({ target }) => this.#typed(target as HTMLInputElement));
    host.addEventListener('focusout', ({ target }) => this.#leave(target as HTMLInputElement));
    host.addEventListener('keydown', (event) => {
      const isSubmit = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
      if (isSubmit) (event.target as HTMLElement).closest('form')?.requestSubmit();
    });
    host.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** Starts the form anew, with nothing in it or with these values. */
  reset(values: Values<F> = this.#plan.initial): void {
    Object.assign(this, { values: { ...values }, failure: undefined });
    this.#left.clear();
    this.#submitted = false;
    this.#apiFaults = {};
    this.#host.requestUpdate();
  }

  /** Judges every field at once, as when something that was wrong is opened to be fixed. */
  judge(): void {
    for (const field of Object.keys(this.values) as F[]) this.#left.add(field);
    this.#host.requestUpdate();
  }

  /** Says beside a field what is wrong with it until its text changes, or no more what was said. */
  blame(field: F, text: string | undefined): void {
    this.#apiFaults = { ...this.#apiFaults, [field]: text };
  }

  /** Takes away what the API said about all fields: another answer may have fixed it. */
  forgetApiFaults(): void {
    this.#apiFaults = {};
    this.#host.requestUpdate();
  }

  /** What to say beside a field. */
  error(field: F): string | undefined {
    if (this.#apiFaults[field]) return this.#apiFaults[field];
    const code = this.#submitted || this.#left.has(field) ? this.#plan.check(this.values)[field] : undefined;
    return code && this.#text(field, code);
  }

  /** A field may be named by its pointer in the body of the request, such as `values/reason`. */
  #text(field: F, code: string): string {
    const name = field.split('/').pop()!;
    const max = code === 'too-long' && name in FIELDS ? FIELDS[name as AccountField].max : null;
    return max ? tooLongText(max, length(this.values[field])) : faultText(code, code);
  }

  /** What will be used in place of the text of a field. */
  used(field: F): string | undefined {
    return this.#plan.used?.(field, this.values[field]);
  }

  /** Everything that is wrong, each entry leading to its field. */
  summary(): TemplateResult | typeof nothing {
    const wrong = this.#submitted ? this.#wrong() : [];
    if (wrong.length === 0) return nothing;
    const title = wrong.length === 1 ? 'One field needs fixing' : `${wrong.length} fields need fixing`;
    return html`
      <section class="notice bad summary" tabindex="-1" aria-labelledby="summary-title">
        ${icon('alert')}
        <div>
          <h2 id="summary-title">${title}</h2>
          <ul>${wrong.map((field) => this.#summaryLine(field))}</ul>
        </div>
      </section>`;
  }

  #summaryLine(field: F): TemplateResult {
    const text = `${this.#plan.labels[field]}: ${this.error(field)}`;
    return html`<li><button type="button" class="link" @click=${() => this.#focus(field)}>${text}</button></li>`;
  }

  #wrong(): F[] {
    return (Object.keys(this.#plan.labels) as F[]).filter((field) => this.error(field));
  }

  #typed({ name, value }: HTMLInputElement): void {
    if (!(name in this.values)) return;
    this.values = { ...this.values, [name]: value };
    delete this.#apiFaults[name as F];
    this.#host.requestUpdate();
  }

  #leave({ name, value }: HTMLInputElement): void {
    if (!(name in this.values)) return;
    const field = name as F;
    const tidy = this.#plan.tidy?.[field];
    if (tidy) this.values = { ...this.values, [field]: tidy(value) };
    if (value) this.#left.add(field);
    this.#host.requestUpdate();
  }

  async #submit(): Promise<void> {
    if (this.isSending) return;
    this.#submitted = true;
    this.failure = undefined;
    if (this.#wrong().length > 0) return this.#focusSummary();
    await this.attempt(() => this.#plan.send(this.values));
  }

  /** Sends something, which is the form itself or belongs to it, and shows why that failed. */
  async attempt(send: () => Promise<void>): Promise<void> {
    if (this.isSending) return;
    Object.assign(this, { isSending: true, failure: undefined });
    this.#host.requestUpdate();
    try {
      await send();
    } catch (error) {
      this.#show(Failure.caught(error));
    } finally {
      this.isSending = false;
      this.#host.requestUpdate();
    }
    if (this.failure || this.#wrong().length > 0) await this.#focusSummary();
  }

  /** The API's faults go to their fields; a failure that belongs to no field is shown above the form. */
  #show(failure: Failure): void {
    const isField = (pointer: string): pointer is F => pointer in this.values;
    const rest = failure.errors.filter(({ pointer, code, detail }) => {
      const field = pointer.slice(1);
      if (!isField(field)) return true;
      this.#apiFaults[field] ??= faultText(code, detail);
      return false;
    });
    if (failure.errors.length === 0 || rest.length > 0) this.failure = failure;
  }

  async #focusSummary(): Promise<void> {
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    this.#host.querySelector<HTMLElement>('.notice.bad')?.focus();
  }

  #focus(field: F): void {
    this.#host.querySelector<HTMLElement>(`[name="${field}"]`)?.focus();
  }
}
