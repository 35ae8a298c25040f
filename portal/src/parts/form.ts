import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { Failure } from '../api/failure';
import { faultText } from '../messages/faults';
import type { Faults, Values } from '../rules/forms';
import { icon } from './icon';

interface Plan<F extends string> {
  readonly initial: Values<F>;
  readonly labels: Record<F, string>;
  readonly check: (values: Values<F>) => Faults<F>;
  readonly send: (values: Values<F>) => Promise<void>;
  /** What will be used in place of a text, where that is known to differ. */
  readonly used?: (field: F, text: string) => string | undefined;
  /** What is made of a text when its field is left, such as an address without the name in front. */
  readonly tidy?: Partial<Record<F, (text: string) => string>>;
}

/**
 * The life of a form: what was typed, what is wrong with it and when to say so, and its way to the API and back.
 *
 * A field is judged once it was left, and while it is wrong at every key. The API's verdicts stand beside the field until
 * its text changes.
 */
export class Form<F extends string> implements ReactiveController {
  values: Values<F>;
  failure: Failure | undefined;
  isSending = false;
  #left = new Set<F>();
  #submitted = false;
  #told: Partial<Record<F, string>> = {};

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly plan: Plan<F>,
  ) {
    host.addController(this);
    this.values = { ...plan.initial };
  }

  hostConnected(): void {}

  /** Empties the form. */
  reset(values: Values<F> = this.plan.initial): void {
    Object.assign(this, { values: { ...values }, failure: undefined });
    this.#left.clear();
    this.#submitted = false;
    this.#told = {};
    this.host.requestUpdate();
  }

  /** Judges every field at once, as when something that was wrong is opened to be mended. */
  judge(): void {
    for (const field of Object.keys(this.values) as F[]) this.#left.add(field);
    this.host.requestUpdate();
  }

  /** What to say beside a field. */
  error(field: F): string | undefined {
    if (this.#told[field]) return this.#told[field];
    const code = this.#submitted || this.#left.has(field) ? this.plan.check(this.values)[field] : undefined;
    return code && faultText(code, code);
  }

  /** What to say will be used in place of what stands in a field. */
  used(field: F): string | undefined {
    return this.plan.used?.(field, this.values[field]);
  }

  /** For the `<form>`: one listener each for whatever happens inside. */
  readonly events = {
    input: (event: Event) => this.#typed(event.target as HTMLInputElement),
    focusout: (event: Event) => this.#leave(event.target as HTMLInputElement),
    keydown: (event: KeyboardEvent) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
        (event.currentTarget as HTMLFormElement).requestSubmit();
    },
    submit: (event: SubmitEvent) => {
      event.preventDefault();
      void this.#submit();
    },
  };

  /** Everything that is wrong, each entry leading to its field. */
  summary(): TemplateResult | typeof nothing {
    const wrong = this.#submitted ? this.#wrong() : [];
    if (wrong.length === 0) return nothing;
    return html`
      <section class="notice bad summary" tabindex="-1" aria-labelledby="summary-title">
        ${icon('alert')}
        <div>
          <h2 id="summary-title">${wrong.length === 1 ? 'One field needs fixing' : `${wrong.length} fields need fixing`}</h2>
          <ul>${wrong.map((field) => html`<li><button type="button" class="link" @click=${() => this.#focus(field)}>${this.plan.labels[field]}: ${this.error(field)}</button></li>`)}</ul>
        </div>
      </section>`;
  }

  #wrong(): F[] {
    return (Object.keys(this.plan.labels) as F[]).filter((field) => this.error(field));
  }

  #typed({ name, value }: HTMLInputElement): void {
    if (!(name in this.values)) return;
    this.values = { ...this.values, [name]: value };
    delete this.#told[name as F];
    this.host.requestUpdate();
  }

  #leave({ name, value }: HTMLInputElement): void {
    if (!(name in this.values)) return;
    const field = name as F;
    const tidy = this.plan.tidy?.[field];
    if (tidy) this.values = { ...this.values, [field]: tidy(value) };
    if (value) this.#left.add(field);
    this.host.requestUpdate();
  }

  async #submit(): Promise<void> {
    if (this.isSending) return;
    this.#submitted = true;
    this.failure = undefined;
    if (this.#wrong().length > 0) return this.#tellSummary();
    this.isSending = true;
    this.host.requestUpdate();
    try {
      await this.plan.send(this.values);
    } catch (error) {
      this.#take(Failure.caught(error));
    } finally {
      this.isSending = false;
      this.host.requestUpdate();
    }
    if (this.failure || this.#wrong().length > 0) await this.#tellSummary();
  }

  /** The API's verdicts go to their fields; what belongs to no field stands above the form. */
  #take(failure: Failure): void {
    const isField = (pointer: string): pointer is F => pointer in this.values;
    const rest = failure.errors.filter(({ pointer, code, detail }) => {
      const field = pointer.slice(1);
      if (!isField(field)) return true;
      this.#told[field] ??= faultText(code, detail);
      return false;
    });
    if (failure.errors.length === 0 || rest.length > 0) this.failure = failure;
  }

  async #tellSummary(): Promise<void> {
    this.host.requestUpdate();
    await this.host.updateComplete;
    this.host.querySelector<HTMLElement>('.notice.bad')?.focus();
  }

  #focus(field: F): void {
    this.host.querySelector<HTMLElement>(`[name="${field}"]`)?.focus();
  }
}
