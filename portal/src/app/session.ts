import { ResponseBodyError } from 'oauth4webapi';
import { config, home } from '../config';
import { type SignIn, UserPool } from './user-pool';

export type SessionEvent = 'ending' | 'ended' | 'renewed';

/** The messages between the tabs of one browser. */
export type SessionMessage =
  | { readonly kind: 'signed-in'; readonly signIn: SignIn }
  | { readonly kind: 'signed-out'; readonly sub: string };

const CHANNEL = 'session';
const STORED = 'session';
const RENEWAL_MS = 300_000;
const WARNING_MS = 120_000;
/** The clock is read again and again, because a timer sleeps when the computer does. */
const TICK_MS = 5_000;

/**
 * The officer's sign-in at the user pool; its tokens are in this tab's storage, and are renewed while they can be.
 *
 * Emits `ending` two minutes before a session that cannot be renewed ends, `ended` when it has or when the officer has
 * signed out in another tab, and `renewed` when the officer has signed in again, here or in another tab.
 */
export class Session extends EventTarget {
  readonly #pool = new UserPool();
  #signIn: SignIn | undefined;
  #lastEvent: SessionEvent | undefined;
  #isRenewing = false;

  constructor() {
    super();
    new BroadcastChannel(CHANNEL).addEventListener('message', ({ data }) => this.#receive(data));
    setInterval(() => void this.#tick(), TICK_MS);
  }

  /** The officer's claims, once signed in. */
  get profile(): SignIn['claims'] | undefined {
    return this.#signIn?.claims;
  }

  token(): string | undefined {
    return this.#signIn?.idToken || undefined;
  }

  /**
   * Continues the session of this tab: a sign-in that comes back, or one that is still valid.
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

  /** Ends the session here, in the other tabs and at the user pool, which leads back to this portal. */
  async signOut(): Promise<void> {
    const signIn = this.#signIn;
    this.#end();
    if (signIn) {
      this.#send({ kind: 'signed-out', sub: signIn.claims.sub });
      await this.#revoke(signIn);
    }
    const leave = new URL(`${config.signInUrl}/logout`);
    leave.search = new URLSearchParams({ client_id: config.clientId, logout_uri: home }).toString();
    location.assign(leave);
  }

  /** Gives this tab's new sign-in to the tab that waits for it. */
  share(): void {
    if (this.#signIn) this.#send({ kind: 'signed-in', signIn: this.#signIn });
  }

  /** The API refused the token. */
  refused(): void {
    this.#emit('ended');
  }

  #hold(signIn: SignIn): void {
    this.#signIn = signIn;
    sessionStorage.setItem(STORED, JSON.stringify(signIn));
    this.#emit('renewed');
  }

  #send(message: SessionMessage): void {
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage(message);
    channel.close();
  }

  /** Acts on messages of other tabs about this officer, and ignores everything else on the channel. */
  #receive(data: unknown): void {
    const message = messageOf(data);
    // Another person's sign-in must not continue this officer's work, and their signing out must not end it.
    if (!message || !this.#signIn || subjectOf(message) !== this.#signIn.claims.sub) return;
    if (message.kind === 'signed-in') {
      this.#hold(message.signIn);
      return;
    }
    void this.#revoke(this.#signIn);
    this.#end();
    this.#emit('ended');
  }

  /** Forgets the tokens. The officer stays known, so that no other officer can continue with what is on the page. */
  #end(): void {
    sessionStorage.removeItem(STORED);
    if (this.#signIn) this.#signIn = { ...this.#signIn, idToken: '', refreshToken: undefined, expiresAt: 0 };
  }

  async #revoke({ refreshToken }: SignIn): Promise<void> {
    // Signing out goes on without an answer: the tokens are forgotten here, and end by themselves.
    if (refreshToken) await this.#pool.revoke(refreshToken).catch(() => undefined);
  }

  async #tick(): Promise<void> {
    if (!this.#signIn || this.#isRenewing) return;
    if (this.#left() < RENEWAL_MS && this.#signIn.refreshToken) await this.#renew(this.#signIn);
    const event = this.#left() <= 0 ? 'ended' : this.#left() <= WARNING_MS ? 'ending' : undefined;
    if (event && event !== this.#lastEvent && this.#lastEvent !== 'ended') this.#emit(event);
  }

  async #renew(signIn: SignIn): Promise<void> {
    this.#isRenewing = true;
    try {
      const renewed = await this.#pool.renew(signIn);
      // The officer may have signed out meanwhile, and then the new tokens are not needed.
      if (this.#signIn === signIn) this.#hold(renewed);
    } catch (error) {
      // The pool refused to renew. Any other error may be over the next time.
      if (error instanceof ResponseBodyError && this.#signIn === signIn)
        this.#signIn = { ...signIn, refreshToken: undefined };
    } finally {
      this.#isRenewing = false;
    }
  }

  #left(): number {
    return this.#signIn!.expiresAt - Date.now();
  }

  #emit(event: SessionEvent): void {
    this.#lastEvent = event;
    this.dispatchEvent(new Event(event));
  }
}

/** The message in what came over the channel, to which other pages of this origin can write as well. */
function messageOf(data: unknown): SessionMessage | undefined {
  const message = data as Partial<SessionMessage> | null | undefined;
  if (message?.kind === 'signed-in' && isSubject(message.signIn?.claims?.sub)) return message as SessionMessage;
  if (message?.kind === 'signed-out' && isSubject(message.sub)) return message as SessionMessage;
  return undefined;
}

function subjectOf(message: SessionMessage): string {
  return message.kind === 'signed-in' ? message.signIn.claims.sub : message.sub;
}

function isSubject(sub: unknown): boolean {
  return typeof sub === 'string' && sub !== '';
}

export let session: Session;

export function startSession(): void {
  session = new Session();
}
