import { html, type TemplateResult } from 'lit';
import { mayLeave } from '../app/router';
import { session } from '../app/session';
import { LightElement } from '../parts/light-element';

/**
 * Warns before the session ends and says when it has. Signing in again happens in a tab of its own, so that this page,
 * with whatever was typed into it, stays as it is and nothing of it is stored anywhere.
 */
class SessionDialog extends LightElement {
  static override properties = { hasEnded: { state: true } };
  declare hasEnded: boolean;

  constructor() {
    super();
    this.hasEnded = false;
    session.addEventListener('ending', () => this.#show(false));
    session.addEventListener('ended', () => this.#show(true));
    session.addEventListener('renewed', () => this.querySelector('dialog')?.close());
  }

  override render(): TemplateResult {
    return html`
      <dialog class="modal" aria-labelledby="session-title">
        <h2 id="session-title">${this.hasEnded ? 'Your session has ended' : 'Your session ends in two minutes'}</h2>
        <p>Sign in again in a new tab, then carry on here: this page stays as it is.</p>
        <div class="actions">
          <a class="button primary" href="#/signed-in-again" target="_blank" rel="noopener">Sign in again<span class="unseen"> in a new tab</span></a>
          ${
            this.hasEnded
              ? html`<button type="button" class="button quiet" @click=${() => void this.#signOut()}>Sign out</button>`
              : html`<button type="button" class="button quiet" @click=${() => this.querySelector('dialog')!.close()}>Later</button>`
          }
        </div>
      </dialog>`;
  }

  async #signOut(): Promise<void> {
    if (await mayLeave()) await session.signOut();
  }

  #show(hasEnded: boolean): void {
    this.hasEnded = hasEnded;
    const dialog = this.querySelector('dialog');
    if (dialog && !dialog.open) dialog.showModal();
  }
}

customElements.define('session-dialog', SessionDialog);

export const sessionDialog = (): TemplateResult => html`<session-dialog></session-dialog>`;
