import { html, type TemplateResult } from 'lit';
import type { Schemas } from '../../api/client';
import { Failure } from '../../api/failure';
import { count } from '../../messages/time';
import { errorNotice } from '../../parts/error-notice';
import { textField } from '../../parts/field';
import { LightElement } from '../../parts/light-element';
import { trim } from '../../rules/text';
import { beginAction, type Choice } from './actions';

const NAME = 'hand-over-to';
const MISSING = 'Give the email address of your colleague.';

/** To whom some invites are handed over. It stays open until the service has found that colleague. */
export class InviteHandOver extends LightElement {
  static override properties = {
    count: { type: Number },
    to: { state: true },
    fault: { state: true },
    failure: { state: true },
    isBusy: { state: true },
  };
  declare count: number;
  declare choice: Choice;
  /** With the action that has begun, unless the officer cancelled. */
  declare onClose: (begun?: Schemas['ActionBody']) => void;
  declare to: string;
  /** What is wrong with the address. */
  declare fault: string | undefined;
  declare failure: Failure | undefined;
  declare isBusy: boolean;

  constructor() {
    super();
    Object.assign(this, { to: '', isBusy: false });
  }

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
  }

  override render(): TemplateResult {
    const invites = count(this.count, 'invite');
    const submit = (event: Event) => {
      event.preventDefault();
      void this.#begin();
    };
    const type = ({ target }: Event) => {
      this.to = (target as HTMLInputElement).value;
    };
    return html`
      <dialog class="modal" aria-labelledby="hand-over-title" aria-describedby="hand-over-text"
        @close=${() => this.onClose()}>
        <form novalidate @submit=${submit} @input=${type}>
          <h2 id="hand-over-title">Hand over ${invites}</h2>
          <p id="hand-over-text">Your colleague has them from then on: they see, resend and revoke them, and get the
            mails about them. You no longer see them. Nobody who was invited is mailed, and every link still works.</p>
          ${textField({
            name: NAME,
            label: 'Email address of your colleague',
            hint: 'Somebody of your agency who has signed in here before.',
            value: this.to,
            error: this.fault,
            type: 'email',
          })}
          ${errorNotice(this.failure, {})}
          <div class="actions">
            <button class="button primary" ?disabled=${this.isBusy}>
              ${this.isBusy ? html`Handing over…` : html`Hand over ${invites}`}</button>
            <button type="button" class="button quiet" @click=${() => this.onClose()}>Cancel</button>
          </div>
        </form>
      </dialog>`;
  }

  async #begin(): Promise<void> {
    const to = trim(this.to);
    Object.assign(this, { failure: undefined, fault: to ? undefined : MISSING });
    if (to) {
      this.isBusy = true;
      await this.#ask(to);
      this.isBusy = false;
    }
    await this.updateComplete;
    if (this.fault) this.querySelector<HTMLElement>(`[name=${NAME}]`)?.focus();
  }

  async #ask(to: string): Promise<void> {
    try {
      this.onClose(await beginAction('hand-over', this.choice, { to }));
    } catch (error) {
      const failure = Failure.caught(error);
      this.fault = failure.errors.find(({ pointer }) => pointer === '/to')?.detail;
      if (!this.fault) this.failure = failure;
    }
  }
}

customElements.define('invite-hand-over', InviteHandOver);
