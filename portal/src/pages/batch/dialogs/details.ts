import { html, nothing, type TemplateResult } from 'lit';
import { officer } from '../../../app/officer';
import { config } from '../../../config';
import { duplicates } from '../../../messages/batches';
import { faultText } from '../../../messages/faults';
import { DomainHint } from '../../../parts/domain-hint';
import { errorNotice, traceLine } from '../../../parts/error-notice';
import { Form } from '../../../parts/form';
import { icon } from '../../../parts/icon';
import { emailField, profileFields, reasonField, seedField, usernameField } from '../../../parts/invite-fields';
import { LightElement } from '../../../parts/light-element';
import {
  type AccountField,
  checkInvite,
  checkProfile,
  checkUsernameOf,
  type Faults,
  labels,
  labelsOf,
  tidyEmail,
  type Values,
} from '../../../rules/forms';
import { hasFailed, isGuess, type Row, repairText, titleOf } from '../rows/causes';
import type { BatchRows } from '../rows/rows';

const FIELDS = Object.keys(labels) as AccountField[];
const HAS_ACCOUNT = ['duplicate.account', 'account.exists'];
const GUIDE = 'https://docs.developer.tech.gov.sg/docs/techpass-user-guide/#/onboard-to-seed';

/** View details: everything about one user of a batch, to be amended and saved. */
export class BatchDetails extends LightElement {
  static override properties = {
    number: { attribute: false },
    rows: { attribute: false },
    isOutdated: { state: true },
  };
  declare number: number;
  declare rows: BatchRows;
  declare onClose: (said?: string) => void;
  /** Whether somebody else was faster, and the form shows the row as it is now. */
  declare isOutdated: boolean;
  #form!: Form<AccountField>;
  #read!: Values<AccountField>;
  readonly #domain = new DomainHint(this, () => this.#form.values.email);

