import { html, nothing, type TemplateResult } from 'lit';
import { officer } from '../../../app/officer';
import { duplicates } from '../../../messages/batches';
import { DomainHint } from '../../../parts/domain-hint';
import { drawer } from '../../../parts/drawer';
import { errorNotice, traceLine } from '../../../parts/error-notice';
import { Form } from '../../../parts/form';
import { icon } from '../../../parts/icon';
import {
  emailField,
  needsUsername,
  profileFields,
  reasonField,
  seedField,
  usernameField,
} from '../../../parts/invite-fields';
import { LightElement } from '../../../parts/light-element';
import { externalLink, serviceRequestLink } from '../../../parts/service-request';
import { tidyEmail } from '../../../rules/fields';
import {
  type AccountField,
  ALL_FIELDS,
  checkAccount,
  checkEmailInvitation,
  type Faults,
  type Kind,
  labels,
  type Values,
} from '../../../rules/forms';
import { seedAnswer } from '../../../rules/text';
import { hasFailed, isGuess, outcomeOf, type Row, repairText } from '../rows/row';
import type { BatchRows } from '../rows/rows';

const HAS_ACCOUNT = ['duplicate.account', 'account.exists'];
const GUIDE = 'https://docs.developer.tech.gov.sg/docs/techpass-user-guide/#/onboard-to-seed';

/** View details: everything about one user of a batch, to be amended and saved. */
export class BatchDetails extends LightElement {
  static override properties = {
    number: { attribute: false },
    kind: { attribute: false },
    rows: { attribute: false },
    isOutdated: { state: true },
  };
  declare number: number;
  /** What the rows become. */
  declare kind: Kind;
  declare rows: BatchRows;
  /** With the state of the row after it was saved, as a sentence, unless the officer cancelled. */
  declare onClose: (outcome?: string) => void;
  /** Whether somebody else was faster, and the form shows the row as it is now. */
  declare isOutdated: boolean;
  #form!: Form<AccountField>;
  /** The values that the form started with. */
  #saved!: Values<AccountField>;
  readonly #domain = new DomainHint(this, () => this.#form.values.email);

