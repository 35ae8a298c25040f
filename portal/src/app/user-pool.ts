import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  calculatePKCECodeChallenge,
  clockTolerance,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  getValidatedIdTokenClaims,
  type IDToken,
  None,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  revocationRequest,
  type TokenEndpointResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import { config, home } from '../config';

/** A sign-in, as this tab keeps it. */
export interface SignIn {
  readonly idToken: string;
  /** Without it, the officer has to sign in again when the token has run out. */
  readonly refreshToken: string | undefined;
  readonly claims: IDToken;
  /** By the clock of this browser, in milliseconds. */
  readonly expiresAt: number;
}

/** A sign-in that has started; it stays in this tab, and only its `state` and `nonce` are sent. */
interface Journey {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Where the officer was going. */
  readonly route: string;
}

const JOURNEY = 'sign-in';
/** Seconds by which this browser's clock may be wrong. */
const CLOCK_TOLERANCE = 300;
/** How long signing out waits for the pool; without an answer the tokens expire by themselves. */
const REVOCATION_MS = 3_000;

/** The user pool's OpenID Connect: code flow with PKCE and a nonce, and renewal by refresh token. */
export class UserPool {
  readonly #server: AuthorizationServer = {
    // Configured here, so that no metadata is fetched from another address.
    issuer: config.authority,
    token_endpoint: `${config.signInUrl}/oauth2/token`,
    revocation_endpoint: `${config.signInUrl}/oauth2/revoke`,
  };
  readonly #client: Client = { client_id: config.clientId, [clockTolerance]: CLOCK_TOLERANCE };
  // The pool of a laptop's own stack is on loopback without TLS.
  readonly #options = { [allowInsecureRequests]: config.signInUrl.startsWith('http:') };

  /** The address of the sign-in page that leads back here, and then to `route`. */
  async departure(route: string): Promise<URL> {
    const journey: Journey = {
      state: generateRandomState(),
      nonce: generateRandomNonce(),
      verifier: generateRandomCodeVerifier(),
      route,
    };
    sessionStorage.setItem(JOURNEY, JSON.stringify(journey));
    const url = new URL(`${config.signInUrl}/oauth2/authorize`);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: config.clientId,
      redirect_uri: home,
      scope: 'openid email profile',
      state: journey.state,
      nonce: journey.nonce,
      code_challenge: await calculatePKCECodeChallenge(journey.verifier),
      code_challenge_method: 'S256',
    }).toString();
    return url;
  }

  /** The sign-in that the sign-in page came back with. Throws when it is not the one that this tab began. */
  async arrival(query: URLSearchParams): Promise<SignIn & { readonly route: string }> {
    const { state, nonce, verifier, route } = JSON.parse(sessionStorage.getItem(JOURNEY) ?? '{}') as Journey;
    sessionStorage.removeItem(JOURNEY);
    const parameters = validateAuthResponse(this.#server, this.#client, query, state);
    const answer = await authorizationCodeGrantRequest(
      this.#server,
      this.#client,
      None(),
      parameters,
      home,
      verifier,
      this.#options,
    );
    return {
      ...signInOf(
        await processAuthorizationCodeResponse(this.#server, this.#client, answer, {
          expectedNonce: nonce,
          requireIdToken: true,
        }),
      ),
      route,
    };
  }

  /** A new token for one that expires. Throws a `ResponseBodyError` when the pool refuses to renew it. */
  async renew({ refreshToken = '', claims }: SignIn): Promise<SignIn> {
    const answer = await refreshTokenGrantRequest(this.#server, this.#client, None(), refreshToken, this.#options);
    const next = signInOf(await processRefreshTokenResponse(this.#server, this.#client, answer), refreshToken);
    if (next.claims.sub !== claims.sub) throw new Error('renewed for somebody else');
    return next;
  }

  /** Revokes the refresh token. Throws when the pool does not answer in time. */
  async revoke(refreshToken: string): Promise<void> {
    await revocationRequest(this.#server, this.#client, None(), refreshToken, {
      ...this.#options,
      signal: AbortSignal.timeout(REVOCATION_MS),
    });
  }
}

/** The pool gives no new refresh token with a renewed one: the old one goes on. */
function signInOf(tokens: TokenEndpointResponse, refreshToken?: string): SignIn {
  const claims = getValidatedIdTokenClaims(tokens)!;
  return {
    idToken: tokens.id_token!,
    refreshToken: tokens.refresh_token ?? refreshToken,
    claims,
    // The ID token's own life: `expires_in` is that of the access token, which is not used here.
    expiresAt: Date.now() + (claims.exp - claims.iat) * 1000,
  };
}
