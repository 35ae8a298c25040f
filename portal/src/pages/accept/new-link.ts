import { html, type TemplateResult } from 'lit';
import { ask } from '../../api/client';
import { Failure } from '../../api/failure';
import { errorNotice } from '../../parts/error-notice';
import { LightElement } from '../../parts/light-element';

const ASKED =
  'If the invitation can still be used, a new link is on its way to the mailbox that the old one was sent to. Look ' +
  'into the junk folder too. A new link is sent once a day.';

/** Asks for a new link in place of one that does not work any more. What is known of the old one is not said. */
export class NewLink extends LightElement {
  static override properties = {
    token: {},
    isAsking: { state: true },
    wasAsked: { state: true },
    failure: { state: true },
  };
  declare token: string;
  declare isAsking: boolean;
  declare wasAsked: boolean;
  declare failure: Failure | undefined;

  constructor() {
    super();
    Object.assign(this, { isAsking: false, wasAsked: false });
  }

  override render(): TemplateResult {
    if (this.wasAsked) return html`<p class="notice done" role="status" tabindex="-1"><span>${ASKED}</span></p>`;
    return html`
      ${errorNotice(this.failure)}
      <p class="actions">
        <button type="button" class="button primary" aria-disabled=${String(this.isAsking)} @click=${this.#ask}>
          ${this.isAsking ? 'Asking…' : 'Mail me a new link'}</button>
      </p>`;
  }

  async #ask(): Promise<void> {
    if (this.isAsking) return;
    Object.assign(this, { isAsking: true, failure: undefined });
    try {
      await ask('post', '/api/invitations/new-link', { body: { token: this.token } });
      this.wasAsked = true;
      await this.updateComplete;
      this.querySelector<HTMLElement>('.notice')!.focus();
    } catch (error) {
      this.failure = Failure.caught(error);
    } finally {
      this.isAsking = false;
    }
  }
}

customElements.define('new-link', NewLink);
