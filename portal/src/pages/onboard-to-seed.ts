import { html, nothing, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../api/client';
import { Failure } from '../api/failure';
import { Poll } from '../api/poll';
import { isOneOf, type SeedState } from '../api/states';
import { loadOfficer, officer } from '../app/officer';
import { seedTones } from '../messages/states';
import { asMoment } from '../messages/time';
import { badge } from '../parts/badge';
import { errorNotice, traceLine } from '../parts/error-notice';
import { icon } from '../parts/icon';
import { LightElement } from '../parts/light-element';
import { announce } from '../parts/live';
import { pageHead } from '../parts/page-head';
import { serviceRequestLink } from '../parts/service-request';

const MEANINGS: Record<string, string> = {
  NOT_REQUIRED: 'You have a TechPass account and no SEED licence. You can ask for one here.',
  INELIGIBLE: 'People of your email domain cannot be onboarded to SEED. Ask your agency’s administrator why.',
  PENDING: 'Your licence is being assigned. This takes a moment, and this page goes on by itself.',
  LICENCE_ASSIGNED: 'You have a licence. Enrol your device with it, and you are fully onboarded.',
  FULLY_ONBOARDED: 'You have a licence, and your device is enrolled. There is nothing left to do.',
  LICENCE_ERROR: 'Your licence could not be assigned.',
  WITHDRAWING: 'Your licence is being withdrawn.',
  WITHDRAWN: 'Your licence was withdrawn.',
} satisfies Record<SeedState, string>;

/** Onboard to SEED: the state of the officer's own licence, and asking for one. */
export class OnboardToSeedPage extends LightElement {
  static override properties = {
    seed: { state: true },
    traceId: { state: true },
    failure: { state: true },
    isAsking: { state: true },
  };
  declare seed: Schemas['SeedBody'];
  declare traceId: string | undefined;
  declare failure: Failure | undefined;
  declare isAsking: boolean;
  readonly #poll = new Poll(() => this.#refresh());

  constructor() {
    super();
    this.seed = officer.seed;
    this.isAsking = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#poll.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#poll.stop();
  }

  override render(): TemplateResult {
    const text = 'SEED is needed to reach SGTS services and products from an Internet device.';
    return html`
      ${pageHead({ title: 'Onboard to SEED', text, trail: [{ path: '/', label: 'Overview' }] })}
      <div class="form-frame">
        ${this.#licence()}
        ${aside()}
      </div>`;
  }

  #licence(): TemplateResult {
    const { seed, failure } = this;
    const canAsk = isOneOf<SeedState>(seed.state, 'NOT_REQUIRED', 'LICENCE_ERROR');
    const retry = canAsk && !failure?.link ? () => void this.#ask() : undefined;
    const isDone = isOneOf<SeedState>(seed.state, 'FULLY_ONBOARDED');
    const state = badge(seed.label, seedTones[seed.state]);
    return html`
      <section class="card seed" aria-labelledby="seed-title">
        ${errorNotice(failure, { retry })}
        <div class="label">
          <h2 id="seed-title" tabindex="-1">Your licence</h2><span role="status">${state}</span></div>
        <p>${seed.detail ?? MEANINGS[seed.state]}</p>
        ${seed.device ? device(seed.device) : nothing}
        ${canAsk ? this.#askButton() : nothing}
        ${this.traceId && !isDone ? traceLine(this.traceId) : nothing}
      </section>`;
  }

  #askButton(): TemplateResult {
    const text = isOneOf<SeedState>(this.seed.state, 'LICENCE_ERROR') ? 'Ask again' : 'Ask for SEED';
    return html`
      <p class="actions">
        <button type="button" class="button primary" aria-disabled=${String(this.isAsking)} @click=${this.#ask}>
          ${this.isAsking ? 'Asking…' : text}</button></p>`;
  }

  async #ask(): Promise<void> {
    if (this.isAsking) return;
    Object.assign(this, { isAsking: true, failure: undefined });
    try {
      const { body } = await ask('post', '/api/seed-requests');
      Object.assign(this, { seed: body.seed, traceId: body.traceId });
      announce(`${body.seed.label}. ${MEANINGS[body.seed.state] ?? ''}`);
      this.#poll.hurry();
      await this.updateComplete;
      this.querySelector<HTMLElement>('#seed-title')?.focus();
    } catch (error) {
      this.failure = Failure.caught(error);
    } finally {
      this.isAsking = false;
    }
  }

  async #refresh(): Promise<boolean> {
    const before = this.seed.state;
    await loadOfficer();
    this.seed = officer.seed;
    if (this.seed.state !== before) announce(`${this.seed.label}. ${MEANINGS[this.seed.state] ?? ''}`);
    return this.seed.state !== before;
  }
}

function device({ state, at }: NonNullable<Schemas['SeedBody']['device']>): TemplateResult {
  return html`
    <dl class="facts"><div><dt>Device</dt><dd>${state} <small>${asMoment(at)}</small></dd></div></dl>`;
}

function aside(): TemplateResult {
  return html`
    <aside class="form-aside" aria-label="How it goes">
      <h2>How it goes</h2>
      <ol class="steps">
        <li>You ask for SEED here.</li>
        <li>A licence is assigned to your TechPass account.</li>
        <li>You enrol your Internet device.</li>
      </ol>
      <p class="hint-line">${icon('info')}<span>Are you a vendor? ${serviceRequestLink()} in the TechPass service
        desk.</span></p>
    </aside>`;
}

customElements.define('onboard-to-seed-page', OnboardToSeedPage);
