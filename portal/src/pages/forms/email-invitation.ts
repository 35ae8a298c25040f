import { html, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { IdempotencyKeys } from '../../api/idempotency';
import { officer } from '../../app/officer';
import { go } from '../../app/router';
import { DomainHint } from '../../parts/domain-hint';
import { errorNotice } from '../../parts/error-notice';
import { Form } from '../../parts/form';
import { emailField, reasonField, seedField } from '../../parts/invite-fields';
import { LightElement } from '../../parts/light-element';
import { INVITE_USERS, pageHead } from '../../parts/page-head';
import { tidyEmail } from '../../rules/fields';
import { checkEmailInvitation, EMAIL_FIELDS, type EmailField, labels, startOf, type Values } from '../../rules/forms';
import { addressesIn } from '../batch/intake/cells';
import { carry } from './carried';
import { formActions, formAside } from './frame';
import { outcome } from './outcome';

/** Email invitation: a public officer gets a mail, and says themselves who they are. */
export class EmailInvitationPage extends LightElement {
  static override properties = { created: { state: true } };
  declare created: Schemas['InviteBody'] | undefined;
  readonly #keys = new IdempotencyKeys();
  readonly #domain: DomainHint = new DomainHint(this, () => this.#form.values.email);
  readonly #form = new Form<EmailField>(this, {
    initial: startOf(EMAIL_FIELDS),
    labels,
    tidy: { email: tidyEmail },
    check: (values) => checkEmailInvitation(values, this.#domain.meaning, officer.email),
    send: (values) => this.#send(values),
  });

  override render(): TemplateResult {
    const text = 'Invite a public officer by email. They say who they are, and get a TechPass account.';
    return html`
      ${pageHead({ title: 'Email invitation', trail: INVITE_USERS, text })}
      ${this.created ? outcome(this.created, () => void this.#again()) : this.#fields()}`;
  }

  #fields(): TemplateResult {
    const [form, { meaning }] = [this.#form, this.#domain];
    const hint = html`The organisation email address of the public officer who needs a TechPass account.
      <a href="#/invite/email/many" @click=${() => this.#carry(form.values.email)}>Invite several at once</a>`;
    return html`
      <div class="form-frame">
        <form class="card" novalidate aria-label="Email invitation" @paste=${this.#pasted}>
          ${form.summary()}
          ${errorNotice(form.failure)}
          ${emailField(form, meaning, hint)}
          ${seedField(form, meaning)}
          ${reasonField(form, 'the public officer')}
          ${formActions('Submit', form.isSending)}
        </form>
        ${formAside(
          [
            'We mail the officer a link of their own. It stays open for 30 days.',
            'They open it, fill in who they are, and accept.',
            'The TechPass account is created, with SEED if you asked for it.',
          ],
          html`Inviting a vendor? <a href="#/invite/account">Create an account</a> for them instead.`,
        )}
      </div>`;
  }

  /** Several addresses are a list, which has a page of its own. */
  #pasted(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData('text') ?? '';
    const isAddress = (event.target as HTMLInputElement).name === 'email';
    if (!isAddress || addressesIn(text) < 2) return;
    event.preventDefault();
    this.#carry(text);
    go('/invite/email/many');
  }

  #carry(addresses: string): void {
    const { seed, reason } = this.#form.values;
    carry({ addresses, seed, reason });
  }

  async #send(values: Values<EmailField>): Promise<void> {
    const body = { kind: 'email', ...values } as const;
    this.created = (await ask('post', '/api/invites', { body, idempotencyKey: this.#keys.of(body) })).body;
    this.#keys.done();
  }

  async #again(): Promise<void> {
    this.created = undefined;
    this.#form.reset();
    await this.updateComplete;
    this.querySelector<HTMLElement>('#email')?.focus();
  }
}

customElements.define('email-invitation-page', EmailInvitationPage);
