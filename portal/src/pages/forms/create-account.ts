import { html, nothing, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { IdempotencyKeys } from '../../api/idempotency';
import { officer } from '../../app/officer';
import { DomainHint } from '../../parts/domain-hint';
import { errorNotice } from '../../parts/error-notice';
import { Form } from '../../parts/form';
import { emailField, profileFields, reasonField, seedField, usernameField } from '../../parts/invite-fields';
import { LightElement } from '../../parts/light-element';
import { INVITE_USERS, pageHead } from '../../parts/page-head';
import { tidyEmail } from '../../rules/fields';
import {
  type AccountField,
  ALL_FIELDS,
  checkAccount,
  EMAIL_FIELDS,
  labels,
  MANY_FIELDS,
  recordOf,
  startOf,
  type Values,
} from '../../rules/forms';
import { createAccount } from '../invite-users';
import { formActions, formAside } from './frame';
import { outcome } from './outcome';

/** Create account: on behalf of a public officer or a vendor. */
export class CreateAccountPage extends LightElement {
  static override properties = { created: { state: true } };
  declare created: Schemas['InviteBody'] | undefined;
  readonly #keys = new IdempotencyKeys();
  readonly #domain: DomainHint = new DomainHint(this, () => this.#form.values.email);
  readonly #form = new Form<AccountField>(this, {
    initial: startOf(ALL_FIELDS),
    labels,
    tidy: { email: tidyEmail },
    check: (values) => checkAccount(values, this.#domain.meaning, officer.email),
    send: (values) => this.#send(values),
  });

  override render(): TemplateResult {
    return html`
      ${pageHead({ ...createAccount, trail: INVITE_USERS })}
      ${this.created ? outcome(this.created, () => void this.#again()) : this.#fields()}`;
  }

  #fields(): TemplateResult {
    const [form, { meaning }] = [this.#form, this.#domain];
    return html`
      <div class="form-frame">
        <form class="card" novalidate aria-label="Create account">
          ${form.summary()}
          ${errorNotice(form.failure)}
          ${emailField(form, meaning, 'The organisation email address of the public officer or vendor.')}
          ${meaning?.persona === 'vendor' || form.error('username') ? usernameField(form) : nothing}
          ${profileFields(form)}
          ${seedField(form, meaning)}
          ${reasonField(form, 'the person')}
          ${formActions('Submit', form.isSending)}
        </form>
        ${formAside(
          [
            'The TechPass account is created, with SEED if you asked for it.',
            'We mail the person how to sign in for the first time.',
            'You see on the status page when they have signed in.',
          ],
          html`Rather have an officer fill this in? <a href="#/invite/email">Send an email invitation</a>.`,
        )}
      </div>`;
  }

  async #send(values: Values<AccountField>): Promise<void> {
    // A username that was typed for a vendor is not sent when the address turns out to be an officer's.
    const username = this.#domain.meaning?.persona === 'officer' ? '' : values.username;
    const body = { kind: 'account', ...values, username } as const;
    this.created = (await ask('post', '/api/invites', { body, idempotencyKey: this.#keys.of(body) })).body;
    this.#keys.done();
  }

  async #again(): Promise<void> {
    this.created = undefined;
    // The next one is often a colleague of the last.
    const { values } = this.#form;
    const common = recordOf(MANY_FIELDS, (field) => values[field]);
    this.#form.reset({ ...startOf(ALL_FIELDS), ...common, ...startOf(EMAIL_FIELDS) });
    await this.updateComplete;
    this.querySelector<HTMLElement>('#email')?.focus();
  }
}

customElements.define('create-account-page', CreateAccountPage);
