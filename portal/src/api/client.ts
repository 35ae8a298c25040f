import { home } from '../config';
import { Failure, seconds } from './failure';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
type Method = 'get' | 'post' | 'patch' | 'delete';
type Path<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
type Part<O, K extends string> = O extends { parameters: { [key in K]?: infer V } } ? V : never;
type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? B : never;
type Success<O> = O extends { responses: infer R }
  ? {
      [S in keyof R]: S extends 200 | 201 | 202
        ? R[S] extends { content: { 'application/json': infer B } }
          ? B
          : undefined
        : never;
    }[keyof R]
  : never;

interface Options<O> {
  path?: Part<O, 'path'>;
  query?: Part<O, 'query'>;
  body?: Body<O>;
  /** For a request that creates something: the same for every attempt. */
  idempotencyKey?: string;
  ifMatch?: string;
  /** The version that is known; the answer is `unchanged` while there is no other. */
  ifNoneMatch?: string | undefined;
  signal?: AbortSignal;
}

export interface Answer<T> {
  readonly body: T;
  readonly unchanged: boolean;
  readonly etag: string | undefined;
  /** Seconds after which to ask again. */
  readonly retryAfter: number | undefined;
}

/** Gives the token, and is notified when the API refuses it. */
export interface Bearer {
  token(): string | undefined;
  refused(): void;
}

const ANSWER_TIMEOUT_MS = 30_000;
let bearer: Bearer | undefined;

export function authorise(by: Bearer): void {
  bearer = by;
}

/**
 * Asks the API. Paths, parameters, bodies and answers are those of `docs/openapi.json`.
 *
 * Throws a `Failure` for every other answer, and for none.
 */
export async function ask<M extends Method, P extends Path<M>>(
  method: M,
  path: P,
  options: Options<Operation<P, M>> = {},
): Promise<Answer<Success<Operation<P, M>>>> {
  const answer = await send(method, address(path, options), options);
  const unchanged = answer.status === 304;
  // A gateway calls an answer without a type JSON, also an empty one.
  const isJson = answer.status !== 204 && answer.headers.get('content-type')?.startsWith('application/json');
  return {
    body: (unchanged || !isJson ? undefined : await answer.json()) as Success<Operation<P, M>>,
    unchanged,
    etag: answer.headers.get('etag') ?? undefined,
    retryAfter: seconds(answer),
  };
}

/** Fetches a workbook for the browser to save. A link could not carry the token. */
export async function download(
  path: Path<'get'>,
  options: { path?: object; query?: object },
  name: string,
): Promise<void> {
  const answer = await send('get', address(path, options), {});
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function send(method: Method, url: string, options: Options<unknown>): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' });
  const token = bearer?.token();
  if (token) headers.set('authorization', `Bearer ${token}`);
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  if (options.idempotencyKey) headers.set('idempotency-key', options.idempotencyKey);
  if (options.ifMatch) headers.set('if-match', options.ifMatch);
  if (options.ifNoneMatch) headers.set('if-none-match', options.ifNoneMatch);
  const signals = [AbortSignal.timeout(ANSWER_TIMEOUT_MS), ...(options.signal ? [options.signal] : [])];
  const body = options.body === undefined ? null : JSON.stringify(options.body);
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: method.toUpperCase(),
      headers,
      body,
      signal: AbortSignal.any(signals),
      cache: 'no-store',
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw Failure.silence();
  }
  if (answer.ok || answer.status === 304) return answer;
  const failure = await Failure.of(answer);
  if (failure.slug === 'unauthorized') bearer?.refused();
  throw failure;
}

function address(path: string, { path: names = {}, query = {} }: { path?: unknown; query?: unknown }): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((names as Record<string, unknown>)[name])),
  );
  const parameters = Object.entries(query as Record<string, unknown>).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const search = new URLSearchParams(parameters.map(([name, value]) => [name, String(value)]));
  return `${home}${filled.slice(1)}${search.size ? `?${search}` : ''}`;
}
