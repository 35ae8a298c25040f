import type { TemplateResult } from 'lit';

/** A page of the portal. Its address is after the `#`, because the path before it is the stage's. */
export interface Page {
  /** Such as `/invites/:id`, where the text at `:id` becomes a parameter. */
  readonly path: string;
  readonly title: string;
  readonly render: (parameters: Record<string, string>, query: URLSearchParams) => TemplateResult;
}

export interface Place {
  readonly page: Page | undefined;
  readonly path: string;
  readonly parameters: Record<string, string>;
  readonly query: URLSearchParams;
}

export function placeOf(hash: string, pages: readonly Page[]): Place {
  const [path = '/', search = ''] = (hash.replace(/^#/, '') || '/').split('?');
  const query = new URLSearchParams(search);
  for (const page of pages) {
    const found = new RegExp(`^${page.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`).exec(path);
    if (found) return { page, path, parameters: { ...found.groups }, query };
  }
  return { page: undefined, path, parameters: {}, query };
}

/** Goes to a page, as a link would. */
export function go(path: string): void {
  location.hash = path;
}

/** Notes filters in the address without a new entry in the history, and without going anywhere. */
export function note(path: string, query: Record<string, string>): void {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  history.replaceState(history.state, '', `#${path}${search.size ? `?${search}` : ''}`);
}

/** Whether a page may be left; a page that would lose something asks the officer. */
type MayLeave = () => Promise<boolean>;

let asking: MayLeave | undefined;

/** Asks before the page is left, until `signal` ends it. */
export function askBeforeLeaving(ask: MayLeave, signal: AbortSignal): void {
  asking = ask;
  signal.addEventListener('abort', () => {
    if (asking === ask) asking = undefined;
  });
}

/** Whether the page that is open may be left. */
export const mayLeave: MayLeave = async () => !asking || asking();

/** The places that were visited, each with its step, so that the address can go back to one that is not left. */
export class Steps {
  #now = 0;

  /** Numbers the place that is open: the first, or one that a link led to. */
  enter(): void {
    const known = stepOf(history.state);
    this.#now = known ?? this.#now + 1;
    if (known === undefined) history.replaceState({ step: this.#now }, '');
  }

  /** Takes the address back to the place that is open. */
  stay(): void {
    history.go(this.#now - (stepOf(history.state) ?? this.#now + 1));
  }
}

function stepOf(state: unknown): number | undefined {
  return (state as { step?: number } | null)?.step;
}
