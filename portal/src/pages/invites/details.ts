import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { Failure } from '../../api/failure';
import { actors, events, inWords, mailStates, seedTones, techpassMeanings, techpassTones } from '../../messages/states';
import { asDay, asMoment } from '../../messages/time';
import { badge } from '../../parts/badge';
import { errorNotice, mishapNotice, traceLine } from '../../parts/error-notice';
import { icon } from '../../parts/icon';
import { LightElement } from '../../parts/light-element';
import { announce } from '../../parts/live';
import './amend-form';
import { actOnOne, canAmend, canResend, canRevoke, resendLater, type SingleDeed } from './actions';
import { nameOf } from './line';

/** One invite with everything about it, in a drawer over the list. */
export class InviteDetails extends LightElement {
  static override properties = {
    invite: {},
    detail: { state: true },
    failure: { state: true },
    isAmending: { state: true },
    onClose: { attribute: false },
    onChange: { attribute: false },
  };
  /** Its id. */
  declare invite: string;
  declare detail: Schemas['InviteDetailBody'] | undefined;
  declare failure: Failure | undefined;
  declare isAmending: boolean;
  declare onClose: () => void;
  declare onChange: () => void;
  #etag = '';

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('invite')) void this.#load();
  }

  override render(): TemplateResult {
    const { detail } = this;
    return html`
      <dialog class="drawer" aria-labelledby="details-title" @close=${() => this.onClose()}>
        <div class="drawer-head">
          <h2 id="details-title" tabindex="-1">${detail ? nameOf(detail) : 'Invite'}</h2>
          <button type="button" class="icon-button" aria-label="Close" @click=${this.#close}>${icon('close')}</button>
        </div>
        ${errorNotice(this.failure, { retry: () => void this.#load() })}
        ${
          !detail
            ? this.failure
              ? nothing
              : html`<div class="skeleton"><i></i><i></i><i></i></div>`
            : this.isAmending
              ? html`<amend-form .invite=${detail} .version=${this.#etag} .onDone=${(next: Schemas['InviteBody']) => this.#amended(next)} .onCancel=${() => (this.isAmending = false)}></amend-form>`
              : this.#shown(detail)
        }
      </dialog>`;
  }

  #shown(detail: Schemas['InviteDetailBody']): TemplateResult {
    const { techpass, seed, mail } = detail;
    const delivery = mail && mailStates[mail.state];
    const later = resendLater(detail, Date.now());
    return html`
      ${
        techpass.failure
          ? mishapNotice({
              what: 'This invite did not succeed',
              text: techpass.failure.detail,
              traceId: detail.traceId,
              at: new Date(detail.updatedAt),
            })
          : html`<p class="subtle">${techpassMeanings[techpass.state]}</p>`
      }
      <dl class="facts">
        ${fact('TechPass status', badge(techpass.label, techpassTones[techpass.state]))}
        ${fact('SEED status', badge(seed.label, seedTones[seed.state]))}
        ${
          mail && delivery
            ? fact(
                'Mail',
                html`${badge(delivery.label, delivery.tone)}${mail.at ? html` <small>${asMoment(mail.at)}</small>` : nothing}
          ${mail.possibleDuplicate ? html`<small>An earlier attempt may have arrived too.</small>` : nothing}`,
              )
            : nothing
        }
        ${detail.expiresAt ? fact('Can be accepted until', asDay(detail.expiresAt)) : nothing}
        ${fact('Email', detail.email)}
        ${fact('TechPass username', detail.username)}
        ${fact('Contact number', detail.contactNumber)}
        ${fact('Organisation', detail.organisation)}
        ${fact('Department', detail.department)}
        ${fact('Reason', detail.reason)}
        ${detail.batch ? fact('Batch', html`<a href="#/batches/${detail.batch.id}">Row ${detail.batch.row}</a>`) : nothing}
      </dl>
      <div class="actions">
        ${canAmend(detail) ? html`<button type="button" class="button primary" @click=${() => (this.isAmending = true)}>Amend details</button>` : nothing}
        ${canResend(detail, Date.now()) ? html`<button type="button" class="button" @click=${() => this.#act('resend')}>Resend</button>` : nothing}
        ${canRevoke(detail) ? html`<button type="button" class="button danger" @click=${() => this.#act('revoke')}>Revoke</button>` : nothing}
      </div>
      ${later ? html`<p class="hint">${later}</p>` : nothing}
      <h3>History</h3>
      <ol class="history">
        ${detail.history.map(({ at, event, by }) => html`<li><b>${events[event] ?? inWords(event)}</b><span class="subtle">${asMoment(at)}, by ${actors[by] ?? by}</span></li>`)}
      </ol>
      ${techpass.failure ? nothing : traceLine(detail.traceId)}`;
  }

  #close(): void {
    this.querySelector('dialog')!.close();
  }

  async #load(): Promise<void> {
    await this.#try(async () => {
      const answer = await ask('get', '/api/invites/{id}', { path: { id: this.invite } });
      this.#etag = answer.etag ?? '';
      this.detail = answer.body;
    });
  }

  async #act(deed: SingleDeed): Promise<void> {
    await this.#try(async () => {
      if (!(await actOnOne(deed, this.detail!))) return;
      announce(deed === 'resend' ? 'Sent again.' : 'Revoked.');
      this.onChange();
      await this.#load();
      this.#focusTitle();
    });
  }

  async #amended(next: Schemas['InviteBody']): Promise<void> {
    announce(`${next.email}: changed and sent again.`);
    this.isAmending = false;
    this.onChange();
    await this.#load();
    this.#focusTitle();
  }

  #focusTitle(): void {
    this.querySelector<HTMLElement>('#details-title')?.focus();
  }

  async #try(deed: () => Promise<void>): Promise<void> {
    this.failure = undefined;
    try {
      await deed();
    } catch (error) {
      this.failure = Failure.caught(error);
    }
  }
}

function fact(label: string, value: TemplateResult | string | null | undefined): TemplateResult | typeof nothing {
  return value ? html`<div><dt>${label}</dt><dd>${value}</dd></div>` : nothing;
}

customElements.define('invite-details', InviteDetails);
