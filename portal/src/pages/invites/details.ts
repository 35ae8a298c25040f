import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ask, type Schemas } from '../../api/client';
import { Failure } from '../../api/failure';
import { Poll } from '../../api/poll';
import { isInProgress } from '../../api/states';
import { actors, eventText, mailStates, seedTones, techpassMeanings, techpassTones } from '../../messages/states';
import { asDay, asMoment } from '../../messages/time';
import { badge } from '../../parts/badge';
import { drawer } from '../../parts/drawer';
import { errorNotice, mishapNotice, traceLine } from '../../parts/error-notice';
import { LightElement } from '../../parts/light-element';
import { announce } from '../../parts/live';
import { skeleton } from '../../parts/loading';
import { labels, WORK_FIELDS } from '../../rules/forms';
import './amend-form';
import { actOnOne, canAmend, canResend, canRevoke, resendLater, type SingleAction } from './actions';
import { nameOf } from './line';

type Detail = Schemas['InviteDetailBody'];

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
  declare detail: Detail | undefined;
  declare failure: Failure | undefined;
  declare isAmending: boolean;
  declare onClose: () => void;
  declare onChange: () => void;
  #etag = '';
  /** Follows an invite that the service is working on. */
  readonly #poll = new Poll((signal) => this.#ask(signal));

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#poll.stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('invite')) void this.#load();
  }

  override render(): TemplateResult {
    const { detail } = this;
    const content = html`
      ${errorNotice(this.failure, { retry: () => void this.#load() })}
      ${detail ? this.#content(detail) : this.failure ? nothing : skeleton}`;
    return drawer(detail ? nameOf(detail) : 'Invite', () => this.onClose(), content);
  }

  #content(detail: Detail): TemplateResult {
    if (!this.isAmending) return this.#overview(detail);
    const cancel = () => {
      this.isAmending = false;
    };
    return html`
      <amend-form .invite=${detail} .version=${this.#etag} .onCancel=${cancel}
        .onDone=${(next: Schemas['InviteBody']) => void this.#amended(next)}></amend-form>`;
  }

  #overview(detail: Detail): TemplateResult {
    const { techpass, traceId, updatedAt } = detail;
    const later = resendLater(detail, Date.now());
    const what = 'This invite did not succeed';
    return html`
      ${
        techpass.failure
          ? mishapNotice({ what, text: techpass.failure.detail, traceId, at: new Date(updatedAt) })
          : html`<p class="subtle">${techpassMeanings[techpass.state]}</p>`
      }
      ${facts(detail)}
      ${this.#actions(detail)}
      ${later ? html`<p class="hint">${later}</p>` : nothing}
      <h3>History</h3>
      <ol class="history">${history(detail.history)}</ol>
      ${techpass.failure ? nothing : traceLine(traceId)}`;
  }

  #actions(detail: Detail): TemplateResult {
    const button = (text: string, kind: string, act: () => void) => html`
      <button type="button" class="button ${kind}" @click=${act}>${text}</button>`;
    const amend = () => {
      this.isAmending = true;
    };
    return html`
      <div class="actions">
        ${canAmend(detail) ? button('Amend details', 'primary', amend) : nothing}
        ${canResend(detail, Date.now()) ? button('Resend', '', () => void this.#act('resend')) : nothing}
        ${canRevoke(detail) ? button('Revoke', 'danger', () => void this.#act('revoke')) : nothing}
      </div>`;
  }

  async #load(): Promise<void> {
    this.#poll.stop();
    await this.#try(async () => {
      await this.#ask();
      if (isInProgress(this.detail!.techpass.state)) this.#poll.start();
    });
  }

  /** Asks for the invite as it is now: `true` when it has changed. */
  async #ask(signal?: AbortSignal): Promise<boolean> {
    const before = this.detail?.techpass;
    const answer = await ask('get', '/api/invites/{id}', { path: { id: this.invite }, ...(signal && { signal }) });
    this.#etag = answer.etag ?? '';
    this.detail = answer.body;
    const { state, label } = answer.body.techpass;
    if (!isInProgress(state)) this.#poll.stop();
    if (!signal || state === before?.state) return false;
    announce(label);
    this.onChange();
    return true;
  }

  async #act(action: SingleAction): Promise<void> {
    await this.#try(async () => {
      if (!(await actOnOne(action, this.detail!))) return;
      announce(action === 'resend' ? 'Sent again.' : 'Revoked.');
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

  async #try(action: () => Promise<void>): Promise<void> {
    this.failure = undefined;
    try {
      await action();
    } catch (error) {
      this.failure = Failure.caught(error);
    }
  }
}

function facts(detail: Detail): TemplateResult {
  const { techpass, seed, batch, expiresAt } = detail;
  return html`
    <dl class="facts">
      ${fact('TechPass status', badge(techpass.label, techpassTones[techpass.state]))}
      ${fact('SEED status', badge(seed.label, seedTones[seed.state]))}
      ${fact('Mail', delivery(detail))}
      ${fact('Can be accepted until', expiresAt && asDay(expiresAt))}
      ${fact('Email', detail.email)}
      ${fact('TechPass username', detail.username)}
      ${fact(labels.contactNumber, detail.contactNumber)}
      ${WORK_FIELDS.map((field) => fact(labels[field], detail[field]))}
      ${fact('Reason', detail.reason)}
      ${fact('Batch', batch && html`<a href="#/batches/${batch.id}">Row ${batch.row}</a>`)}
    </dl>`;
}

function fact(label: string, value: TemplateResult | string | null | undefined): TemplateResult | typeof nothing {
  return value ? html`<div><dt>${label}</dt><dd>${value}</dd></div>` : nothing;
}

function delivery({ mail }: Detail): TemplateResult | undefined {
  const state = mail && mailStates[mail.state];
  if (!state) return undefined;
  const lines = [
    mail.at && asMoment(mail.at),
    mail.heldUntil && `until ${asMoment(mail.heldUntil)}`,
    mail.detail,
    mail.possibleDuplicate && 'An earlier attempt may have arrived too.',
  ];
  return html`
    ${badge(state.label, state.tone)}
    ${lines.filter(Boolean).map((line) => html`<small>${line}</small>`)}`;
}

/** The history, oldest first. Before a handover the officer was a colleague, whom its entry names. */
function history(entries: Detail['history']): TemplateResult[] {
  let officer = actors.officer!;
  const items = entries.toReversed().map(({ at, event: name, by, from }) => {
    if (from) officer = from;
    const who = by === 'officer' ? officer : (actors[by] ?? by);
    const whose = from && by !== 'officer' ? ` from ${from}` : '';
    return html`
      <li>
        <b>${eventText(name)}${whose}</b><span class="subtle">${asMoment(at)}, by ${who}</span>
      </li>`;
  });
  return items.reverse();
}

customElements.define('invite-details', InviteDetails);
