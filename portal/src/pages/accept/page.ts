import { html, nothing, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { Failure } from '../../api/failure';
import { Poll } from '../../api/poll';
import { config, home } from '../../config';
import { asLongDay, asTime } from '../../messages/time';
import { errorNotice, supportMail, traceLine } from '../../parts/error-notice';
import { type IconName, icon } from '../../parts/icon';
import { LightElement } from '../../parts/light-element';
import { announce } from '../../parts/live';
import { masthead } from '../../parts/masthead';
import './code-form';
import './form';
import './new-link';
import { askInviter } from './ask-inviter';
import { type Ending, endings, notValid, withoutEnd } from './endings';
import { passwordNews } from './first-password';
import { codeOf, isOut } from './mailbox-code';

type View = Schemas['PageBody'];
/** The states that are followed by another without the invitee. */
const IN_PROGRESS = ['pending', 'accepted'];

/**
 * The invitee's page: who invites, to what, until when, and what to do. The token in the mail's link is after the `#`,
 * so no server sees it in an address; it is sent in the bodies of requests. Nothing happens until a button is pressed.
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
  readonly #poll = new Poll(() => this.#refresh());

  constructor() {
    super();
    this.isAsking = false;
    addEventListener('hashchange', () => void this.#begin());
    void this.#begin();
  }

  get #token(): string {
    return location.hash.slice(1).replaceAll('%20', '');
  }

  override render(): TemplateResult {
    return html`
      ${config.officialMasthead ? masthead() : nothing}
      <header class="head"><span class="brand"><span class="mark">${icon('people')}</span>Invite users</span></header>
      <main class="accept" id="content">${this.#content()}</main>`;
  }

  #content(): TemplateResult | typeof nothing {
    const { failure, view } = this;
    if (!this.#token) return this.#askLink();
    if (failure?.slug === 'invitation-not-valid') return this.#ending(notValid, failure.traceId);
    if (failure) {
      return html`
        <h1 class="unseen">Your invitation</h1>${errorNotice(failure, { retry: () => void this.#begin() })}`;
    }
    if (!view) return loading;
    switch (view.state) {
      case 'invited':
        return this.#invited(view);
      case 'pending':
        return progress('One moment', 'Your invitation is being prepared. This page goes on by itself.');
      case 'accepted':
        return progress(
          'Your account is being created',
          'You have accepted. This takes a moment, and this page goes on by itself. You may also close it: we mail ' +
            'you when the account is ready.',
        );
      case 'account-ready':
        return this.#ready(view);
      case 'onboarded':
        return onboarded(view);
      default:
        return this.#ending(endings[view.state], view.traceId, view.invitedBy);
    }
  }

  #askLink(): TemplateResult {
    const { title, text } = withoutEnd;
    const mail = supportMail({ what: title, text, traceId: undefined, at: new Date() });
    return card('info', title, html`<p>${text}</p><accept-code></accept-code><p><a href=${mail}>Email support</a></p>`);
  }

  #invited(view: View): TemplateResult {
    const { invitedBy, email, expiresAt } = view;
    return html`
      <div class="accept-head">
        <h1 tabindex="-1">You are invited to TechPass</h1>
        <p>TechPass is the account for products of the Singapore Government Tech Stack.</p>
        <dl class="facts">
          <div><dt>Invited by</dt><dd>${invitedBy}</dd></div>
          <div><dt>For</dt><dd>${email}</dd></div>
          ${expiresAt ? html`<div><dt>Accept before</dt><dd>${lastMoment(expiresAt)}</dd></div>` : nothing}
        </dl>
        <p class="hint-line">${icon('info')}<span>Not your address? Then close this page. Nothing happens until you
          press the button.</span></p>
      </div>
      <accept-form .token=${this.#token} .view=${view} .onAnswer=${(next: View) => this.#show(next)}
        .refresh=${() => void this.#refresh()}></accept-form>`;
  }

  #ready(view: View): TemplateResult {
    const { firstPassword } = view;
    const isAskable = firstPassword !== undefined && firstPassword !== null;
    const wasAsked = isAskable && firstPassword.state !== 'available';
    // One that waits is sent by itself, and another one would be sent no earlier.
    const hasButton = isAskable && firstPassword.state !== 'held';
    const content = html`
      <p>Your sign-in name is <b>${view.signInName}</b>.</p>
      ${errorNotice(this.refusal)}
      <ol class="steps">
        <li><span>${this.#news(view)}</span></li>
        <li><span>Sign in with it, and choose a password of your own.</span></li>
      </ol>
      <p class="actions">
        ${hasButton ? this.#askButton(wasAsked ? 'again' : 'first') : nothing}
        <a class="button ${wasAsked || !isAskable ? 'primary' : 'quiet'}" href=${home}>Sign in</a>
      </p>`;
    return card('done', 'Your account is ready', content);
  }

  #askButton(time: 'first' | 'again'): TemplateResult {
    return html`
      <button type="button" class="button ${time === 'first' ? 'primary' : ''}"
        aria-disabled=${String(this.isAsking)} @click=${this.#askPassword}>
        ${time === 'first' ? 'Mail me a temporary password' : 'Send another one'}</button>`;
  }

  /** What the page says about the first password. */
  #news({ firstPassword, email }: View): string {
    return passwordNews(firstPassword ?? { state: 'available', availableFrom: '' }, email);
  }

  #ending({ title, text, next }: Ending, traceId: string | undefined, invitedBy?: string): TemplateResult {
    return card(
      'info',
      title,
      html`
        <p>${text}</p>
        ${next === 'new-link' ? html`<new-link .token=${this.#token}></new-link>` : nothing}
        <p class="actions">
          ${invitedBy ? askInviter(invitedBy, title, traceId, next ? '' : 'primary') : nothing}
          <a href=${supportMail({ what: title, text, traceId, at: new Date() })}>Email support</a>
        </p>
        ${traceId ? traceLine(traceId) : nothing}`,
    );
  }

  async #begin(): Promise<void> {
    // A link that was pasted here takes its field away, and the focus with it.
    const wasAsked = this.querySelector('accept-code') !== null;
    Object.assign(this, { view: undefined, failure: undefined });
    this.requestUpdate();
    this.#poll.stop();
    if (!this.#token) {
      document.title = `${withoutEnd.title} - Invite users`;
      return;
    }
    await this.#refresh();
    await this.updateComplete;
    if (wasAsked) this.querySelector<HTMLElement>('h1[tabindex], .notice')?.focus();
  }

  async #refresh(): Promise<boolean> {
    const before = this.view;
    try {
      const { body } = await ask('post', '/api/invitations/view', { body: { token: this.#token } });
      // What was answered to a button meanwhile is newer.
      const changed = this.view === before && (!before || stepOf(body) !== stepOf(before));
      if (changed) await this.#show(body);
      return changed;
    } catch (error) {
      const failure = Failure.caught(error);
      // What is known stays on the page, which goes on asking.
      if (!this.view) this.failure = failure;
      return false;
    }
  }

  async #show(view: View): Promise<void> {
    const before = this.view;
    Object.assign(this, { view, failure: undefined });
    this.#poll.stop();
    // A mail that comes back is said while the page waits for its code.
    if (IN_PROGRESS.includes(view.state) || isOut(codeOf(view))) this.#poll.start();
    await this.updateComplete;
    document.title = `${this.querySelector('h1')?.textContent} - Invite users`;
    if (before && before.state !== view.state) this.querySelector<HTMLElement>('h1')?.focus();
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

const loading = html`
  <div class="card skeleton" role="status">
    <span class="unseen">Loading your invitation</span><i></i><i></i><i></i></div>`;

function card(picture: IconName, title: string, content: TemplateResult): TemplateResult {
  return html`
    <section class="card accept-card">
      <span class="picture">${icon(picture)}</span><h1 tabindex="-1">${title}</h1>${content}</section>`;
}

function progress(title: string, text: string): TemplateResult {
  return card('mail', title, html`<p>${text}</p><progress class="wait" aria-label=${title}></progress>`);
}

function onboarded({ signInName }: View): TemplateResult {
  return card(
    'done',
    'You are all set',
    html`
      <p>You have signed in to TechPass before. Your sign-in name is <b>${signInName}</b>.</p>
      <p class="actions"><a class="button primary" href=${home}>Sign in</a></p>`,
  );
}

/** What makes the page show something else. */
function stepOf({ state, mailboxCode }: View): string {
  return JSON.stringify([state, mailboxCode]);
}

function lastMoment(expiresAt: string): string {
  return `${asLongDay(expiresAt)}, ${asTime(expiresAt)}`;
}

customElements.define('accept-page', AcceptPage);