  override connectedCallback(): void {
    this.#form = new Form<AccountField>(this, {
      initial: this.#initial(),
      labels,
      tidy: { email: tidyEmail },
      check: (values) => this.#check(values),
      // The server's repair of one text says nothing about another.
      used: (field, text) => (this.#row && text === this.#saved[field] ? repairText(this.#row, field) : undefined),
      send: (values) => this.#save(values),
    });
    this.#form.judge();
    super.connectedCallback();
  }

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
    const firstFault = this.querySelector<HTMLElement>('[aria-invalid=true]');
    (firstFault ?? this.querySelector<HTMLElement>('#email'))?.focus();
  }

  /** Nothing once it was deleted elsewhere. */
  get #row(): Row | undefined {
    return this.rows.find(this.number);
  }

  #initial(): Values<AccountField> {
    const { values } = this.#row!;
    this.#saved = { ...values, seed: seedAnswer(values.seed) ?? '' };
    return this.#saved;
  }

  override render(): TemplateResult {
    const row = this.#row;
    const content = html`
      ${row ? this.#notice(row) : nothing}
      ${this.isOutdated ? outdatedNotice : nothing}
      ${this.#fields()}`;
    return drawer(`User details, row ${this.number}`, () => this.onClose(), content);
  }

  #fields(): TemplateResult {
    const [form, { meaning }] = [this.#form, this.#domain];
    const { isSending } = form;
    return html`
      <form novalidate aria-label="User details">
        ${form.summary()}
        ${errorNotice(this.isOutdated ? undefined : form.failure)}
        ${this.#person()}
        ${seedField(form, meaning)}
        ${reasonField(form, 'the person')}
        <div class="actions end">
          <button class="button primary" aria-disabled=${String(isSending)}>${isSending ? 'Saving…' : 'Save'}</button>
          <button type="button" class="button quiet" @click=${() => this.onClose()}>Cancel</button>
        </div>
      </form>`;
  }

  /** Who it is; in an email invitation the invitee says more than the address. */
  #person(): TemplateResult {
    const [form, { meaning }] = [this.#form, this.#domain];
    if (this.kind === 'email') return emailField(form, meaning, 'The public officer’s organisation email address.');
    return html`
      ${emailField(form, meaning, 'The organisation email address of the public officer or vendor.')}
      ${needsUsername(form, meaning) ? usernameField(form) : nothing}
      ${profileFields(form)}`;
  }

  #notice({ duplicate, invite, warnings }: Row): TemplateResult | typeof nothing {
    if (invite?.failure) {
      const { code, detail } = invite.failure;
      return html`
        <section class="notice bad">${icon('alert')}<div>
          <h2>This user was not invited</h2>
          <p>${detail} Amend the details, save, and submit again.</p>
          ${this.#seedLink(code)}
          ${traceLine(invite.traceId)}
        </div></section>`;
    }
    if (warnings?.length) {
      return html`
        <section class="notice warn">${icon('info')}<div>
          <h2>Please look at the address</h2>
          ${warnings.map(({ detail }) => html`<p>${detail}</p>`)}
        </div></section>`;
    }
    if (!duplicate) return nothing;
    return html`
      <section class="notice warn">${icon('info')}<div>
        <h2>${duplicates[duplicate.code] ?? 'Duplicate'}${duplicate.row ? `: row ${duplicate.row}` : ''}</h2>
        <p>${duplicate.detail}${duplicate.colleague ? ` It was ${duplicate.colleague}.` : ''}</p>
        ${this.#seedLink(duplicate.code)}
      </div></section>`;
  }

  /** A person who has an account needs no invite, but perhaps a licence. */
  #seedLink(code: string): TemplateResult | typeof nothing {
    if (!HAS_ACCOUNT.includes(code)) return nothing;
    const isVendor = this.#domain.meaning?.persona === 'vendor';
    const vendor = serviceRequestLink('', 'Raise a service request for SEED');
    return html`<p>${isVendor ? vendor : externalLink(GUIDE, 'Onboard to SEED')}</p>`;
  }

  /** The server's verdict counts while a text is not changed; the page's own rules judge changed ones. */
  #check(values: Values<AccountField>): Faults<AccountField> {
    const check = this.kind === 'email' ? checkEmailInvitation : checkAccount;
    const faults: Faults<AccountField> = check(values, this.#domain.meaning, officer.email);
    for (const { field, code } of this.#row?.errors ?? []) {
      if (values[field as AccountField] === this.#saved[field as AccountField]) faults[field as AccountField] ??= code;
    }
    return faults;
  }

  async #save(values: Values<AccountField>): Promise<void> {
    this.isOutdated = false;
    const row = this.#row;
    // A guess that the officer saves was checked: it is sent, so that it is no longer a guess.
    const changed = ALL_FIELDS.filter((field) => values[field] !== this.#saved[field] || (row && isGuess(row, field)));
    // A row whose invite failed can be submitted again, although nothing in it was wrong.
    if (changed.length === 0 && !(row && hasFailed(row))) {
      this.onClose();
      return;
    }
    try {
      const texts = Object.fromEntries(changed.map((field) => [field, values[field]]));
      const after = await this.rows.amend(this.number, texts);
      this.onClose(after && outcomeOf(after));
    } catch (error) {
      this.isOutdated = (error as { status?: number }).status === 412;
      if (this.isOutdated) {
        this.#form.reset(this.#initial());
        this.#form.judge();
      }
      throw error;
    }
  }
}

const outdatedNotice = html`
  <p class="notice warn" role="alert">${icon('alert')}<span>This row was changed elsewhere. This is how it is now; make
    your change again.</span></p>`;

customElements.define('batch-details', BatchDetails);
