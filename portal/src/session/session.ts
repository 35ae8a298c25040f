import { User, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { config, home } from '../config';

/** Where the officer was going; it travels through sign-in in the browser's own storage, not in an address. */
interface Journey {
  readonly route: string;
}

export type SessionEvent = 'ending' | 'ended' | 'renewed';

const CHANNEL = 'session';
const WARNING_S = 120;

/**
 * The officer's sign-in at the user pool: code flow with PKCE, tokens in this tab's storage, renewed while they can be.
 *
 * Emits `ending` two minutes before a session that cannot be renewed ends, `ended` when it has, and `renewed` when the
 * officer has signed in again, here or in another tab.
 */
export class Session extends EventTarget {
  readonly #manager: UserManager;
  #user: User | undefined;
  #warning: ReturnType<typeof setTimeout> | undefined;
  /** When the last request was refused or the token ran out. */
  isOver = false;

  constructor() {
    super();
    const { authority, clientId, signInUrl } = config;
    const store = new WebStorageStateStore({ store: sessionStorage });
    this.#manager = new UserManager({
      authority,
      client_id: clientId,
      redirect_uri: home,
      scope: 'openid email profile',
      userStore: store,
      stateStore: store,
      accessTokenExpiringNotificationTimeInSeconds: 300,
      // Known beforehand, so that nothing is fetched from another address before it is needed.
      metadata: {
        issuer: authority,
        authorization_endpoint: `${signInUrl}/oauth2/authorize`,
        token_endpoint: `${signInUrl}/oauth2/token`,
      },
    });
    this.#manager.events.addUserLoaded((user) => this.#hold(user));
    this.#manager.events.addSilentRenewError(() => this.#warn());
    this.#manager.events.addAccessTokenExpired(() => this.refused());
    const channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener('message', ({ data }) => void this.#adopt(String(data)));
  }

  /** The officer's claims, once signed in. */
  get profile(): User['profile'] | undefined {
    return this.#user?.profile;
  }

  token(): string | undefined {
    return this.#user?.id_token;
  }

  /**
   * Takes up where this tab stands: a sign-in that comes back, or one that is still good.
   *
   * Returns the route that the officer was going to, when they come back from signing in.
   */
  async resume(): Promise<string | undefined> {
    const query = new URLSearchParams(location.search);
    if (query.has('state')) {
      const user = await this.#manager.signinRedirectCallback().catch(() => undefined);
      history.replaceState(null, '', home);
      if (user) this.#hold(user);
      return (user?.state as Journey | undefined)?.route;
    }
    const user = await this.#manager.getUser();
    if (user && !user.expired) this.#hold(user);
    return undefined;
  }

  async signIn(route: string): Promise<void> {
    await this.#manager.signinRedirect({ state: { route } satisfies Journey });
  }

  /** Ends the session here and at the user pool, which leads back to this portal. */
  async signOut(): Promise<void> {
    await this.#manager.removeUser();
    const leave = new URL(`${config.signInUrl}/logout`);
    leave.search = new URLSearchParams({ client_id: config.clientId, logout_uri: home }).toString();
    location.assign(leave);
  }

  /** Hands this tab's fresh sign-in to the tab that waits for it. */
  share(): void {
    if (this.#user) new BroadcastChannel(CHANNEL).postMessage(this.#user.toStorageString());
  }

  /** The token was not good any more. */
  refused(): void {
    clearTimeout(this.#warning);
    this.isOver = true;
    this.#tell('ended');
  }

  #hold(user: User): void {
    clearTimeout(this.#warning);
    this.#user = user;
    this.isOver = false;
    this.#tell('renewed');
  }

  async #adopt(text: string): Promise<void> {
    const user = User.fromStorageString(text);
    // Somebody else's sign-in must not carry on with this officer's work.
    if (!this.#user || user.profile.sub !== this.#user.profile.sub) return;
    await this.#manager.storeUser(user);
    await this.#manager.events.load(user);
  }

  #warn(): void {
    clearTimeout(this.#warning);
    const left = (this.#user?.expires_in ?? 0) - WARNING_S;
    this.#warning = setTimeout(() => this.#tell('ending'), Math.max(left, 0) * 1000);
  }

  #tell(event: SessionEvent): void {
    this.dispatchEvent(new Event(event));
  }
}

export let session: Session;

export function startSession(): void {
  session = new Session();
}
