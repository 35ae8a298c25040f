import { html, nothing, type TemplateResult } from 'lit';

type Trail = readonly { readonly path: string; readonly label: string }[];

interface Head {
  readonly title: string;
  readonly text?: string;
  /** Where the page belongs. */
  readonly trail?: Trail;
}

/** The head of every page: where it belongs, its title and its purpose. */
export function pageHead(
  { title, text, trail }: Head,
  actions: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`
    ${trail ? breadcrumb(trail, title) : nothing}
    <div class="page-head">
      <div><h1 tabindex="-1">${title}</h1>${text ? html`<p class="subtle">${text}</p>` : nothing}</div>
      ${actions}
    </div>`;
}

function breadcrumb(trail: Trail, title: string): TemplateResult {
  return html`
    <nav class="trail" aria-label="Breadcrumb"><ol>
      ${trail.map(({ path, label }) => html`<li><a href="#${path}">${label}</a></li>`)}
      <li aria-current="page">${title}</li>
    </ol></nav>`;
}

/** The trail of the pages that belong to Invite users. */
export const INVITE_USERS: Trail = [
  { path: '/', label: 'Overview' },
  { path: '/invite', label: 'Invite users' },
];
