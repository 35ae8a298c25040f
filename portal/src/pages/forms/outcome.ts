import { html, nothing, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { Poll } from '../../api/poll';
import { config } from '../../config';
import { events, isAchieved, techpassMeanings, techpassTones } from '../../messages/states';
import { badge } from '../../parts/badge';
import { mishapNotice, traceLine } from '../../parts/error-notice';
import { icon } from '../../parts/icon';
import { LightElement } from '../../parts/light-element';
import { announce } from '../../parts/live';

const GOING = ['QUEUED', 'ACCEPTED', 'PROVISIONING'];

/** What becomes of an invite that was just submitted, as it happens. */
export class InviteOutcome extends LightElement {
  static override properties = { invite: { attribute: false }, again: { attribute: false } };
  declare invite: Schemas['InviteBody'];
  /** Starts the form anew. */
  declare again: () => void;
  #etag: string | undefined;
  readonly #poll = new Poll((signal) => this.#look(signal));

  override connectedCallback(): void {
    super.connectedCallback();
    this.#poll.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#poll.stop();
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLElement>('h2')?.focus();
  }

  override render(): TemplateResult {
    const { email, techpass, traceId } = this.invite;
    const { failure, state } = techpass;
    const isBad = techpassTones[state] === 'bad';
    if (failure) {
      const text = `${failure.detail} No account was created and no mail was sent.`;
      return html`
        ${mishapNotice({ what: 'The invitation did not succeed', text, traceId, at: new Date(this.invite.updatedAt) })}
        <p class="actions"><a class="button primary" href="#/invites/${this.invite.id}">Amend the details</a>${this.#offer(failure.offer)}
          <button type="button" class="button quiet" @click=${this.again}>Invite another</button></p>`;
    }
    return html`
      <section class="card outcome">
        ${
          isAchieved(state)
            ? html`<span class="picture good">${icon('done')}</span>`
            : isBad
              ? html`<span class="picture bad">${icon('alert')}</span>`
              : html`<span class="picture">${icon('info')}</span>`
        }
        <div>
          <h2 tabindex="-1">${state === 'QUEUED' ? 'Submitted' : (events[state] ?? techpass.label)}</h2>
          <p>${email} ${badge(techpass.label, techpassTones[state])}</p>
          <p class="subtle">${techpassMeanings[state]} You may leave this page.</p>
          ${isBad ? traceLine(traceId) : nothing}
          <p class="actions">
            <button type="button" class="button primary" @click=${this.again}>Invite another</button>
            <a class="button quiet" href="#/invites">Invite user status</a>
          </p>
        </div>
      </section>`;
  }

  #offer(offer: Schemas['Offer'] | null | undefined) {
    return offer === 'service-request'
      ? html`<a class="button quiet" href=${config.serviceRequestUrl} target="_blank" rel="noopener noreferrer">Raise a service request</a>`
      : nothing;
  }

  async #look(signal: AbortSignal): Promise<boolean> {
    const { id, techpass } = this.invite;
    const answer = await ask('get', '/api/invites/{id}', { path: { id }, ifNoneMatch: this.#etag, signal });
    if (answer.unchanged) return false;
    this.#etag = answer.etag;
    const next = answer.body.techpass;
    if (next.state !== techpass.state) announce(`${next.label}. ${techpassMeanings[next.state] ?? ''}`);
    this.invite = answer.body;
    if (!GOING.includes(next.state)) this.#poll.stop();
    return next.state !== techpass.state;
  }
}

customElements.define('invite-outcome', InviteOutcome);
