import { html, nothing, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { Poll } from '../../api/poll';
import { type InviteState, isAchieved, isInProgress, isOneOf } from '../../api/states';
import { eventText, techpassMeanings, techpassTones } from '../../messages/states';
import { badge } from '../../parts/badge';
import { mishapNotice, traceLine } from '../../parts/error-notice';
import { icon } from '../../parts/icon';
import { LightElement } from '../../parts/light-element';
import { announce } from '../../parts/live';
import { serviceRequestLink } from '../../parts/service-request';

/** The state of an invite that was just submitted, as it changes. */
export class InviteOutcome extends LightElement {
  static override properties = { invite: { attribute: false }, again: { attribute: false } };
  declare invite: Schemas['InviteBody'];
  /** Starts the form again. */
  declare again: () => void;
  #etag: string | undefined;
  readonly #poll = new Poll((signal) => this.#ask(signal));

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
    const { failure, state, label } = techpass;
    if (failure) return this.#failed(failure);
    return html`
      <section class="card outcome">
        ${picture(state)}
        <div>
          <h2 tabindex="-1">${isOneOf<InviteState>(state, 'QUEUED') ? 'Submitted' : eventText(state)}</h2>
          <p>${email} ${badge(label, techpassTones[state])}</p>
          <p class="subtle">${techpassMeanings[state]} You may leave this page.</p>
          ${techpassTones[state] === 'bad' ? traceLine(traceId) : nothing}
          <p class="actions">
            <button type="button" class="button primary" @click=${this.again}>Invite another</button>
            <a class="button quiet" href="#/invites">Invite user status</a>
          </p>
        </div>
      </section>`;
  }

  #failed({ detail, offer }: NonNullable<Schemas['TechpassBody']['failure']>): TemplateResult {
    const { id, traceId, updatedAt } = this.invite;
    const text = `${detail} No account was created and no mail was sent.`;
    return html`
      ${mishapNotice({ what: 'The invitation did not succeed', text, traceId, at: new Date(updatedAt) })}
      <p class="actions">
        <a class="button primary" href="#/invites/${id}">Amend the details</a>
        ${offer === 'service-request' ? serviceRequestLink('button quiet') : nothing}
        <button type="button" class="button quiet" @click=${this.again}>Invite another</button>
      </p>`;
  }

  async #ask(signal: AbortSignal): Promise<boolean> {
    const { id, techpass } = this.invite;
    const answer = await ask('get', '/api/invites/{id}', { path: { id }, ifNoneMatch: this.#etag, signal });
    if (answer.unchanged) return false;
    this.#etag = answer.etag;
    const next = answer.body.techpass;
    if (next.state !== techpass.state) announce(`${next.label}. ${techpassMeanings[next.state] ?? ''}`);
    this.invite = answer.body;
    if (!isInProgress(next.state)) this.#poll.stop();
    return next.state !== techpass.state;
  }
}

function picture(state: string): TemplateResult {
  if (isAchieved(state)) return html`<span class="picture good">${icon('done')}</span>`;
  if (techpassTones[state] === 'bad') return html`<span class="picture bad">${icon('alert')}</span>`;
  return html`<span class="picture">${icon('info')}</span>`;
}

export function outcome(invite: Schemas['InviteBody'], again: () => void): TemplateResult {
  return html`<invite-outcome .invite=${invite} .again=${again}></invite-outcome>`;
}

customElements.define('invite-outcome', InviteOutcome);
