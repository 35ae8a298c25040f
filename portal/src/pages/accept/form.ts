import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { errorNotice } from '../../parts/error-notice';
import { Form } from '../../parts/form';
import { icon } from '../../parts/icon';
import { profileFields } from '../../parts/invite-fields';
import { LightElement } from '../../parts/light-element';
import { announce } from '../../parts/live';
import { checkProfile, labels, PROFILE_FIELDS, type ProfileField, startOf, type Values } from '../../rules/forms';
import { askInviter } from './ask-inviter';
import { CODE_LABEL, codeField } from './code-field';
import {
  againLabel,
  codeFault,
  codeNews,
  codeOf,
  codeReason,
  digitsOf,
  hasCode,
  pauseOf,
  pauseText,
} from './mailbox-code';
import { returnedMail } from './returned-mail';

type View = Schemas['PageBody'];
type Field = ProfileField | 'mailboxCode';

/** A pause after which somebody who waits is told whom to ask. */
const LONG_PAUSE_MS = 3_600_000;

/** What browsers call the details of the person who fills them in. */
const AUTOCOMPLETE: Partial<Record<ProfileField, string>> = {
  firstName: 'given-name',
  lastName: 'family-name',
  countryCode: 'tel-country-code',
  contactNumber: 'tel-national',
  organisation: 'organization',
};

/** The details of the invitee, then the code that shows whose mailbox it is, and the button that accepts. */
export class AcceptForm extends LightElement {
  static override properties = { token: {}, view: {}, onAnswer: { attribute: false }, refresh: { attribute: false } };
  declare token: string;
  declare view: View;
  /** Shows what the service answered. */
  declare onAnswer: (view: View) => Promise<void>;
  /** Asks the service for what is known now. */
  declare refresh: () => void;
  /** Whether a code was out since the page was opened: its field stays, also when the code does not work any more. */
  #wasOut = false;
  #isAskingCode = false;
  /** Whether the last failure is of asking for a code. */
  #isCodeFailure = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #form = new Form<Field>(this, {
    initial: { ...startOf(PROFILE_FIELDS), mailboxCode: '' },
    labels: { ...labels, mailboxCode: CODE_LABEL },
    check: checkProfile,
    send: (values) => (this.#wasOut ? this.#accept(values) : this.#askCode()),
  });

  override willUpdate(): void {
    // The mail may be there although it came back: an automatic reply is one that came back, for some servers.
    this.#wasOut ||= hasCode(codeOf(this.view));
  }

  override render(): TemplateResult {
    const form = this.#form;
    const isReturned = codeOf(this.view).state === 'not-delivered';
    return html`
      <form class="card" novalidate aria-labelledby="accept-title">
        <h2 id="accept-title">Who you are</h2>
        ${errorNotice(form.failure, { safe: this.#isCodeFailure ? 'What you typed is still here.' : undefined })}
        ${form.summary()}
        ${isReturned ? returnedMail(this.view) : nothing}
        ${profileFields(form, AUTOCOMPLETE)}
        ${this.#wasOut ? this.#withCode() : this.#withoutCode()}
        ${this.#askInviter()}
      </form>`;
  }

  #withoutCode(): TemplateResult {
    const { isSending } = this.#form;
    const { email } = this.view;
    const code = codeOf(this.view);
    return html`
      <p class="hint-line">${icon('mail')}<span>${codeReason(email)} ${pauseText(code, Date.now())}</span></p>
      <div class="actions end">
        <button class="button primary" aria-disabled=${String(isSending)}>
          ${isSending ? 'Mailing…' : 'Mail me a code'}</button>
      </div>`;
  }

  #withCode(): TemplateResult {
    const { isSending } = this.#form;
    const code = codeOf(this.view);
    const isPaused = pauseOf(code, Date.now()) > 0;
    return html`
      ${codeField(this.#form, code, this.view.email)}
      <div class="actions end">
        <button class="button primary" aria-disabled=${String(isSending)}>
          ${isSending && !this.#isAskingCode ? 'Accepting…' : 'Accept the invitation'}</button>
        <button type="button" class="button" aria-disabled=${String(isSending || isPaused)}
          aria-describedby="another-code" @click=${this.#askAnother}>
          ${this.#isAskingCode ? 'Mailing…' : againLabel(code)}</button>
      </div>`;
  }

  /** The way on where no code can be mailed for long. */
  #askInviter(): TemplateResult | typeof nothing {
    const { invitedBy, traceId } = this.view;
    if (pauseOf(codeOf(this.view), Date.now()) <= LONG_PAUSE_MS) return nothing;
    return html`
      <p class="hint">No code arrives? Your inviter can revoke this invitation and invite you again.
        ${askInviter(invitedBy, 'No code arrives', traceId, 'small')}</p>`;
  }

  override updated(changed: PropertyValues<this>): void {
    const code = codeOf(this.view);
    const before = changed.get('view');
    if (before && hasCode(codeOf(before)) && !hasCode(code)) announce(codeNews(code, this.view.email));
    clearTimeout(this.#timer);
    const pause = pauseOf(code, Date.now());
    if (pause > 0) this.#timer = setTimeout(() => this.requestUpdate(), Math.min(pause, LONG_PAUSE_MS));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  async #accept(values: Values<Field>): Promise<void> {
    this.#isCodeFailure = false;
    const fault = codeFault(values.mailboxCode);
    if (fault) return this.#form.blame('mailboxCode', fault);
    const body = { token: this.token, ...values, mailboxCode: digitsOf(values.mailboxCode) };
    await this.#show(ask('post', '/api/invitations/accept', { body }));
  }

  /** Asks for another code, whatever is typed so far. */
  async #askAnother(): Promise<void> {
    if (pauseOf(codeOf(this.view), Date.now()) === 0) await this.#form.attempt(() => this.#askCode());
  }

  async #askCode(): Promise<void> {
    this.#isAskingCode = this.#isCodeFailure = true;
    try {
      const view = await this.#show(ask('post', '/api/invitations/mailbox-code', { body: { token: this.token } }));
      this.#form.reset({ ...this.#form.values, mailboxCode: '' });
      await this.updateComplete;
      this.querySelector<HTMLElement>('[name="mailboxCode"]')?.focus();
      announce(codeNews(codeOf(view), view.email));
    } finally {
      this.#isAskingCode = false;
    }
  }

  /** Shows what a request is answered with. After one that failed, or without an answer, something may have changed. */
  async #show(asked: Promise<{ body: View }>): Promise<View> {
    try {
      const { body } = await asked;
      await this.onAnswer(body);
      return body;
    } catch (error) {
      this.refresh();
      throw error;
    }
  }
}

customElements.define('accept-form', AcceptForm);
