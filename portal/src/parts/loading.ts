import { html } from 'lit';

/** In place of lines that are on their way, on a page that says so. */
export const skeleton = html`<div class="skeleton"><i></i><i></i><i></i></div>`;

/** In place of what is on its way. */
export const loading = html`
  <div class="card skeleton" role="status"><span class="unseen">Loading</span><i></i><i></i><i></i></div>`;
