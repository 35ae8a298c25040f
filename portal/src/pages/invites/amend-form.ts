import { html, nothing, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { officer } from '../../app/officer';
import { DomainHint } from '../../parts/domain-hint';
import { errorNotice } from '../../parts/error-notice';
import { Form } from '../../parts/form';
import { emailField, profileFields, reasonField, seedField, usernameField } from '../../parts/invite-fields';
import { LightElement } from '../../parts/light-element';
import {
  type AccountField,
  checkInvite,
  checkProfile,
  checkUsernameOf,
  type Faults,
  labels,
  labelsOf,
  tidyEmail,
  type Values,
} from '../../rules/forms';

/** Mends an invite that failed, lapsed, was revoked or could not be delivered; saving sends it again. */
export class AmendForm extends LightElement {
  static override properties = {
    invite: { attribute: false },
    version: {},
    onDone: { attribute: false },
    onCancel: { attribute: false },
  };
  declare invite: Schemas['InviteDetailBody'];
  declare version: string;
  declare onDone: (invite: Schemas['InviteBody']) => void;
  declare onCancel: () => void;
  #form!: Form<AccountField>;
  readonly #domain = new DomainHint(this, () => this.#form.values.email);

  override connectedCallback(): void {
    const { invite } = this;
    this.#form = new Form<AccountField>(this, {
      initial: {
        email: invite.email,
        username: invite.username ?? '',
        firstName: invite.firstName ?? '',
        lastName: invite.lastName ?? '',
        // One number as it is stored; the code stands in front of it.
        countryCode: '',
        contactNumber: invite.contactNumber ?? '',
        organisation: invite.organisation ?? '',
        department: invite.department ?? '',
        seed: ['NOT_REQUIRED', 'INELIGIBLE'].includes(invite.seed.state) ? 'no' : 'yes',
        reason: invite.reason,
      },
      labels: labelsOf(...(Object.keys(labels) as AccountField[])),
      tidy: { email: tidyEmail },
      check: (values) => this.#check(values),
      send: (values) => this.#send(values),
    });
    super.connectedCallback();
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLElement>('#email')?.focus();
  }

  override render(): TemplateResult {
    const [form, { meaning }] = [this.#form, this.#domain];
    return html`
      <form novalidate aria-label="Amend details" @input=${form.events.input} @focusout=${form.events.focusout}
        @keydown=${form.events.keydown} @submit=${form.events.submit}>
        ${form.summary()}
        ${errorNotice(form.failure)}
        ${emailField(form, meaning, 'Saving sends the invite again.')}
        ${
          this.#isEmail
            ? nothing
            : html`
          ${meaning?.persona === 'vendor' || form.values.username || form.error('username') ? usernameField(form) : nothing}
          ${profileFields(form, 'off')}`
        }
        ${seedField(form, meaning)}
        ${reasonField(form, 'the person')}
        <div class="actions end">
          <button class="button primary" aria-disabled=${String(form.isSending)}>${form.isSending ? 'Saving…' : 'Save and send'}</button>
          <button type="button" class="button quiet" @click=${() => this.onCancel()}>Cancel</button>
        </div>
      </form>`;
  }

  get #isEmail(): boolean {
    return this.invite.kind === 'email';
  }

  #check(values: Values<AccountField>): Faults<AccountField> {
    const { meaning } = this.#domain;
    const common = checkInvite(values, meaning, officer.email);
    if (this.#isEmail)
      return !common.email && meaning?.persona === 'vendor' ? { ...common, email: 'email.not-officer' } : common;
    const username = checkUsernameOf(values.username, meaning);
    return { ...common, ...(username && { username }), ...checkProfile(values) };
  }

  async #send(values: Values<AccountField>): Promise<void> {
    const { email, seed, reason } = values;
    const body = this.#isEmail
      ? ({ kind: 'email', email, seed, reason } as const)
      : ({
          kind: 'account',
          ...values,
          username: this.#domain.meaning?.persona === 'officer' ? '' : values.username,
        } as const);
    this.onDone(
      (await ask('patch', '/api/invites/{id}', { path: { id: this.invite.id }, ifMatch: this.version, body })).body,
    );
  }
}

customElements.define('amend-form', AmendForm);
