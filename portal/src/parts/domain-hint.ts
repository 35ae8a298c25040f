import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { ask } from '../api/client';
import { domainOf } from '../rules/fields';
import type { Meaning } from '../rules/forms';

const PAUSE_MS = 200;
const known = new Map<string, Meaning>();

/** Asks what the domain of an address means while it is typed. When the API does not answer, nothing is said. */
export class DomainHint implements ReactiveController {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly email: () => string,
  ) {
    host.addController(this);
  }

  /** What is known about the address as it is typed so far. */
  get meaning(): Meaning | undefined {
    const domain = domainOf(this.email());
    return domain === undefined ? undefined : known.get(domain);
  }

  hostUpdated(): void {
    const domain = domainOf(this.email());
    clearTimeout(this.#timer);
    if (domain !== undefined && !known.has(domain)) this.#timer = setTimeout(() => void this.#find(domain), PAUSE_MS);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  async #find(domain: string): Promise<void> {
    const found = await ask('get', '/api/domains/{domain}', { path: { domain } }).catch(() => undefined);
    if (!found) return;
    known.set(domain, found.body);
    this.host.requestUpdate();
  }
}
