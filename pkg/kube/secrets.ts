import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';
import { problemOf, problemOfFailure } from './connection/problem.ts';
import type { KubeResponse, KubeTransport } from './connection/transport.ts';

/** What a Secret holds, decoded, by key. */
export type SecretData = ReadonlyMap<string, Buffer>;

/** A Secret as it was when it was read. */
export interface StoredSecret {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Keys whose value is no text are left out. */
  readonly data: SecretData;
  /** Everything else, as it came: labels and annotations of others survive our updates. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/** Why nothing came of a request; the message says what would help. */
export type SecretRefusal =
  /** Our account lacks a right; the message spells out the rule that grants it. */
  | { readonly kind: 'forbidden'; readonly message: string }
  /** No answer, or none to work with: worth another try later. */
  | { readonly kind: 'unavailable'; readonly message: string };

/** What reading gave. */
export type SecretReading =
  | { readonly kind: 'found'; readonly secret: StoredSecret }
  | { readonly kind: 'absent' }
  | SecretRefusal;

/** What creating gave. */
export type SecretCreation =
  | { readonly kind: 'written'; readonly secret: StoredSecret }
  /** Somebody else was first: read theirs. */
  | { readonly kind: 'exists' }
  | SecretRefusal;

/** What updating gave. */
export type SecretUpdate =
  | { readonly kind: 'written'; readonly secret: StoredSecret }
  /** It changed since it was read, or was deleted and made anew: read it again. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'absent' }
  | SecretRefusal;

/** A Secret that is not there yet. */
export interface NewSecret {
  readonly namespace: string;
  readonly name: string;
  readonly data: SecretData;
  readonly labels?: Readonly<Record<string, string>>;
  /** Absent = Opaque. */
  readonly type?: string;
}

/** What asking for Secrets takes. */
export interface SecretClientOptions {
  readonly connection: KubeTransport;
  readonly clock: Clock;
}

type Verb = 'get' | 'create' | 'update';

interface Order {
  readonly verb: Verb;
  readonly namespace: string;
  readonly name: string;
  readonly body?: object;
}

type Outcome =
  | { readonly kind: 'done'; readonly secret: StoredSecret }
  | { readonly kind: 'status'; readonly status: number; readonly message: string }
  | SecretRefusal;

const methods = { get: 'GET', create: 'POST', update: 'PUT' } as const;

const timeLimitMs = 10_000;

/** A Secret holds 1 MiB, which is base64 here, beside whatever others write into its metadata. */
const answerLimit = 4 * 1024 * 1024;

/** Reads and writes single Secrets by name, each request once and for ten seconds at most. Nothing is remembered here. */
export class SecretClient {
  readonly #options: SecretClientOptions;

  constructor(options: SecretClientOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async read(namespace: string, name: string, signal: AbortSignal): Promise<SecretReading> {
    const outcome = await this.#submit({ verb: 'get', namespace, name }, signal);
    if (outcome.kind === 'done') return { kind: 'found', secret: outcome.secret };
    if (outcome.kind === 'status' && outcome.status === 404) return { kind: 'absent' };
    return refusalOf(outcome);
  }

  /** Never rejects; never changes a Secret that is there. */
  async create(
    { namespace, name, data, labels, type = 'Opaque' }: NewSecret,
    signal: AbortSignal,
  ): Promise<SecretCreation> {
    const metadata = { name, namespace, ...(labels && { labels }) };
    const body = { apiVersion: 'v1', kind: 'Secret', metadata, type, data: encoded(data) };
    const outcome = await this.#submit({ verb: 'create', namespace, name, body }, signal);
    if (outcome.kind === 'done') return { kind: 'written', secret: outcome.secret };
    if (outcome.kind === 'status' && outcome.status === 409) return { kind: 'exists' };
    return refusalOf(outcome);
  }

  /** Replaces the whole data of `secret` if nobody has changed the Secret since it was read. Never rejects. */
  async update(secret: StoredSecret, data: SecretData, signal: AbortSignal): Promise<SecretUpdate> {
    const { namespace, name, rest } = secret;
    const body = { ...rest, data: encoded(data) };
    const outcome = await this.#submit({ verb: 'update', namespace, name, body }, signal);
    if (outcome.kind === 'done') return { kind: 'written', secret: outcome.secret };
    if (outcome.kind === 'status' && outcome.status === 409) return { kind: 'conflict' };
    if (outcome.kind === 'status' && outcome.status === 404) return { kind: 'absent' };
    return refusalOf(outcome);
  }

  async #submit(order: Order, signal: AbortSignal): Promise<Outcome> {
    const { connection, clock } = this.#options;
    const { verb, namespace, name, body } = order;
    const collection = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
    const path = verb === 'create' ? collection : `${collection}/${encodeURIComponent(name)}`;
    using limit = deadline(signal, timeLimitMs, clock);
    try {
      using response = await connection.request({
        method: methods[verb],
        path,
        ...(body && { body }),
        signal: limit.signal,
      });
      return await outcomeOf(response, order);
    } catch (cause) {
      return { kind: 'unavailable', message: `${whatOf(order)}: ${problemOfFailure(cause, connection).message}` };
    }
  }
}

async function outcomeOf(response: KubeResponse, order: Order): Promise<Outcome> {
  if (response.status === 200 || response.status === 201) {
    const secret = decodeSecret(await response.json(answerLimit), order);
    return secret === undefined
      ? { kind: 'unavailable', message: `${whatOf(order)}: the answer is no Secret` }
      : { kind: 'done', secret };
  }
  const { message, status = 0 } = await problemOf(response);
  if (status === 403) return { kind: 'forbidden', message: `${whatOf(order)}: ${message}; it takes ${ruleOf(order)}` };
  return { kind: 'status', status, message: `${whatOf(order)}: ${message}` };
}

/** What is left when the caller has taken the statuses that mean something to it. */
function refusalOf(outcome: Exclude<Outcome, { readonly kind: 'done' }>): SecretRefusal {
  return outcome.kind === 'status' ? { kind: 'unavailable', message: outcome.message } : outcome;
}

const whatOf = ({ verb, namespace, name }: Order): string => `cannot ${verb} Secret ${namespace}/${name}`;

/** RBAC cannot tie `create` to a name: the name is not in the path. */
function ruleOf({ verb, namespace, name }: Order): string {
  const names = verb === 'create' ? '' : `, resourceNames: ["${name}"]`;
  return `a Role in namespace ${namespace} with the rule {apiGroups: [""], resources: ["secrets"]${names}, verbs: ["${verb}"]}`;
}

function encoded(data: SecretData): Record<string, string> {
  return Object.fromEntries([...data].map(([key, value]) => [key, value.toString('base64')]));
}

function decodeSecret(object: unknown, { namespace, name }: Order): StoredSecret | undefined {
  if (!isFields(object) || !isFields(object['metadata'])) return undefined;
  const { data, ...rest } = object;
  const { uid, resourceVersion } = object['metadata'];
  if (typeof uid !== 'string' || typeof resourceVersion !== 'string') return undefined;
  const entries = Object.entries(isFields(data) ? data : {});
  const decoded = entries.flatMap(([key, value]): [string, Buffer][] =>
    typeof value === 'string' ? [[key, Buffer.from(value, 'base64')]] : [],
  );
  return { namespace, name, uid, resourceVersion, data: new Map(decoded), rest };
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