  override connectedCallback(): void {
    this.#form = new Form<AccountField>(this, {
      initial: this.#initial(),
      labels: labelsOf(...FIELDS),
      tidy: { email: tidyEmail },
      check: (values) => this.#check(values),
      // What the server made of a text says nothing of another.
      used: (field, text) => (this.#row && text === this.#read[field] ? repairText(this.#row, field) : undefined),
      send: (values) => this.#save(values),
    });
    this.#form.judge();
    super.connectedCallback();
  }

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
    // Where the first fault is, else at the top: a list of selectors would find whatever comes first on the page.
    (this.querySelector<HTMLElement>('[aria-invalid=true]') ?? this.querySelector<HTMLElement>('#email'))?.focus();
  }

  /** Nothing once it was removed elsewhere. */
  get #row(): Row | undefined {
    return this.rows.find(this.number);
  }

  #initial(): Values<AccountField> {
    const { values } = this.#row!;
    const seed = /^\s*(y|yes|true|1)\s*$/i.test(values.seed)
      ? 'yes'
      : /^\s*(n|no|false|0)?\s*$/i.test(values.seed)
        ? 'no'
        : '';
    this.#read = { ...values, seed };
    return this.#read;
  }

  override render(): TemplateResult {
    const [row, form, { meaning }] = [this.#row, this.#form, this.#domain];
    const { values } = form;
    return html`
      <dialog class="drawer" aria-labelledby="details-title" @close=${() => this.onClose()}>
        <div class="drawer-head">
          <h2 id="details-title">User details, row ${this.number}</h2>
          <button type="button" class="icon-button" aria-label="Close" @click=${() => this.#close()}>${icon('close')}</button>
        </div>
        ${row ? this.#notice(row) : nothing}
        ${this.isOutdated ? html`<p class="notice warn" role="alert">${icon('alert')}<span>This row was changed elsewhere. This is how it is now; make your change again.</span></p>` : nothing}
        <form novalidate aria-label="User details" @input=${form.events.input} @focusout=${form.events.focusout} @keydown=${form.events.keydown} @submit=${form.events.submit}>
          ${form.summary()}
          ${errorNotice(this.isOutdated ? undefined : form.failure)}
          ${emailField(form, meaning, 'The organisation email address of the public officer or vendor.')}
          ${meaning?.persona === 'vendor' || values.username || form.error('username') ? usernameField(form) : nothing}
          ${profileFields(form, 'off')}
          ${seedField(form, meaning)}
          ${reasonField(form, 'the person')}
          <div class="actions end">
            <button class="button primary" aria-disabled=${String(form.isSending)}>${form.isSending ? 'Saving…' : 'Save'}</button>
            <button type="button" class="button quiet" @click=${() => this.#close()}>Cancel</button>
          </div>
        </form>
      </dialog>`;
  }

  #notice(row: Row): TemplateResult | typeof nothing {
    const { duplicate, invite } = row;
    if (hasFailed(row)) {
      return html`<section class="notice bad">${icon('alert')}<div><h2>This user was not invited</h2><p>${invite!.failure!.detail} Amend the details, save, and submit again.</p>${this.#wayToSeed(invite!.failure!.code)}${traceLine(invite!.traceId)}</div></section>`;
    }
    if (!duplicate) return nothing;
    return html`
      <section class="notice warn">${icon('info')}<div>
        <h2>${duplicates[duplicate.code] ?? 'Duplicate'}${duplicate.row ? `: row ${duplicate.row}` : ''}</h2>
        <p>${duplicate.detail}</p>
        ${this.#wayToSeed(duplicate.code)}
      </div></section>`;
  }

  /** Who has an account needs no invite, but perhaps a licence. */
  #wayToSeed(code: string): TemplateResult | typeof nothing {
    if (!HAS_ACCOUNT.includes(code)) return nothing;
    const isVendor = this.#domain.meaning?.persona === 'vendor';
    return html`<p><a href=${isVendor ? config.serviceRequestUrl : GUIDE} target="_blank" rel="noopener noreferrer">${isVendor ? 'Raise a service request for SEED' : 'Onboard to SEED'}</a></p>`;
  }

  /** The server's verdict stands for a text that was not touched; the same rules as everywhere judge the others. */
  #check(values: Values<AccountField>): Faults<AccountField> {
    const { meaning } = this.#domain;
    const username = checkUsernameOf(values.username, meaning);
    const faults: Faults<AccountField> = {
      ...checkInvite(values, meaning, officer.email),
      ...(username && { username }),
      ...checkProfile(values),
    };
    for (const { field, code } of this.#row?.errors ?? []) {
      if (values[field as AccountField] === this.#read[field as AccountField]) faults[field as AccountField] ??= code;
    }
    return faults;
  }

  async #save(values: Values<AccountField>): Promise<void> {
    this.isOutdated = false;
    const row = this.#row;
    // A guess that is saved as it is was checked: it is sent, to be none any more.
    const changed = FIELDS.filter((field) => values[field] !== this.#read[field] || (row && isGuess(row, field)));
    // A row that failed is opened again even when nothing of it was wrong.
    if (changed.length === 0 && !(row && hasFailed(row))) return this.#close();
    try {
      const texts = Object.fromEntries(changed.map((field) => [field, values[field]]));
      const after = await this.rows.amend(this.number, texts);
      this.#close(after && outcomeOf(after));
    } catch (error) {
      this.isOutdated = (error as { status?: number }).status === 412;
      if (this.isOutdated) {
        this.#form.reset(this.#initial());
        this.#form.judge();
      }
      throw error;
    }
  }

  #close(said?: string): void {
    this.onClose(said);
  }
}

/** What became of a row by a change, in a sentence. */
export function outcomeOf(row: Row): string {
  if (row.state === 'READY') return `Row ${row.number} is ready.`;
  if (row.duplicate) return `Row ${row.number}: ${duplicates[row.duplicate.code] ?? row.duplicate.detail}.`;
  return `Row ${row.number}: ${row.errors.map((error) => `${titleOf(error)}: ${faultText(error.code, error.detail, error.row)}`).join(' ')}`;
}

customElements.define('batch-details', BatchDetails);
