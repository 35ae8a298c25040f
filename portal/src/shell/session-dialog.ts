import { html, type TemplateResult } from 'lit';
import { mayLeave } from '../app/router';
import { session } from '../app/session';
import { LightElement } from '../parts/light-element';

/**
 * Warns before the session ends and says when it has. Signing in again happens in a tab of its own, so that this page,
 * with everything that was typed into it, stays as it is and nothing of it is stored.
 */
class SessionDialog extends LightElement {
  static override properties = { hasEnded: { state: true } };
  declare hasEnded: boolean;

  constructor() {
    super();
    this.hasEnded = false;
    session.addEventListener('ending', () => this.#show('ending'));
    session.addEventListener('ended', () => this.#show('ended'));
    session.addEventListener('renewed', () => this.#close());
  }

  override render(): TemplateResult {
    const { hasEnded } = this;
    return html`
      <dialog class="modal" aria-labelledby="session-title">
        <h2 id="session-title">${hasEnded ? 'Your session has ended' : 'Your session ends in two minutes'}</h2>
        <p>Sign in again in a new tab, then carry on here: this page stays as it is.</p>
        <div class="actions">
          <a class="button primary" href="#/signed-in-again" target="_blank" rel="noopener">
            Sign in again<span class="unseen"> in a new tab</span></a>
          ${hasEnded ? button('Sign out', () => void this.#signOut()) : button('Later', () => this.#close())}
        </div>
      </dialog>`;
  }

  #close(): void {
    this.querySelector('dialog')?.close();
  }

  async #signOut(): Promise<void> {
    if (await mayLeave()) await session.signOut();
  }

  #show(event: 'ending' | 'ended'): void {
    this.hasEnded = event === 'ended';
    const dialog = this.querySelector('dialog');
    if (dialog && !dialog.open) dialog.showModal();
  }
}

function button(text: string, press: () => void): TemplateResult {
  return html`<button type="button" class="button quiet" @click=${press}>${text}</button>`;
}

customElements.define('session-dialog', SessionDialog);

export const sessionDialog = (): TemplateResult => html`<session-dialog></session-dialog>`;
