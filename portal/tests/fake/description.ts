import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { components } from '../../src/api/schema';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

type Schema = { [keyword: string]: unknown };
interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}
interface Content {
  readonly [type: string]: { readonly schema?: Schema };
}
interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: { readonly [status: string]: { readonly content?: Content; readonly headers?: object } };
  readonly security?: readonly object[];
}
interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: { readonly [path: string]: { readonly [method: string]: Described } };
  readonly components: { readonly schemas: { readonly [name: string]: Schema } };
}

/** One request, as it comes over the wire. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string | undefined;
}

/** Why the server refuses a request: the slug of its problem, and each place that is wrong. */
export interface Refusal {
  readonly slug: string;
  readonly places: readonly string[];
}

/** What a body may be that holds no rows, in bytes: `Json` of `shared/web`. */
const MAX_BODY_BYTES = 64 * 1024;
const WITH_ROWS = ['createBatch', 'addRows'];
/** What breaks these is well formed and refused for what it says; everything else is not understood. */
const BOUNDS = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minimum', 'maximum', 'pattern', 'uniqueItems'];

const document = JSON.parse(read('docs/openapi.json')) as Document;
const requests = validators('requests', document);
/** How much at once, as `GET /me` tells it: the description has the numbers of a stack as it is delivered. */
export const LIMITS = Object.fromEntries(
  Object.entries(document.components.schemas.LimitsBody!.properties as Record<string, { example: number }>).map(
    ([name, { example }]) => [name, example],
  ),
) as components['schemas']['LimitsBody'];

const answers = validators('answers', closed(document));

/** The statuses of the problems by their slugs, as `docs/API.md` lists them. */
export const PROBLEMS = new Map(
  [...read('docs/API.md').matchAll(/^\| `([\w-]+)` \| (\d{3}) \|/gm)].map(([, slug, status]) => [
    slug!,
    Number(status),
  ]),
);

/** One operation of the API: what it takes and what it answers. */
export class Operation {
  readonly id: string;
  readonly #place: RegExp;
  readonly #body: ValidateFunction | undefined;
  readonly #parameters: readonly (Parameter & { readonly validate: ValidateFunction })[];

  constructor(
    readonly method: string,
    readonly path: string,
    private readonly described: Described,
  ) {
    this.id = described.operationId;
    this.#place = new RegExp(`${path.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
    const schema = described.requestBody?.content['application/json']?.schema;
    this.#body = schema && requests(schema);
    this.#parameters = (described.parameters ?? []).map((each) => ({ ...each, validate: requests(each.schema) }));
  }

