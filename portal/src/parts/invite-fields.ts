import { html, nothing, type TemplateResult } from 'lit';
import { faultText } from '../messages/faults';
import { MAX } from '../rules/fields';
import { type AccountField, type EmailField, labels, type Meaning, type ProfileField } from '../rules/forms';
import { badge } from './badge';
import { choices, textArea, textField } from './field';
import type { Form } from './form';

type Of<F extends string> = Pick<Form<F>, 'values' | 'error' | 'used'>;

const base = <F extends AccountField>(form: Of<F>, name: F) => ({
  name,
  label: labels[name],
  value: form.values[name],
  error: form.error(name),
  used: form.used(name),
});

/** The address, and what its domain means as soon as it is known. */
export function emailField(form: Of<EmailField>, meaning: Meaning | undefined, hint: string): TemplateResult {
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
    max: MAX.username,
    hint: 'What the vendor signs in with. Letters, digits, hyphen, underscore and single periods.',
  });
}

/** Who the person is. */
export function profileFields(form: Of<ProfileField>, autocomplete: 'own' | 'off'): TemplateResult {
  const own = (name: string) => (autocomplete === 'own' ? { autocomplete: name } : {});
  return html`
    <div class="pair">
      ${textField({ ...base(form, 'firstName'), ...own('given-name'), max: MAX.name })}
      ${textField({ ...base(form, 'lastName'), ...own('family-name'), max: MAX.name })}
    </div>
    <div class="pair contact">
      ${textField({ ...base(form, 'countryCode'), ...own('tel-country-code'), type: 'tel', inputmode: 'tel' })}
      ${textField({ ...base(form, 'contactNumber'), ...own('tel-national'), type: 'tel', inputmode: 'tel' })}
    </div>
    <div class="pair">
      ${textField({ ...base(form, 'organisation'), ...own('organization'), max: MAX.organisation })}
      ${textField({ ...base(form, 'department'), optional: true, max: MAX.department })}
    </div>`;
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
  return textArea({ ...base(form, 'reason'), max: MAX.reason, hint: `Why ${whom} needs a TechPass account.` });
}
