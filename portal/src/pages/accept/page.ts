import { html, nothing, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { Failure } from '../../api/failure';
import { Poll } from '../../api/poll';
import { config, home } from '../../config';
import { asLongDay, asMoment } from '../../messages/time';
import { errorNotice, supportMail, traceLine } from '../../parts/error-notice';
import { type IconName, icon } from '../../parts/icon';
import { LightElement } from '../../parts/light-element';
import { announce } from '../../parts/live';
import { masthead } from '../../parts/masthead';
import './form';
import { endings } from './endings';
import { passwordNews } from './first-password';

type View = Schemas['PageBody'];
const GOING = ['pending', 'accepted'];

/**
 * The invitee's page: who invites, to what, until when, and what to do. The token of the mail's link stands behind the
 * `#`, so no server sees it in an address; it goes into the bodies of requests. Nothing happens but by a button.
 */
export class AcceptPage extends LightElement {
  static override properties = {
    view: { state: true },
    failure: { state: true },
    refusal: { state: true },
    isAsking: { state: true },
  };
  declare view: View | undefined;
  /** Why the invitation cannot be shown. */
  declare failure: Failure | undefined;
  /** Why the first password could not be asked for. */
  declare refusal: Failure | undefined;
  declare isAsking: boolean;
  readonly #poll = new Poll(() => this.#look());

  constructor() {
    super();
    this.isAsking = false;
    addEventListener('hashchange', () => void this.#begin());
    void this.#begin();
  }

  get #token(): string {
    return location.hash.slice(1);
  }

  override render(): TemplateResult {
    return html`
      ${config.officialMasthead ? masthead() : nothing}
      <header class="head"><span class="brand"><span class="mark">${icon('people')}</span>Invite users</span></header>
      <main class="accept" id="content">${this.#content()}</main>`;
  }

  #content(): TemplateResult | typeof nothing {
    const { failure, view } = this;
    if (failure?.slug === 'invitation-not-valid') {
      return this.#ending(
        'This link is not valid',
        'A newer mail may have replaced it, or it was copied in part. Look for the latest mail, or ask the person who invited you. Nothing was changed.',
        failure.traceId,
      );
    }
    if (failure)
      return html`<h1 class="unseen">Your invitation</h1>${errorNotice(failure, { retry: () => void this.#begin() })}`;
    if (!view)
      return html`<div class="card skeleton" role="status"><span class="unseen">Loading your invitation</span><i></i><i></i><i></i></div>`;
    switch (view.state) {
      case 'invited':
        return this.#invited(view);
      case 'pending':
        return this.#progress('One moment', 'Your invitation is being prepared. This page goes on by itself.');
      case 'accepted':
        return this.#progress(
          'Your account is being made',
          'You have accepted. This takes a moment, and this page goes on by itself. You may also close it: we mail you when the account is ready.',
        );
      case 'account-ready':
        return this.#ready(view);
      case 'onboarded':
        return this.#card(
          'done',
          'You are all set',
          html`<p>You have signed in to TechPass before. Your sign-in name is <b>${view.signInName}</b>.</p>
        <p class="actions"><a class="button primary" href=${home}>Sign in</a></p>`,
        );
      default:
        return this.#ending(endings[view.state].title, endings[view.state].text, view.traceId, view);
    }
  }

  #invited(view: View): TemplateResult {
    return html`
      <div class="accept-head">
        <h1 tabindex="-1">You are invited to TechPass</h1>
        <p>TechPass is the account for products of the Singapore Government Tech Stack.</p>
        <dl class="facts">
          <div><dt>Invited by</dt><dd>${view.invitedBy}</dd></div>
          <div><dt>For</dt><dd>${view.email}</dd></div>
          ${view.expiresAt ? html`<div><dt>Accept before</dt><dd>${asLongDay(view.expiresAt)}, ${asMoment(view.expiresAt).split(', ').pop()}</dd></div>` : nothing}
        </dl>
        <p class="hint-line">${icon('info')}<span>Not your address? Then close this page. Nothing happens until you press the button.</span></p>
      </div>
      <accept-form .token=${this.#token} .onAccepted=${(next: View) => this.#show(next)}></accept-form>`;
  }

  #ready(view: View): TemplateResult {
    const { firstPassword } = view;
    const isAskable = firstPassword !== undefined && firstPassword !== null;
    const wasAsked = isAskable && firstPassword.state !== 'available';
    // One that waits leaves by itself, and another one would leave no earlier.
    const hasButton = isAskable && firstPassword.state !== 'held';
    return this.#card(
      'done',
      'Your account is ready',
      html`
      <p>Your sign-in name is <b>${view.signInName}</b>.</p>
      ${errorNotice(this.refusal)}
      <ol class="steps">
        <li><span>${this.#news(view)}</span></li>
        <li><span>Sign in with it, and choose a password of your own.</span></li>
      </ol>
      <p class="actions">
        ${hasButton ? html`<button type="button" class="button ${wasAsked ? '' : 'primary'}" aria-disabled=${String(this.isAsking)} @click=${this.#askPassword}>${wasAsked ? 'Send another one' : 'Mail me a temporary password'}</button>` : nothing}
        <a class="button ${wasAsked || !isAskable ? 'primary' : 'quiet'}" href=${home}>Sign in</a>
      </p>`,
    );
  }

  /** What the page says of the first password. */
  #news({ firstPassword, email }: View): string {
    return passwordNews(firstPassword ?? { state: 'available', availableFrom: '' }, email);
  }

  #progress(title: string, text: string): TemplateResult {
    return this.#card('mail', title, html`<p>${text}</p><progress class="wait" aria-label=${title}></progress>`);
  }

  #ending(title: string, text: string, traceId: string | undefined, view?: View): TemplateResult {
    const ask =
      view &&
      `mailto:${view.invitedBy}?subject=${encodeURIComponent('My TechPass invitation')}&body=${encodeURIComponent(`Please send me a new invitation to TechPass.\r\n\r\nThe page said: ${title}.\r\nTrace ID: ${traceId}`)}`;
    return this.#card(
      'info',
      title,
      html`
      <p>${text}</p>
      <p class="actions">
        ${ask ? html`<a class="button primary" href=${ask}>Ask ${view.invitedBy}</a>` : nothing}
        <a href=${supportMail({ what: title, text, traceId, at: new Date() })}>Email support</a>
      </p>
      ${traceId ? traceLine(traceId) : nothing}`,
    );
  }

  #card(picture: IconName, title: string, content: TemplateResult): TemplateResult {
    return html`<section class="card accept-card"><span class="picture">${icon(picture)}</span><h1 tabindex="-1">${title}</h1>${content}</section>`;
  }

  async #begin(): Promise<void> {
    Object.assign(this, { view: undefined, failure: undefined });
    await this.#look();
  }

  async #look(): Promise<boolean> {
    try {
      const { body } = await ask('post', '/api/invitations/view', { body: { token: this.#token } });
      const changed = body.state !== this.view?.state;
      if (changed) await this.#show(body, this.view !== undefined);
      return changed;
    } catch (error) {
      const failure = Failure.caught(error);
      // What is known stays on the page while we go on asking.
      if (!this.view) this.failure = failure;
      return false;
    }
  }

  async #show(view: View, isNews = true): Promise<void> {
    const isElsewhere = view.state !== this.view?.state;
    Object.assign(this, { view, failure: undefined });
    GOING.includes(view.state) ? this.#poll.start() : this.#poll.stop();
    await this.updateComplete;
    document.title = `${this.querySelector('h1')?.textContent} - Invite users`;
    if (isNews && isElsewhere) this.querySelector<HTMLElement>('h1')?.focus();
  }

  async #askPassword(): Promise<void> {
    if (this.isAsking) return;
    Object.assign(this, { isAsking: true, refusal: undefined });
    try {
      const { body } = await ask('post', '/api/invitations/first-password', { body: { token: this.#token } });
      await this.#show(body);
      announce(this.#news(body));
    } catch (error) {
      this.refusal = Failure.caught(error);
    } finally {
      this.isAsking = false;
    }
  }
}

customElements.define('accept-page', AcceptPage);
