import { html, type TemplateResult } from 'lit';
import { icon } from './icon';

/** The banner of Singapore government websites. Only where `OfficialMasthead` says that this is one. */
export function masthead(): TemplateResult {
  return html`
    <aside class="masthead" aria-label="A Singapore Government Agency Website">
      <details>
        <summary>${icon('shield')}<span>A Singapore Government Agency Website</span> <u>How to identify</u></summary>
        <div class="identify">
          <p><b>Official website links end with .gov.sg</b><br />
            Government agencies communicate via .gov.sg websites.</p>
          <p><b>Secure websites use HTTPS</b><br />
            Look for a lock or https:// as an added precaution. Share sensitive information only on official, secure
            websites.</p>
        </div>
      </details>
    </aside>`;
}
