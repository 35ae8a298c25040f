import { html, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { errorNotice } from '../../parts/error-notice';
import { Form } from '../../parts/form';
import { profileFields } from '../../parts/invite-fields';
import { LightElement } from '../../parts/light-element';
import { checkProfile, labels, PROFILE_FIELDS, type ProfileField, startOf, type Values } from '../../rules/forms';

/** What browsers call the details of the person who fills them in. */
const AUTOCOMPLETE: Partial<Record<ProfileField, string>> = {
  firstName: 'given-name',
  lastName: 'family-name',
  countryCode: 'tel-country-code',
  contactNumber: 'tel-national',
  organisation: 'organization',
};

/** The details of the invitee, and the button that accepts. */
export class AcceptForm extends LightElement {
  static override properties = { token: {}, onAccepted: { attribute: false } };
  declare token: string;
  declare onAccepted: (view: Schemas['PageBody']) => void;
  readonly #form = new Form<ProfileField>(this, {
    initial: startOf(PROFILE_FIELDS),
    labels,
    check: checkProfile,
    send: (values) => this.#send(values),
  });

  override render(): TemplateResult {
    const form = this.#form;
    return html`
      <form class="card" novalidate aria-labelledby="accept-title">
        <h2 id="accept-title">Who you are</h2>
        ${form.summary()}
        ${errorNotice(form.failure)}
        ${profileFields(form, AUTOCOMPLETE)}
        <div class="actions end">
          <button class="button primary" aria-disabled=${String(form.isSending)}>
            ${form.isSending ? 'Accepting…' : 'Accept the invitation'}</button>
        </div>
      </form>`;
  }

  async #send(values: Values<ProfileField>): Promise<void> {
    this.onAccepted((await ask('post', '/api/invitations/accept', { body: { token: this.token, ...values } })).body);
  }
}

customElements.define('accept-form', AcceptForm);
