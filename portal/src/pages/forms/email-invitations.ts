import { html, nothing, type TemplateResult } from 'lit';
import { officer } from '../../app/officer';
import { go } from '../../app/router';
import { count, numbers } from '../../messages/time';
import { errorNotice } from '../../parts/error-notice';
import { textArea } from '../../parts/field';
import { Form } from '../../parts/form';
import { reasonField, seedField } from '../../parts/invite-fields';
import { LightElement } from '../../parts/light-element';
import { INVITE_USERS, pageHead } from '../../parts/page-head';
import { checkPlain, type Faults, labels, type Values } from '../../rules/forms';
import { RowsBatch } from '../batch/intake/create';
import { type Pasted, readPaste } from '../batch/intake/paste';
import { takeCarried } from './carried';
import { formActions, formAside } from './frame';

type Many = 'addresses' | 'seed' | 'reason';

const TRAIL = [...INVITE_USERS, { path: '/invite/email', label: 'Email invitation' }];
const BLANK: Values<Many> = { addresses: '', seed: 'no', reason: '' };

/** Email invitations for many: the addresses become a list, with one reason and one answer about SEED. */
export class EmailInvitationsPage extends LightElement {
  static override properties = { done: { state: true } };
  /** How many invitations are in the list that is being made. */
  declare done: number | undefined;
  readonly #form = new Form<Many>(this, {
    initial: { ...BLANK, ...takeCarried() },
    labels: { addresses: 'Email addresses', seed: labels.seed, reason: labels.reason },
    check: (values) => this.#check(values),
    send: (values) => this.#send(values),
  });
  /** The text that was read last, and what was found in it. */
  #read: readonly [string, Pasted] = ['', readPaste('')];
  /** A list that is not whole: sending the same again goes on with it. */
  #begun: readonly [string, RowsBatch] | undefined;

  override render(): TemplateResult {
    const text = 'Paste the addresses of public officers. Each gets a mail of their own, and fills in who they are.';
    return html`
      ${pageHead({ title: 'Several email invitations', trail: TRAIL, text })}
      <div class="form-frame">
        <form class="card" novalidate aria-label="Email invitations">
          ${this.#form.summary()}
          ${errorNotice(this.#form.failure, { safe: this.#safe })}
          ${this.#addresses()}
          ${seedField(this.#form, undefined)}
          ${reasonField(this.#form, 'each of them')}
          ${formActions('Check the list', this.#form.isSending)}
        </form>
        ${formAside(
          [
            'The list is checked. You see who is invited already, and can still change it.',
            'When you submit it, each officer is mailed a link of their own.',
            'They fill in who they are, and get their account, with SEED if you asked for it.',
          ],
          html`Only one person? <a href="#/invite/email">Send one invitation</a>. A file, or names and numbers as well?
            <a href="#/batches">Upload a list</a>.`,
        )}
      </div>`;
  }

  #addresses(): TemplateResult {
    const form = this.#form;
    const { done } = this;
    return html`
      ${textArea({
        name: 'addresses',
        label: 'Email addresses',
        hint: 'From a mail, a chat or a spreadsheet, as they are: names and other texts around them do no harm.',
        value: form.values.addresses,
        error: form.error('addresses'),
        status: this.#found(form.values.addresses),
        rows: 8,
      })}
      ${done === undefined ? nothing : html`<p class="hint" role="status">${numbers.format(done)} in the list…</p>`}`;
  }

  #pasted(text: string): Pasted {
    if (this.#read[0] !== text) this.#read = [text, readPaste(text)];
    return this.#read[1];
  }

  #emails(text: string): readonly string[] {
    return this.#pasted(text).rows.flatMap(({ email }) => email || []);
  }

  #found(text: string): string {
    const { rows, skipped } = this.#pasted(text);
    const n = this.#emails(text).length;
    if (n === 0) return '';
    const found = `${count(n, 'address', 'addresses')} found.`;
    const others = skipped + rows.length - n;
    return others === 0 ? found : `${found} ${count(others, 'line')} without an address left out.`;
  }

  #check({ addresses, reason }: Values<Many>): Faults<Many> {
    const { batchRows } = officer.limits;
    const n = this.#emails(addresses).length;
    const tooMany = `A list holds at most ${numbers.format(batchRows)} invitations; these are ${numbers.format(n)}.`;
    const ofAddresses =
      n === 0
        ? 'Paste at least one email address, such as name@agency.gov.sg.'
        : n > batchRows
          ? `${tooMany} Paste them in parts.`
          : undefined;
    const ofReason = checkPlain('reason', reason);
    return { ...(ofAddresses && { addresses: ofAddresses }), ...(ofReason && { reason: ofReason }) };
  }

  get #safe(): string | undefined {
    const done = this.#begun?.[1].done;
    return done
      ? `${numbers.format(done)} are in the list. Trying again adds the others, and nobody twice.`
      : undefined;
  }

  async #send({ addresses, seed, reason }: Values<Many>): Promise<void> {
    const key = JSON.stringify([addresses, seed, reason]);
    if (this.#begun?.[0] !== key) {
      const answer = seed === 'yes' ? 'Yes' : 'No';
      const rows = this.#emails(addresses).map((email) => ({ email, seed: answer, reason }));
      this.#begun = [key, new RowsBatch(rows, 'email')];
    }
    const [, batch] = this.#begun;
    try {
      const id = await batch.create((done) => {
        this.done = done;
      });
      go(`/batches/${id}`);
    } finally {
      this.done = undefined;
    }
  }
}

customElements.define('email-invitations-page', EmailInvitationsPage);
