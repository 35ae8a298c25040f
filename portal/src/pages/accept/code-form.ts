import { html, type TemplateResult } from 'lit';
import { home } from '../../config';
import { textField } from '../../parts/field';
import { Form } from '../../parts/form';
import { LightElement } from '../../parts/light-element';
import { tokenIn } from './token';

const LABEL = 'Link or code from the mail';
const NO_TOKEN =
  'There is no code in this. Copy the whole link from the mail: its code is the 64 letters and digits behind the #.';

/** Asks for the link of the mail again, where it lost its end on the way. */
export class CodeForm extends LightElement {
  readonly #form = new Form<'code'>(this, {
    initial: { code: '' },
    labels: { code: LABEL },
    check: ({ code }): { code?: string } => (tokenIn(code) ? {} : { code: code ? NO_TOKEN : 'required' }),
    send: async ({ code }) => location.replace(`#${tokenIn(code)}`),
  });

  override render(): TemplateResult {
    const form = this.#form;
    return html`
      <form novalidate aria-label="Your link">
        ${form.summary()}
        ${textField({
          name: 'code',
          label: LABEL,
          value: form.values.code,
          error: form.error('code'),
          hint: html`It begins with <b>${home}accept#</b>. The code behind the # alone will do.`,
        })}
        <p class="actions"><button class="button primary">Open the invitation</button></p>
      </form>`;
  }
}

customElements.define('accept-code', CodeForm);
