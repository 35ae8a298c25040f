import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { length } from '../rules/text';
import { icon } from './icon';

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** What is wrong, once the person has left the field. */
  readonly error?: string | undefined;
  readonly hint?: string | TemplateResult;
  /** The value that is used in place of the text, where they differ. */
  readonly used?: string | undefined;
  readonly optional?: boolean;
  /** How many characters it holds; counted once few are left, and from the start in a field for sentences. */
  readonly max?: number;
  readonly type?: 'text' | 'email' | 'tel';
  readonly autocomplete?: string | undefined;
  /** Beside the label, while the meaning of the text is known. */
  readonly verdict?: TemplateResult | typeof nothing;
  readonly inputmode?: string;
  /** What is known of the text so far, below it. */
  readonly status?: string;
  /** The lines of a field for more than one. */
  readonly rows?: number;
}

/** A labelled text field with its hint, its counter and what is wrong with it, all tied to it for screen readers. */
export function textField(field: Field): TemplateResult {
  const { name, type = 'text', error, optional } = field;
  return around(
    field,
    html`
    <span class="plain">
      <input id=${name} name=${name} type=${type} .value=${live(field.value)}
        autocomplete=${field.autocomplete ?? 'off'} inputmode=${field.inputmode ?? nothing}
        spellcheck="false" autocapitalize=${type === 'email' ? 'off' : nothing}
        aria-required=${optional ? nothing : 'true'} aria-invalid=${error ? 'true' : nothing}
        aria-describedby=${describedBy(field)} />
    </span>`,
  );
}

/** As `textField`, for more than a line. */
export function textArea(field: Field): TemplateResult {
  const { name, error, optional } = field;
  return around(
    field,
    html`
    <textarea id=${name} name=${name} rows=${field.rows ?? 3} .value=${live(field.value)}
      aria-required=${optional ? nothing : 'true'} aria-invalid=${error ? 'true' : nothing}
      aria-describedby=${describedBy(field)}></textarea>`,
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string | TemplateResult;
}

/** One of a few, all to be seen at once. */
export function choices(field: Omit<Field, 'type'>, of: readonly Choice[]): TemplateResult {
  const { name, label, value, error, hint } = field;
  return html`
    <fieldset class="field" aria-describedby=${describedBy(field)}>
      <legend>${label}</legend>
      ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}
      <div class="radios">
        ${of.map((choice, at) => {
          const id = at === 0 ? name : `${name}-${at}`;
          return html`
            <label class="radio">
              <input type="radio" name=${name} id=${id} .value=${choice.value}
                .checked=${live(value === choice.value)} />
              <span>${choice.label}</span>
            </label>`;
        })}
      </div>
      ${problem(field, error)}
    </fieldset>`;
}

function around(field: Field, control: TemplateResult): TemplateResult {
  const { name, label, hint, error, verdict = nothing } = field;
  const optional = field.optional ? html`<span class="optional"> (optional)</span>` : nothing;
  return html`
    <div class="field">
      <div class="label"><label for=${name}>${label}${optional}</label>${verdict}</div>
      ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}
      ${control}
      <div class="below">
        ${problem(field, error)}
        ${error || field.used === undefined ? nothing : repaired(name, field.used)}
        ${field.status === undefined ? nothing : html`<p class="hint" role="status">${field.status}</p>`}
        ${isCounted(field) ? counter(field) : nothing}
      </div>
    </div>`;
}

function problem({ name }: Pick<Field, 'name'>, error: string | undefined): TemplateResult | typeof nothing {
  return error ? html`<p class="error" id="${name}-error">${error}</p>` : nothing;
}

function repaired(name: string, used: string): TemplateResult {
  const what = used ? html`use <b>${used}</b>` : 'leave this empty';
  return html`
    <p class="used" id="${name}-used">${icon('repair')}<span>Repaired: we will ${what}</span></p>`;
}

function counter({ name, value, max }: Field): TemplateResult {
  const used = length(value);
  return html`
    <span class="counter ${used > max! ? 'over' : ''}" id="${name}-counter">
      ${used}/${max}<span class="unseen"> characters</span></span>`;
}

function isCounted({ value, max = 0 }: Pick<Field, 'value' | 'max'>): boolean {
  return max > 100 || (max > 0 && length(value) > max * 0.75);
}

function describedBy(field: Omit<Field, 'type'>): string | typeof nothing {
  const { name, hint, error } = field;
  const ids = [
    hint && `${name}-hint`,
    error ? `${name}-error` : field.used !== undefined && `${name}-used`,
    isCounted(field) && `${name}-counter`,
  ].filter(Boolean);
  return ids.length ? ids.join(' ') : nothing;
}
