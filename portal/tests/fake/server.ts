import type { components, operations as Described } from '../../src/api/schema';
import { type Call, type Operation, operations, PROBLEMS } from './description';

export type OperationId = keyof Described;
type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? B : undefined;
type Query<O> = O extends { parameters: { query?: infer Q } }
  ? Partial<Record<keyof NonNullable<Q>, string>>
  : Record<string, string>;
type Path<O> = O extends { parameters: { path: infer P } } ? Record<keyof P, string> : Record<string, string>;
type Answers<O> = O extends { responses: infer R }
  ? { [S in keyof R & number]: { status: S; body?: BodyOf<R[S]>; headers?: Record<string, string> } }[keyof R & number]
  : never;
type BodyOf<R> = R extends { content: { 'application/json': infer B } }
  ? B
  : R extends { content: object }
    ? Uint8Array
    : undefined;
export type Problem = components['schemas']['ProblemBody'];

/** What an operation of the API is asked, once the description allows it. */
export interface Asked<O extends OperationId> {
  readonly path: Path<Described[O]>;
  readonly query: Query<Described[O]>;
  readonly body: Body<Described[O]>;
  readonly headers: Headers;
}

export type Answer<O extends OperationId> = Answers<Described[O]> | ProblemAnswer;

export interface ProblemAnswer {
  readonly status: number;
  readonly problem: Problem;
}

/** What comes in between: the connection breaks before or after the server has done it, or a problem is answered. */
export type Trouble = 'no-connection' | 'lost-answer' | ProblemAnswer;

const JSON_TYPE = 'application/json';
const TRACE_ID = '1-67891233-abcdef012345678912345678';

/** A problem of the API by its slug. It has the status that the API gives it. */
export function problem(slug: string, more: Partial<Problem> = {}): ProblemAnswer {
  const status = PROBLEMS.get(slug);
  if (!status) throw new Error(`docs/API.md knows no problem ${slug}`);
  return { status, problem: { type: `/problems/${slug}`, title: slug, status, traceId: TRACE_ID, ...more } };
}

/**
 * A server made from the description of the API: it refuses what the description does not allow, and gives no answer
 * that the description does not know. What a test scripts is what the service would do with a request that is allowed.
 */
export class FakeServer {
  /** What was asked, as `POST /api/batches/{id}/rows`. */
  asked: string[] = [];
  /** What the pages asked that the description does not allow, and what tests scripted that it does not know. */
  readonly faults: string[] = [];
  readonly #scripts = new Map<string, (asked: never) => unknown>();
  readonly #troubles: { readonly operation: string; readonly trouble: Trouble; times: number; after: number }[] = [];

  /** Says what an operation answers. */
  on<O extends OperationId>(operation: O, script: (asked: Asked<O>) => Answer<O>): this {
    this.#scripts.set(operation, script);
    return this;
  }

  /** Makes so many calls of an operation come to nothing, after some that still go through. */
  trouble(operation: OperationId, trouble: Trouble, times = 1, after = 0): this {
    this.#troubles.push({ operation, trouble, times, after });
    return this;
  }

  /** Ends all trouble. */
  calm(): void {
    this.#troubles.length = 0;
  }

  /** Throws if anything was asked or scripted that the description of the API does not allow. */
  verify(): void {
    if (this.faults.length > 0) throw new Error(`Against docs/openapi.json:\n${this.faults.join('\n')}`);
  }

  /** In place of the browser's own. */
  readonly fetch = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const body = typeof init.body === 'string' ? init.body : undefined;
    const answer = await this.answer({
      method: init.method ?? 'GET',
      url: new URL(url),
      headers: new Headers(init.headers),
      body,
    });
    if (!answer) throw new TypeError('fetch failed');
    return answer;
  };

  /** What a call is answered with; nothing when the connection breaks. */
  async answer(call: Call): Promise<Response | undefined> {
    const ofPath = operations.flatMap((operation) => {
      const path = operation.parametersIn(call.url.pathname);
      return path ? [{ operation, path }] : [];
    });
    // A fixed name goes before a parameter: `/invites/actions` is no invite.
    const here = ofPath.filter(
      ({ path }) => Object.keys(path).length === Math.min(...ofPath.map((each) => Object.keys(each.path).length)),
    );
    const found = here.find(({ operation }) => operation.method === call.method);
    if (!found) return this.#refuse(call, 'not-found', 'no such operation');
    const { operation, path } = found;
    this.asked.push(`${operation.method} ${operation.path}`);
    const refusal = operation.refusal(call, path);
    if (refusal) return this.#refuse(call, refusal.slug, refusal.places.join(', '));
    const trouble = this.#troubleOf(operation);
    if (trouble === 'no-connection') return undefined;
    if (typeof trouble === 'object') return this.#give(operation, trouble);
    const script = this.#scripts.get(operation.id);
    if (!script) return this.#refuse(call, 'internal', `nothing is scripted for ${operation.id}`);
    const asked = {
      path,
      headers: call.headers,
      query: Object.fromEntries(call.url.searchParams),
      body: call.body ? JSON.parse(call.body) : undefined,
    };
    const answer = this.#give(operation, script(asked as never) as Answer<OperationId>);
    return trouble === 'lost-answer' ? undefined : answer;
  }

  #troubleOf(operation: Operation): Trouble | undefined {
    const next = this.#troubles.find((each) => each.operation === operation.id && each.times > 0);
    if (!next) return undefined;
    if (next.after > 0) {
      next.after -= 1;
      return undefined;
    }
    next.times -= 1;
    return next.trouble;
  }

  #refuse({ method, url }: Call, slug: string, why: string): Response {
    this.faults.push(`${method} ${url.pathname}${url.search}: ${slug}, ${why}`);
    const { status, problem: body } = problem(slug);
    return responseOf(status, body, { 'content-type': 'application/problem+json' });
  }

  #give(operation: Operation, answer: Answer<OperationId>): Response {
    const isProblem = 'problem' in answer;
    const body = isProblem ? answer.problem : (answer as { body?: unknown }).body;
    const type = isProblem
      ? 'application/problem+json'
      : body instanceof Uint8Array
        ? 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
        : JSON_TYPE;
    const headers = new Headers({
      'x-trace-id': TRACE_ID,
      ...(body !== undefined && { 'content-type': type }),
      ...(isProblem ? {} : (answer as { headers?: object }).headers),
    });
    // As it arrives: what JSON leaves out is not there.
    const wire = body === undefined || body instanceof Uint8Array ? body : JSON.parse(JSON.stringify(body));
    const faults = operation.faultsOf(answer.status, headers, wire);
    this.faults.push(...faults.map((fault) => `scripted for ${operation.id}: ${fault}`));
    return responseOf(answer.status, wire, headers);
  }
}

function responseOf(status: number, body: unknown, headers: HeadersInit): Response {
  const content =
    body === undefined ? null : body instanceof Uint8Array ? new Blob([new Uint8Array(body)]) : JSON.stringify(body);
  return new Response(content, { status, headers });
}
