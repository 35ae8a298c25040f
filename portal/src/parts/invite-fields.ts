import { html, nothing, type TemplateResult } from 'lit';
import { faultText } from '../messages/faults';
import { FIELDS } from '../rules/field-table';
import {
  type AccountField,
  type EmailField,
  isOptional,
  labels,
  type Meaning,
  type ProfileField,
  WORK_FIELDS,
} from '../rules/forms';
import { badge } from './badge';
import { choices, type Field, textArea, textField } from './field';
import type { Form } from './form';

type Of<F extends string> = Pick<Form<F>, 'values' | 'error' | 'used'>;

const base = <F extends AccountField>(form: Of<F>, name: F) => ({
  name,
  label: labels[name],
  value: form.values[name],
  error: form.error(name),
  used: form.used(name),
  max: FIELDS[name].max ?? 0,
  optional: isOptional(name),
});

/** The address, and what its domain means as soon as it is known. */
export function emailField(
  form: Of<EmailField>,
  meaning: Meaning | undefined,
  hint: string | TemplateResult,
): TemplateResult {
  const verdict =
    meaning?.persona === 'officer'
      ? badge('Public officer', 'good')
      : meaning?.persona === 'vendor'
        ? badge(meaning.company ? `Vendor, ${meaning.company}` : 'Vendor', 'going')
        : meaning?.code
          ? badge('Not allowed', 'bad')
          : nothing;
  const early = meaning?.code ? faultText(meaning.code, '') : undefined;
  return textField({
    ...base(form, 'email'),
    type: 'email',
    hint,
    inputmode: 'email',
    error: form.error('email') ?? early,
    ...(meaning?.warning && { status: meaning.warning.detail }),
    verdict: html`<span role="status">${verdict}</span>`,
  });
}

/** Whether to ask for a username: vendors have one, and one that is there is shown. */
export function needsUsername(form: Of<'username'>, meaning: Meaning | undefined): boolean {
  return meaning?.persona === 'vendor' || Boolean(form.values.username || form.error('username'));
}

export function usernameField(form: Of<'username'>): TemplateResult {
  return textField({
    ...base(form, 'username'),
    hint: 'What the vendor signs in with. Letters, digits, hyphen, underscore and single periods.',
  });
}

const PHONE = { type: 'tel', inputmode: 'tel' } as const;

/** Who the person is; `autocomplete` is what browsers call the details that are the person's own. */
export function profileFields(
  form: Of<ProfileField>,
  autocomplete: Partial<Record<ProfileField, string>> = {},
): TemplateResult {
  const field = (name: ProfileField, kind: Pick<Field, 'type' | 'inputmode'> = {}) =>
    textField({ ...base(form, name), autocomplete: autocomplete[name], ...kind });
  return html`
    <div class="pair">${field('firstName')}${field('lastName')}</div>
    <div class="pair contact">${field('countryCode', PHONE)}${field('contactNumber', PHONE)}</div>
    <div class="pair">${WORK_FIELDS.map((name) => field(name))}</div>`;
}

export function seedField(form: Of<'seed'>, meaning: Meaning | undefined): TemplateResult {
  const hint =
    meaning?.seed === 'ineligible'
      ? 'People of this email domain cannot be onboarded to SEED.'
      : 'SEED is needed to reach SGTS services and products from an Internet device.';
  return choices({ ...base(form, 'seed'), hint }, [
    { value: 'no', label: 'No' },
    { value: 'yes', label: 'Yes' },
  ]);
}

export function reasonField(form: Of<'reason'>, whom: string): TemplateResult {
  return textArea({ ...base(form, 'reason'), hint: `Why ${whom} needs a TechPass account.` });
}
