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
  /** What is made of the text, where that is not what was typed. */
  readonly used?: string | undefined;
  readonly optional?: boolean;
  /** How many characters it holds; told once there are few left, and from the start of a text of sentences. */
  readonly max?: number;
  readonly type?: 'text' | 'email' | 'tel';
  readonly autocomplete?: string;
  /** Stands beside the label while the text means something. */
  readonly verdict?: TemplateResult | typeof nothing;
  readonly inputmode?: string;
}

/** A labelled text field with its hint, its counter and what is wrong with it, all tied to it for screen readers. */
export function textField(field: Field): TemplateResult {
  const { name, type = 'text', error, optional } = field;
  return around(
    field,
    html`
    <span class="plain">
      <input id=${name} name=${name} type=${type} .value=${live(field.value)} autocomplete=${field.autocomplete ?? 'off'}
        inputmode=${field.inputmode ?? nothing} spellcheck="false" autocapitalize=${type === 'email' ? 'off' : nothing}
        aria-required=${optional ? nothing : 'true'} aria-invalid=${error ? 'true' : nothing} aria-describedby=${describedBy(field)} />
    </span>`,
  );
}

/** As `textField`, for more than a line. */
export function textArea(field: Field): TemplateResult {
  const { name, error, optional } = field;
  return around(
    field,
    html`
    <textarea id=${name} name=${name} rows="3" .value=${live(field.value)} aria-required=${optional ? nothing : 'true'}
      aria-invalid=${error ? 'true' : nothing} aria-describedby=${describedBy(field)}></textarea>`,
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** One of a few, all to be seen at once. */
export function choices(field: Omit<Field, 'type'>, of: readonly Choice[]): TemplateResult {
  const { name, label, value, error, hint } = field;
  return html`
    <fieldset class="field choices" aria-describedby=${describedBy(field)}>
      <legend>${label}</legend>
      ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}
      <div class="radios">
        ${of.map(
          (choice, at) => html`
          <label class="radio">
            <input type="radio" name=${name} id=${at === 0 ? name : `${name}-${choice.value}`} .value=${choice.value} .checked=${live(value === choice.value)} />
            <span>${choice.label}${choice.hint ? html`<small>${choice.hint}</small>` : nothing}</span>
          </label>`,
        )}
      </div>
      ${problem(field, error)}
    </fieldset>`;
}

function around(field: Field, control: TemplateResult): TemplateResult {
  const { name, label, hint, optional, error, max, value, verdict = nothing } = field;
  return html`
    <div class="field">
      <div class="label"><label for=${name}>${label}${optional ? html`<span class="optional"> (optional)</span>` : nothing}</label>${verdict}</div>
      ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}
      ${control}
      <div class="below">
        ${problem(field, error)}
        ${error || field.used === undefined ? nothing : html`<p class="used" id="${name}-used">${icon('repair')}<span>Repaired: we will use <b>${field.used}</b></span></p>`}
        ${isCounted(field) ? html`<span class="counter ${length(value) > max! ? 'over' : ''}" id="${name}-counter">${length(value)}/${max}<span class="unseen"> characters</span></span>` : nothing}
      </div>
    </div>`;
}

function problem({ name }: Pick<Field, 'name'>, error: string | undefined): TemplateResult | typeof nothing {
  return error ? html`<p class="error" id="${name}-error">${error}</p>` : nothing;
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
