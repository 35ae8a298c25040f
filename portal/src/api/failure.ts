import type { components } from './schema';

export type FieldProblem = components['schemas']['ProblemItem'];

/** Why a request did not succeed: a problem of the API, or that there was no answer. */
export class Failure extends Error {
  readonly at = new Date();

  constructor(
    /** The slug of the problem's type, or `offline`, or `no-answer`. */
    readonly slug: string,
    readonly status: number,
    readonly traceId: string | undefined,
    /** What the API says to do about it. */
    readonly detail: string | undefined,
    readonly errors: readonly FieldProblem[],
    /** Seconds after which trying again may help. */
    readonly retryAfter: number | undefined,
    /** Where to go on instead. */
    readonly link?: string | undefined,
  ) {
    super(slug);
  }

  static async of(answer: Response): Promise<Failure> {
    const problem = (await answer.json().catch(() => ({}))) as Partial<components['schemas']['ProblemBody']>;
    const slug = problem.type?.split('/').pop() ?? (answer.status === 503 ? 'unavailable' : 'internal');
    const traceId = problem.traceId ?? answer.headers.get('x-trace-id') ?? undefined;
    return new Failure(
      slug,
      answer.status,
      traceId,
      problem.detail ?? undefined,
      problem.errors ?? [],
      seconds(answer),
      problem.link ?? undefined,
    );
  }

  /** What a `catch` caught, if it is one of these; anything else is a fault of these pages and is thrown again. */
  static caught(error: unknown): Failure {
    if (error instanceof Failure) return error;
    throw error;
  }

  /** No answer came; the request may have been carried out. */
  static silence(): Failure {
    return new Failure(navigator.onLine ? 'no-answer' : 'offline', 0, undefined, undefined, [], undefined);
  }
}

/** The seconds of `Retry-After`. */
export function seconds(answer: Response): number | undefined {
  const value = Number(answer.headers.get('retry-after') ?? NaN);
  return Number.isFinite(value) ? value : undefined;
}
