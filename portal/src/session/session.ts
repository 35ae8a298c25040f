import { ResponseBodyError } from 'oauth4webapi';
import { config, home } from '../config';
import { UserPool, type SignIn } from './user-pool';

export type SessionEvent = 'ending' | 'ended' | 'renewed';

const CHANNEL = 'session';
const STORED = 'session';
const RENEWAL_MS = 300_000;
const WARNING_MS = 120_000;
/** Time is looked at again and again, because a timer sleeps when the computer does. */
const TICK_MS = 5_000;

/**
 * The officer's sign-in at the user pool; its tokens are in this tab's storage, and are renewed while they can be.
 *
 * Emits `ending` two minutes before a session that cannot be renewed ends, `ended` when it has, and `renewed` when the
 * officer has signed in again, here or in another tab.
 */
export class Session extends EventTarget {
  readonly #pool = new UserPool();
  #signIn: SignIn | undefined;
  #told: SessionEvent | undefined;
  #isRenewing = false;

  constructor() {
    super();
    new BroadcastChannel(CHANNEL).addEventListener('message', ({ data }) => this.#adopt(data as SignIn));
    setInterval(() => void this.#tick(), TICK_MS);
  }

  /** The officer's claims, once signed in. */
  get profile(): SignIn['claims'] | undefined {
    return this.#signIn?.claims;
  }

  token(): string | undefined {
    return this.#signIn?.idToken;
  }

  /**
   * Takes up where this tab stands: a sign-in that comes back, or one that is still good.
   *
   * Returns the route that the officer was going to, when they come back from signing in.
   */
  async resume(): Promise<string | undefined> {
    const query = new URLSearchParams(location.search);
    if (query.has('state')) {
      const arrival = await this.#pool.arrival(query).catch(() => undefined);
      history.replaceState(null, '', home);
      if (!arrival) return undefined;
      const { route, ...signIn } = arrival;
      this.#hold(signIn);
      return route;
    }
    const stored = sessionStorage.getItem(STORED);
    if (!stored) return undefined;
    const signIn = JSON.parse(stored) as SignIn;
    const isGood = signIn.expiresAt > Date.now();
    const held = isGood ? signIn : await this.#pool.renew(signIn).catch(() => undefined);
    if (held) this.#hold(held);
    return undefined;
  }

  async signIn(route: string): Promise<void> {
    location.assign(await this.#pool.departure(route));
  }

  /** Ends the session here and at the user pool, which leads back to this portal. */
  signOut(): void {
    sessionStorage.removeItem(STORED);
    const leave = new URL(`${config.signInUrl}/logout`);
    leave.search = new URLSearchParams({ client_id: config.clientId, logout_uri: home }).toString();
    location.assign(leave);
  }

  /** Hands this tab's fresh sign-in to the tab that waits for it. */
  share(): void {
    new BroadcastChannel(CHANNEL).postMessage(this.#signIn);
  }

  /** The token was not good any more. */
  refused(): void {
    this.#tell('ended');
  }

  #hold(signIn: SignIn): void {
    this.#signIn = signIn;
    sessionStorage.setItem(STORED, JSON.stringify(signIn));
    this.#tell('renewed');
  }

  #adopt(signIn: SignIn): void {
    // Somebody else's sign-in must not carry on with this officer's work.
    if (signIn.claims.sub === this.#signIn?.claims.sub) this.#hold(signIn);
  }

  async #tick(): Promise<void> {
    if (!this.#signIn || this.#isRenewing) return;
    if (this.#left() < RENEWAL_MS && this.#signIn.refreshToken) await this.#renew(this.#signIn);
    const event = this.#left() <= 0 ? 'ended' : this.#left() <= WARNING_MS ? 'ending' : undefined;
    if (event && event !== this.#told && this.#told !== 'ended') this.#tell(event);
  }

  async #renew(signIn: SignIn): Promise<void> {
    this.#isRenewing = true;
    try {
      this.#hold(await this.#pool.renew(signIn));
    } catch (error) {
      // The pool has the last word; whatever else was in the way may be gone the next time.
      if (error instanceof ResponseBodyError) this.#signIn = { ...signIn, refreshToken: undefined };
    } finally {
      this.#isRenewing = false;
    }
  }

  #left(): number {
    return this.#signIn!.expiresAt - Date.now();
  }

  #tell(event: SessionEvent): void {
    this.#told = event;
    this.dispatchEvent(new Event(event));
  }
}

export let session: Session;

export function startSession(): void {
  session = new Session();
}
