import { html, type TemplateResult } from 'lit';
import type { Failure } from '../api/failure';
import { problemText } from '../messages/problems';
import { errorNotice, mishapOf, supportMail, traceLine } from '../parts/error-notice';
import { type IconName, icon } from '../parts/icon';
import { serviceRequestLink } from '../parts/service-request';

/** A page that stands alone: one thing to read, one thing to do. */
function alone(picture: IconName, title: string, text: TemplateResult | string, ways: TemplateResult): TemplateResult {
  return html`
    <section class="card alone-card">
      <span class="picture">${icon(picture)}</span>
      <h1>${title}</h1>
      <p>${text}</p>
      <div class="actions">${ways}</div>
    </section>`;
}

export function signInPage(signIn: () => void): TemplateResult {
  return alone(
    'people',
    'Sign in to invite users',
    'Bring public officers and vendors into TechPass, and into SEED. Sign in with the email address of your agency.',
    html`
      <button type="button" class="button primary" @click=${signIn}>Sign in</button>
      <a href=${supportMail()}>Email support</a>`,
  );
}

export function signedInAgain(): TemplateResult {
  return alone(
    'done',
    'You are signed in again',
    'Close this tab and carry on in the other one.',
    html`
      <button type="button" class="button primary" @click=${() => close()}>Close this tab</button>
      <a href="#/">Go to Overview here</a>`,
  );
}

export function notFound(): TemplateResult {
  return alone(
    'search',
    'There is no such page',
    'The address may be mistyped, or the page may have moved.',
    html`<a class="button primary" href="#/">Go to Overview</a>`,
  );
}

/** For a person who has an account and may not invite: mostly a vendor who signs in for the first time. */
export function welcome(name: string | undefined, signInName: string | undefined, signOut: () => void): TemplateResult {
  const signIn = signInName ? html` Your sign-in name is <b>${signInName}</b>.` : '';
  return html`
    <section class="card alone-card">
      <span class="picture good">${icon('done')}</span>
      <h1>${name ? `Welcome, ${name}` : 'Welcome'}</h1>
      <p>Your TechPass account works: you are signed in.${signIn}</p>
      <ol class="steps">
        <li><span>Go to the product that you need, and sign in there with TechPass.</span></li>
        <li><span>Do you need SEED? ${serviceRequestLink()}.</span></li>
      </ol>
      <p class="subtle">There is nothing to do on this page. Only public officers invite users here, signed in with
        their agency email address.</p>
      <div class="actions">
        <button type="button" class="button primary" @click=${signOut}>Sign out</button>
        <a href=${supportMail()}>Email support</a>
      </div>
    </section>`;
}

export function notAllowed(failure: Failure, signOut: () => void): TemplateResult {
  const { what, todo } = problemText(failure.slug);
  return html`
    <section class="card alone-card">
      <span class="picture">${icon('shield')}</span>
      <h1>${what}</h1>
      <p>${todo}</p>
      <div class="actions">
        <button type="button" class="button primary" @click=${signOut}>Sign out</button>
        <a href=${supportMail(mishapOf(failure))}>Email support</a>
      </div>
      ${failure.traceId ? traceLine(failure.traceId) : ''}
    </section>`;
}

export function offline(again: () => void): TemplateResult {
  return alone(
    'alert',
    'There is no connection',
    'This page could not be loaded. We try again as soon as you are online.',
    html`<button type="button" class="button primary" @click=${again}>Try again</button>`,
  );
}

export function unavailable(failure: Failure, again: () => void): TemplateResult {
  return html`
    <section class="card alone-card">
      <span class="picture">${icon('info')}</span>
      <h1>We will be back shortly</h1>
      <p>Invite users is not available at the moment. What was submitted is kept and goes on by itself. This page tries
        again by itself.</p>
    </section>
    ${errorNotice(failure, { retry: again })}`;
}
