import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { Failure } from '../api/failure';
import { loadOfficer, officer } from '../app/officer';
import { mayLeave, type Place, placeOf, Steps } from '../app/router';
import { session } from '../app/session';
import { signInNameOf } from '../app/sign-in-name';
import { config } from '../config';
import { icon } from '../parts/icon';
import { LightElement } from '../parts/light-element';
import { masthead } from '../parts/masthead';
import { navigation } from './navigation';
import { pages } from './pages';
import { sessionDialog } from './session-dialog';
import { notAllowed, notFound, offline, signedInAgain, signInPage, unavailable, welcome } from './states';

/** Where the tab goes in which an officer signs in again, for another tab. */
const SIGNED_IN_AGAIN = '/signed-in-again';

/** The frame of the officer's pages: header, navigation, and the page that the address names. */
export class PortalApp extends LightElement {
  static override properties = { place: { state: true }, state: { state: true }, isOnline: { state: true } };
  declare place: Place;
  declare state: 'starting' | 'signed-out' | 'signed-in' | 'signed-in-again' | Failure;
  declare isOnline: boolean;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #steps = new Steps();
  /** Whether the officer is being asked if the page may be left. */
  #isAsking = false;

  constructor() {
    super();
    this.place = placeOf(location.hash, pages);
    this.state = 'starting';
    this.isOnline = navigator.onLine;
    this.#steps.enter();
    addEventListener('hashchange', () => void this.#moved());
    addEventListener('online', () => {
      this.isOnline = true;
      if (this.state instanceof Failure) void this.#begin();
    });
    addEventListener('offline', () => {
      this.isOnline = false;
    });
    void this.#begin();
  }

  override render(): TemplateResult {
    const isSignedIn = this.state === 'signed-in';
    return html`
      <a class="skip" href="#content" @click=${this.#skip}>Skip to content</a>
      ${config.officialMasthead ? masthead() : nothing}
      ${this.#header()}
      ${this.isOnline ? nothing : offlineStrip()}
      <div class="frame ${isSignedIn ? '' : 'alone'}">
        ${isSignedIn ? html`<nav class="side" aria-label="Pages">${navigation(this.place.path)}</nav>` : nothing}
        <main id="content" tabindex="-1">${this.#content()}</main>
      </div>
      ${sessionDialog()}`;
  }

  #header(): TemplateResult {
    const brand = html`<a class="brand" href="#/"><span class="mark">${icon('people')}</span>Invite users</a>`;
    if (this.state !== 'signed-in') return html`<header class="head">${brand}</header>`;
    const claims = session.profile;
    const name = [claims?.given_name, claims?.family_name].filter(Boolean).join(' ') || claims?.email;
    return html`
      <header class="head">
        <button type="button" class="icon-button menu-button" popovertarget="menu" aria-label="Menu">
          ${icon('menu')}</button>
        <nav id="menu" class="menu pages-menu" popover aria-label="Menu" @click=${this.#closeMenu}>
          ${navigation(this.place.path)}</nav>
        ${brand}
        <p class="who"><b>${name}</b><span>${officer.agencyDomain}</span></p>
        <button type="button" class="button quiet small" @click=${this.#signOut}>Sign out</button>
      </header>`;
  }

  #content(): TemplateResult {
    const { state, place } = this;
    if (state === 'starting')
      return html`<div class="skeleton" role="status"><span class="unseen">Loading</span><i></i><i></i><i></i></div>`;
    if (state === 'signed-out') return signInPage(() => session.signIn(location.hash));
    if (state === 'signed-in-again') return signedInAgain();
    if (state instanceof Failure) return this.#failed(state);
    return place.page ? place.page.render(place.parameters, place.query) : notFound();
  }

  #failed(failure: Failure): TemplateResult {
    const again = () => void this.#begin();
    switch (failure.slug) {
      case 'offline':
      case 'no-answer':
        return offline(again);
      case 'not-an-officer':
        return welcome(session.profile?.given_name as string | undefined, signInNameOf(session.profile), () =>
          session.signOut(),
        );
      case 'network-not-allowed':
      case 'email-not-verified':
        return notAllowed(failure, () => session.signOut());
      case 'unauthorized':
        return signInPage(() => session.signIn(location.hash));
      default:
        return unavailable(failure, again);
    }
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('state') && !changed.has('place')) return;
    const title = this.querySelector('main h1')?.textContent?.trim() ?? this.place.page?.title;
    document.title = title ? `${title} - Invite users` : 'Invite users';
  }

  async #begin(): Promise<void> {
    clearTimeout(this.#retry);
    const isReturning = this.place.path === SIGNED_IN_AGAIN;
    if (!session.token()) {
      if (isReturning) await session.signIn(`#${SIGNED_IN_AGAIN}`);
      else this.state = 'signed-out';
      return;
    }
    if (isReturning) {
      session.share();
      this.state = 'signed-in-again';
      return;
    }
    try {
      await loadOfficer();
      this.state = 'signed-in';
    } catch (error) {
      this.state = error instanceof Failure ? error : Failure.silence();
      const wait = this.state.status >= 500 || this.state.status === 0 ? (this.state.retryAfter ?? 15) : undefined;
      if (wait) this.#retry = setTimeout(() => void this.#begin(), wait * 1000);
    }
  }

  async #signOut(): Promise<void> {
    if (await mayLeave()) await session.signOut();
  }

  async #moved(): Promise<void> {
    if (location.hash === '#content' || this.#isAsking) return;
    const before = this.place;
    if (placeOf(location.hash, pages).path !== before.path) {
      this.#isAsking = true;
      const isLeaving = await mayLeave();
      this.#isAsking = false;
      if (!isLeaving) return this.#steps.stay();
    }
    this.#steps.enter();
    this.place = placeOf(location.hash, pages);
    await this.updateComplete;
    // Details that open over a list take the focus themselves, and give it back.
    if (before.page?.render === this.place.page?.render && this.place.page) return;
    // A screen reader reads the title of the page, and Tab goes on from there.
    requestAnimationFrame(() => {
      const title = this.querySelector<HTMLElement>('main h1') ?? this.querySelector<HTMLElement>('main')!;
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
      document.title = `${title.textContent?.trim()} - Invite users`;
      scrollTo(0, 0);
    });
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.querySelector<HTMLElement>('main')!.focus();
  }

  #closeMenu(event: Event): void {
    if ((event.target as HTMLElement).closest('a')) (event.currentTarget as HTMLElement).hidePopover();
  }
}

function offlineStrip(): TemplateResult {
  return html`
    <p class="strip" role="status">
      ${icon('alert')} You are offline. What you see may be old, and nothing can be saved or sent.</p>`;
}

customElements.define('portal-app', PortalApp);
