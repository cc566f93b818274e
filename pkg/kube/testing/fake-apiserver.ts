import type { KubeRequest, KubeResponse, KubeTransport } from '../connection/transport.ts';
import { FakeStream } from './fake-stream.ts';

/** An object as the fake holds it. */
export interface FakeObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** An answer made by hand. */
export interface HandMade {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: FakeObject;
}

/** A kube-apiserver with one collection, for tests of those who list and watch: no sockets, no time of its own. */
export class FakeApiserver implements KubeTransport {
  readonly server = 'https://apiserver.test';
  readonly requests: KubeRequest[] = [];
  /** Answers given before any other, first in, first out. */
  readonly handMade: HandMade[] = [];
  /** True = requests are taken and never answered. */
  hangs = false;
  /** True = a watch from the forgotten past is answered with an ERROR event, as kube-apiservers do as well. */
  tellsStaleInStream = false;
  #down = false;
  #version = 100;
  #forgotten = 0;
  readonly #objects = new Map<string, FakeObject>();
  readonly #changes: Change[] = [];
  readonly #streams = new Set<FakeStream>();

  get openWatches(): number {
    return this.#streams.size;
  }

  /** The lists asked for so far, first pages only. */
  get lists(): number {
    return this.requests.filter(({ query }) => query?.['watch'] !== 'true' && query?.['continue'] === undefined).length;
  }

  get watches(): readonly KubeRequest[] {
    return this.requests.filter(({ query }) => query?.['watch'] === 'true');
  }

  /** Names of all objects, sorted. */
  get names(): string[] {
    return [...this.#objects.values()].map(({ metadata }) => metadata.name).sort();
  }

  put(object: FakeObject): void {
    const key = keyOf(object);
    const stamped = this.#stamp(object);
    this.#change({ version: this.#version, type: this.#objects.has(key) ? 'MODIFIED' : 'ADDED', object: stamped });
    this.#objects.set(key, stamped);
  }

  remove(object: FakeObject): void {
    if (!this.#objects.delete(keyOf(object))) return;
    this.#change({ type: 'DELETED', object: this.#stamp(object), version: this.#version });
  }

  bookmark(): void {
    const metadata = { resourceVersion: String(++this.#version), creationTimestamp: null };
    this.say(JSON.stringify({ type: 'BOOKMARK', object: { metadata } }));
  }

  /** Sends a line to all open watches, whatever it is. */
  say(line: string): void {
    for (const stream of this.#streams) stream.push(line);
  }

  /** Ends all open watches in order, as after `timeoutSeconds`. */
  endWatches(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  /** Breaks all open watches, and refuses connections until `start`. */
  stop(): void {
    this.#down = true;
    for (const stream of this.#streams) stream.fail(new Error('other side closed'));
    this.#streams.clear();
  }

  start(): void {
    this.#down = false;
  }

  /** Forgets everything up to now: older watches and continue tokens get 410. */
  forget(): void {
    this.#forgotten = this.#version;
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    this.requests.push(request);
    const { signal, query = {} } = request;
    signal.throwIfAborted();
    if (this.#down) throw Object.assign(new Error('connect ECONNREFUSED 192.0.2.1:443'), { code: 'ECONNREFUSED' });
    if (this.hangs) return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const prepared = this.handMade.shift();
    if (prepared !== undefined) return whole(prepared.status, prepared.body, prepared.headers);
    if (query['watch'] === 'true') return this.#watch(Number(query['resourceVersion']), signal);
    return this.#list(Number(query['limit']), query['continue']);
  }

  #stamp(object: FakeObject): FakeObject {
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
  }

  #change(change: Change): void {
    this.#changes.push(change);
    this.say(lineOf(change));
  }

  #list(limit: number, token: string | undefined): KubeResponse {
    const [version = this.#version, start = 0] = token?.split('/').map(Number) ?? [];
    if (version < this.#forgotten) return whole(410, { message: 'The provided continue parameter is too old' });
    const all = [...this.#objects.values()];
    const next = start + limit < all.length ? { continue: `${version}/${start + limit}` } : {};
    const metadata = { resourceVersion: String(version), ...next };
    return whole(200, { metadata, items: all.slice(start, start + limit) });
  }

  #watch(from: number, signal: AbortSignal): KubeResponse {
    const stale = from < this.#forgotten;
    const status = { code: 410, message: 'too old resource version' };
    if (stale && !this.tellsStaleInStream) return whole(410, status);
    const stream = new FakeStream(signal);
    if (stale) {
      stream.push(JSON.stringify({ type: 'ERROR', object: status }));
      stream.end();
    } else {
      this.#streams.add(stream);
      for (const change of this.#changes) if (change.version > from) stream.push(lineOf(change));
    }
    return { ...whole(200, ''), lines: () => stream, [Symbol.dispose]: () => void this.#streams.delete(stream) };
  }
}

function whole(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): KubeResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers,
    text: () => Promise.resolve(text),
    json: async () => JSON.parse(text) as unknown,
    async *lines() {
      yield text.split('\n');
    },
    [Symbol.dispose]: () => undefined,
  };
}

const lineOf = ({ type, object }: Change): string => JSON.stringify({ type, object });

const keyOf = ({ metadata }: FakeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
