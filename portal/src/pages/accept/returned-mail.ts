import { html, type TemplateResult } from 'lit';
import type { Schemas } from '../../api/client';
import { supportMail } from '../../parts/error-notice';
import { icon } from '../../parts/icon';
import { askInviter } from './ask-inviter';
import { returnedText } from './mailbox-code';

const TITLE = 'The mail with your code came back';

/** That the code could not be delivered, and who can help. It is read out, because nobody asked for it. */
export function returnedMail({ email, invitedBy, traceId }: Schemas['PageBody']): TemplateResult {
  const text = returnedText(email, invitedBy);
  return html`
    <section class="notice bad" role="alert" tabindex="-1">
      ${icon('alert')}
      <div>
        <h2>${TITLE}</h2>
        <p>${text}</p>
        <p class="ways">
          ${askInviter(invitedBy, TITLE, traceId, 'small')}
          <a href=${supportMail({ what: TITLE, text, traceId, at: new Date() })}>Email support</a>
        </p>
      </div>
    </section>`;
}
