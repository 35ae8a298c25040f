import { html, nothing, type TemplateResult } from 'lit';

interface Head {
  readonly title: string;
  readonly text?: string;
  /** Where the page belongs. */
  readonly trail?: readonly { path: string; label: string }[];
}

/** The head of every page: where it belongs, what it is, what it is for. */
export function pageHead(
  { title, text, trail }: Head,
  actions: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`
    ${
      trail
        ? html`
      <nav class="trail" aria-label="Breadcrumb"><ol>
        ${trail.map(({ path, label }) => html`<li><a href="#${path}">${label}</a></li>`)}
        <li aria-current="page">${title}</li>
      </ol></nav>`
        : nothing
    }
    <div class="page-head">
      <div><h1>${title}</h1>${text ? html`<p class="subtle">${text}</p>` : nothing}</div>
      ${actions}
    </div>`;
}

export const INVITE_USERS = [
  { path: '/', label: 'Overview' },
  { path: '/invite', label: 'Invite users' },
] as const;
