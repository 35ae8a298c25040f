import { html, nothing, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { isOneOf, type SeedState } from '../../api/states';
import { officer } from '../../app/officer';
import { DomainHint } from '../../parts/domain-hint';
import { errorNotice } from '../../parts/error-notice';
import { Form } from '../../parts/form';
import {
  emailField,
  needsUsername,
  profileFields,
  reasonField,
  seedField,
  usernameField,
} from '../../parts/invite-fields';
import { LightElement } from '../../parts/light-element';
import { tidyEmail } from '../../rules/fields';
import {
  type AccountField,
  ALL_FIELDS,
  checkAccount,
  checkEmailInvitation,
  type Faults,
  labels,
  recordOf,
  type Values,
} from '../../rules/forms';

/** Amends an invite that failed, expired, was revoked or could not be delivered; saving sends it again. */
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
    // The country code stays blank: the stored number starts with it.
    const saved: Partial<Record<AccountField, string | null>> = {
      ...invite,
      seed: isOneOf<SeedState>(invite.seed.state, 'NOT_REQUIRED', 'INELIGIBLE') ? 'no' : 'yes',
    };
    this.#form = new Form<AccountField>(this, {
      initial: recordOf(ALL_FIELDS, (field) => saved[field] ?? ''),
      labels,
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
      <form novalidate aria-label="Amend details">
        ${form.summary()}
        ${errorNotice(form.failure)}
        ${emailField(form, meaning, 'Saving sends the invite again.')}
        ${!this.#isEmail && needsUsername(form, meaning) ? usernameField(form) : nothing}
        ${this.#isEmail ? nothing : profileFields(form)}
        ${seedField(form, meaning)}
        ${reasonField(form, 'the person')}
        <div class="actions end">
          <button class="button primary" aria-disabled=${String(form.isSending)}>
            ${form.isSending ? 'Saving…' : 'Save and send'}</button>
          <button type="button" class="button quiet" @click=${() => this.onCancel()}>Cancel</button>
        </div>
      </form>`;
  }

  get #isEmail(): boolean {
    return this.invite.kind === 'email';
  }

  #check(values: Values<AccountField>): Faults<AccountField> {
    const check = this.#isEmail ? checkEmailInvitation : checkAccount;
    return check(values, this.#domain.meaning, officer.email);
  }

  async #send(values: Values<AccountField>): Promise<void> {
    const options = { path: { id: this.invite.id }, ifMatch: this.version, body: this.#body(values) };
    this.onDone((await ask('patch', '/api/invites/{id}', options)).body);
  }

  #body({ email, seed, reason, ...account }: Values<AccountField>): Schemas['InviteRequest'] {
    if (this.#isEmail) return { kind: 'email', email, seed, reason };
    const username = this.#domain.meaning?.persona === 'officer' ? '' : account.username;
    return { kind: 'account', email, seed, reason, ...account, username };
  }
}

customElements.define('amend-form', AmendForm);
