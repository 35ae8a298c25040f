import { html, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { errorNotice } from '../../parts/error-notice';
import { Form } from '../../parts/form';
import { profileFields } from '../../parts/invite-fields';
import { LightElement } from '../../parts/light-element';
import { checkProfile, labelsOf, type ProfileField, type Values } from '../../rules/forms';

/** The details of the invitee, and the button that accepts. */
export class AcceptForm extends LightElement {
  static override properties = { token: {}, onAccepted: { attribute: false } };
  declare token: string;
  declare onAccepted: (view: Schemas['PageBody']) => void;
  readonly #form = new Form<ProfileField>(this, {
    initial: { firstName: '', lastName: '', countryCode: '65', contactNumber: '', organisation: '', department: '' },
    labels: labelsOf('firstName', 'lastName', 'countryCode', 'contactNumber', 'organisation', 'department'),
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
        ${profileFields(form, 'own')}
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
