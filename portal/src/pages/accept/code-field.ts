import { html, type TemplateResult } from 'lit';
import { textField } from '../../parts/field';
import type { Form } from '../../parts/form';
import { codeNews, type MailboxCode, nextCodeText } from './mailbox-code';

export const CODE_LABEL = 'Confirmation code';

/** The field for the code, with where it is, and from when another one can be mailed (`#another-code`). */
export function codeField(
  form: Pick<Form<'mailboxCode'>, 'values' | 'error'>,
  code: MailboxCode,
  email: string,
): TemplateResult {
  return html`
    <div class="code">
      ${textField({
        name: 'mailboxCode',
        label: CODE_LABEL,
        value: form.values.mailboxCode,
        error: form.error('mailboxCode'),
        hint: codeNews(code, email),
        inputmode: 'numeric',
        autocomplete: 'one-time-code',
      })}
      <p class="hint" id="another-code" role="status">${nextCodeText(code, Date.now())}</p>
    </div>`;
}
