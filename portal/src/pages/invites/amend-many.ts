import { html, type TemplateResult } from 'lit';
import type { Schemas } from '../../api/client';
import { faultText } from '../../messages/faults';
import { count } from '../../messages/time';
import { textField } from '../../parts/field';
import { LightElement } from '../../parts/light-element';
import { FIELDS } from '../../rules/field-table';
import { checkPlain, fieldsOf, labels, recordOf } from '../../rules/forms';
import { trim } from '../../rules/text';

export type Correction = Schemas['CorrectionRequest'];

const AMENDED = fieldsOf('alike', 'everywhere');
type Field = (typeof AMENDED)[number];

/** What to change in many invites that failed, expired or were revoked, before they are sent again. */
export class InviteAmendMany extends LightElement {
  static override properties = { count: { type: Number }, typed: { state: true }, showsFaults: { state: true } };
  declare count: number;
  /** With what to change, unless the officer cancelled. */
  declare onClose: (correction?: Correction) => void;
  declare typed: Record<Field, string>;
  declare showsFaults: boolean;

  constructor() {
    super();
    Object.assign(this, { typed: recordOf(AMENDED, () => ''), showsFaults: false });
  }

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
  }

  override render(): TemplateResult {
    const invites = count(this.count, 'invite');
    const submit = (event: Event) => {
      event.preventDefault();
      void this.#apply();
    };
    return html`
      <dialog class="modal" aria-labelledby="amend-many-title" aria-describedby="amend-many-text"
        @close=${() => this.onClose()}>
        <form novalidate @submit=${submit} @input=${this.#type}>
          <h2 id="amend-many-title">Amend ${invites} and send again</h2>
          <p id="amend-many-text">For invites that failed, expired or were revoked. What you leave blank stays as it is
            in each. Email addresses are amended one by one.</p>
          ${AMENDED.map((name) => this.#field(name))}
          <div class="actions">
            <button class="button primary">Send ${invites} again</button>
            <button type="button" class="button quiet" @click=${() => this.onClose()}>Cancel</button>
          </div>
        </form>
      </dialog>`;
  }

  #field(name: Field): TemplateResult {
    const code = this.showsFaults ? this.#faultCode(name) : undefined;
    return textField({
      name: `amend-${name}`,
      label: labels[name],
      value: this.typed[name],
      max: FIELDS[name].max,
      optional: true,
      error: code && faultText(code, code),
    });
  }

  #faultCode(name: Field): string | undefined {
    return trim(this.typed[name]) ? checkPlain(name, this.typed[name]) : undefined;
  }

  #type({ target }: Event): void {
    const { name, value } = target as HTMLInputElement;
    this.typed = { ...this.typed, [name.replace('amend-', '')]: value };
  }

  async #apply(): Promise<void> {
    this.showsFaults = true;
    const wrong = AMENDED.find((name) => this.#faultCode(name));
    if (!wrong) {
      this.onClose(recordOf(AMENDED, (name) => trim(this.typed[name]) || null));
      return;
    }
    await this.updateComplete;
    this.querySelector<HTMLElement>(`[name=amend-${wrong}]`)?.focus();
  }
}

customElements.define('invite-amend-many', InviteAmendMany);