  /** The parameters of the path, if this is the operation of a path. */
  parametersIn(pathname: string): Record<string, string> | undefined {
    const found = this.#place.exec(pathname);
    return found
      ? Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]))
      : undefined;
  }

  /** What the server says to a request that the description does not allow. */
  refusal({ url, headers, body }: Call, path: Record<string, string>): Refusal | undefined {
    if (this.described.security && !/^Bearer \S+$/.test(headers.get('authorization') ?? ''))
      return { slug: 'unauthorized', places: ['authorization'] };
    for (const { name, validate } of this.#in('header')) {
      const value = headers.get(name);
      const slug =
        name === 'If-Match' ? 'version-required' : name === 'Idempotency-Key' ? 'idempotency-key' : 'bad-request';
      if (value === null || !validate(value)) return { slug, places: [name] };
    }
    const unknown = [...url.searchParams.keys()].filter((name) =>
      this.#in('query').every((each) => each.name !== name),
    );
    const wrong = [
      ...this.#in('path').filter(({ name, schema, validate }) => !validate(typed(path[name]!, schema))),
      ...this.#in('query').filter(({ name, required, schema, validate }) => {
        const value = url.searchParams.get(name);
        return value === null ? required : !validate(typed(value, schema));
      }),
    ].map(({ name }) => name);
    if (unknown.length + wrong.length > 0) return { slug: 'bad-request', places: [...unknown, ...wrong] };
    return this.#refusalOfBody(headers, body);
  }

  #refusalOfBody(headers: Headers, body: string | undefined): Refusal | undefined {
    if (!this.#body) return body ? { slug: 'bad-request', places: ['a body'] } : undefined;
    if (headers.get('content-type') !== 'application/json')
      return { slug: 'unsupported-media-type', places: ['content-type'] };
    const bytes = new Blob([body ?? '']).size;
    if (bytes > (WITH_ROWS.includes(this.id) ? LIMITS.rowsBodyBytes : MAX_BODY_BYTES))
      return { slug: 'too-large', places: [`${bytes} bytes`] };
    let value: unknown;
    try {
      value = JSON.parse(body ?? '');
    } catch {
      return { slug: 'bad-request', places: ['no JSON'] };
    }
    if (this.#body(value)) return undefined;
    const errors = this.#body.errors!;
    return {
      slug: errors.every(({ keyword }) => BOUNDS.includes(keyword)) ? 'validation' : 'bad-request',
      places: errors.map(inWords),
    };
  }

  /** What is wrong with an answer: a status, a body or headers that the description does not know. */
  faultsOf(status: number, headers: Headers, body: unknown): string[] {
    const isProblem = status >= 400;
    const response = this.described.responses[isProblem ? 'default' : String(status)];
    if (!response) return [`${this.id} never answers ${status}`];
    const absent = Object.keys(response.headers ?? {})
      .filter((name) => !headers.has(name))
      .map((name) => `header ${name} is missing`);
    const type = headers.get('content-type') ?? undefined;
    const content = Object.entries(response.content ?? {});
    if (content.length === 0) return body === undefined ? absent : [...absent, `${status} has no body`];
    const [, media] = content.find(([each]) => each === type) ?? [];
    if (!media) return [...absent, `${status} is not ${type}`];
    if (!media.schema) return absent;
    const validate = answers(media.schema);
    return validate(body) ? absent : [...absent, ...validate.errors!.map(inWords)];
  }

  #in(place: Parameter['in']) {
    return this.#parameters.filter((each) => each.in === place);
  }
}

export const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => new Operation(method.toUpperCase(), path, described)),
);

/** A number of a path or a query is text on its way. */
function typed(text: string, { type }: Schema): unknown {
  return [type].flat().includes('integer') && /^\d+$/.test(text) ? Number(text) : text;
}

function inWords({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || '/'} ${message}${'additionalProperty' in params ? ` (${params.additionalProperty})` : ''}`;
}

function validators(name: string, described: Document): (schema: Schema) => ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addVocabulary(['example']);
  const located = (schema: unknown) =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', `"${name}#/$defs/`)) as Schema;
  ajv.addSchema({ $id: name, $defs: located(described.components.schemas) });
  return (schema) => ajv.compile(located(schema));
}

/** The description, with every object of an answer holding what it names and nothing else. */
function closed(described: Document): Document {
  const schemas = described.components.schemas;
  const named = ({ $ref }: Schema) => schemas[String($ref).split('/').pop()!]!;
  // A part can have parts itself.
  const wholeOf = ({ allOf, ...schema }: Schema): Schema => {
    const parts = ((allOf ?? []) as Schema[]).map((part) => wholeOf(part.$ref ? named(part) : part));
    return parts.length ? merged([...parts, schema]) : schema;
  };
  const close = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(close);
    if (typeof value !== 'object' || value === null) return value;
    const whole = wholeOf(value as Schema);
    const result = Object.fromEntries(Object.entries(whole).map(([key, inner]) => [key, close(inner)]));
    return 'properties' in whole && typeof whole.properties === 'object' && whole.type === 'object'
      ? { additionalProperties: false, ...result }
      : result;
  };
  return close(described) as Document;
}

function merged(parts: readonly Schema[]): Schema {
  return {
    type: 'object',
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: parts.flatMap(({ required }) => (required ?? []) as string[]),
  };
}
