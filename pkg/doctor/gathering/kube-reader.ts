import { problemOf, problemOfFailure } from '../../kube/connection/problem.ts';
import type { KubeRequest, KubeResponse, KubeTransport } from '../../kube/connection/transport.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import { type Fields, fieldsOf, listAt, textAt } from './fields.ts';

/** What one question came to. `unseen` says why nobody knows. */
export type Reading<T> = { readonly kind: 'seen'; readonly value: T } | { readonly kind: 'absent' } | Unseen;

/** Why nobody knows; `status` is that of the answer, absent where none came. */
export interface Unseen {
  readonly kind: 'unseen';
  readonly why: string;
  readonly status?: number;
}

/** Text of an answer of any status. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Values of `Warning` headers. */
  readonly warnings: string;
}

/** What asking takes. */
export interface KubeReaderOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** For each request, the whole answer included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Nodes are 20 KB each. */
const pageSize = 250;
/** 50,000 objects: nothing a doctor looks at is that numerous in any cluster we know. */
const maxPages = 200;

/** Asks a kube-apiserver, each time within a deadline, and changes nothing: reviews are questions too. */
export class KubeReader {
  readonly #options: KubeReaderOptions;

  constructor(options: KubeReaderOptions) {
    this.#options = options;
  }

  /** One object. Never rejects. */
  async get(path: string): Promise<Reading<Fields>> {
    return this.#ask({ method: 'GET', path }, async (response) => fieldsOf(await response.json()));
  }

  /** All objects of a list, page by page. Never rejects. */
  async list(path: string, query: Readonly<Record<string, string>> = {}): Promise<Reading<readonly Fields[]>> {
    const items: Fields[] = [];
    let next = '';
    for (let pages = 0; pages < maxPages; pages++) {
      const paged = { ...query, limit: String(pageSize), ...(next !== '' && { continue: next }) };
      const page = await this.#ask({ method: 'GET', path, query: paged }, (response) => response.json());
      if (page.kind !== 'seen') return page;
      items.push(...listAt(page.value, 'items'));
      next = textAt(page.value, 'metadata', 'continue');
      if (next === '') return { kind: 'seen', value: items };
    }
    return { kind: 'unseen', why: `the list at ${path} has no end` };
  }

  /** The first objects of a list. Never rejects. */
  async first(
    path: string,
    count: number,
    query: Readonly<Record<string, string>> = {},
  ): Promise<Reading<readonly Fields[]>> {
    const limited = { ...query, limit: String(count) };
    return this.#ask({ method: 'GET', path, query: limited }, async (response) =>
      listAt(await response.json(), 'items'),
    );
  }

  /** The status of a review. Never rejects. */
  async review(path: string, body: object): Promise<Reading<Fields>> {
    return this.#ask({ method: 'POST', path, body }, async (response) =>
      fieldsOf(fieldsOf(await response.json())['status']),
    );
  }

  /** An answer as it comes, whatever its status. Never rejects. */
  async text(path: string, query?: Readonly<Record<string, string>>): Promise<Reading<Answer>> {
    return this.#within({ method: 'GET', path, ...(query && { query }) }, async (response) => ({
      kind: 'seen',
      value: {
        status: response.status,
        text: await response.text(),
        warnings: [response.headers['warning'] ?? []].flat().join('\n'),
      },
    }));
  }

  #ask<T>(order: Order, read: (response: KubeResponse) => Promise<T>): Promise<Reading<T>> {
    return this.#within(order, async (response) => {
      if (response.status >= 200 && response.status < 300) return { kind: 'seen', value: await read(response) };
      if (response.status === 404) return { kind: 'absent' };
      const { message, status } = await problemOf(response);
      return { kind: 'unseen', why: lackOfRights(message) ?? message, ...(status !== undefined && { status }) };
    });
  }

  async #within<T>(order: Order, take: (response: KubeResponse) => Promise<Reading<T>>): Promise<Reading<T>> {
    const { transport, clock, timeoutMs, signal } = this.#options;
    using limit = deadline(signal, timeoutMs, clock);
    try {
      using response = await transport.request({ ...order, signal: limit.signal });
      return await take(response);
    } catch (cause) {
      return { kind: 'unseen', why: problemOfFailure(cause, transport).message };
    }
  }
}

/** `we may not list deployments.apps`, for a refusal in the words of a kube-apiserver. */
export function lackOfRights(message: string): string | undefined {
  const [, verb, resource, group = ''] = /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"/.exec(message) ?? [];
  if (verb === undefined || resource === undefined) return undefined;
  const [name, subresource] = resource.split('/');
  const qualified = group === '' ? name : `${name}.${group}`;
  return `we may not ${verb} ${qualified}${subresource === undefined ? '' : `/${subresource}`}`;
}

type Order = Omit<KubeRequest, 'signal'>;

/** What was seen, made into something else; absent and unseen stay what they are. */
export function mapSeen<T, U>(reading: Reading<T>, make: (value: T) => U): Reading<U> {
  return reading.kind === 'seen' ? { kind: 'seen', value: make(reading.value) } : reading;
}
