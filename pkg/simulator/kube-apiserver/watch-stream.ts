import type { Clock } from '../../lifecycle/clock.ts';
import type { Change, KubernetesObject, ObjectStore } from './object-store.ts';
import { failure } from './reply.ts';
import { represent, type View } from './representation.ts';
import { apiVersionOf, storeKey } from './resource-types.ts';
import type { Selection } from './selectors.ts';

/** What one client wants to be told of. */
export interface WatchOrder {
  readonly view: View;
  readonly selects: Selection;
  /** Changes after this version; undefined = what is there now, as additions, and then every change. */
  readonly after: number | undefined;
  /** One each minute, and one that marks the end of what was there at the start. */
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What watches are fed from, and how long they last. */
export interface WatchesOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Between two bookmarks, in milliseconds. */
  readonly bookmarkMs: number;
}

/**
 * A client that falls behind by so many changes is cut off, as a kube-apiserver does. What it begins with does not count: it
 * is read as fast as the client takes it.
 */
const backlogLimit = 20_000;

/** So many lines of what a watch begins with are one piece: a line each is a TLS record and a system call each. */
const linesInPiece = 64;

/** Every watch that is open, and the ways they can all go wrong. */
export class Watches {
  readonly #options: WatchesOptions;
  readonly #open = new Set<Subscription>();

  constructor(options: WatchesOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#open.size;
  }

  /** One watch as lines of JSON, one or several at a time, from now until it ends. */
  async *stream(order: WatchOrder): AsyncGenerator<string> {
    const { store, clock, bookmarkMs } = this.#options;
    const subscription = new Subscription();
    using closing = new DisposableStack();
    closing.use(store.onChange((change) => subscription.offer(eventOf(change, order))));
    closing.use(clock.timer(order.timeoutMs, () => subscription.end()));
    if (order.bookmarks) closing.use(this.#bookmarksEvery(bookmarkMs, subscription, order));
    const giveUp = (): void => subscription.cut('the client is gone');
    order.signal.addEventListener('abort', giveUp, { once: true });
    closing.defer(() => order.signal.removeEventListener('abort', giveUp));
    closing.defer(() => this.#open.delete(subscription));

    this.#open.add(subscription);
    yield* subscription.pieces(this.#beginning(subscription, order));
  }

  /** Cuts every connection in the middle, as a network does. */
  drop(): void {
    for (const subscription of this.#open) subscription.cut('watches are dropped on demand');
  }

  /** Every watch open now falls silent for ever and never ends by itself: a half-open connection. New ones work. */
  silence(): void {
    for (const subscription of this.#open) subscription.silence();
  }

  /** Every watch open now is told that its version is too old, and ends. */
  expire(): void {
    for (const subscription of this.#open) {
      subscription.offer(tooOld(0, this.#options.store.version));
      subscription.end();
    }
  }

  /** What comes before every change from now on. Taken here and now; written only as it is read. */
  #beginning(subscription: Subscription, order: WatchOrder): Iterable<string> {
    const { store } = this.#options;
    if (order.after === undefined) {
      const additions = store
        .list(storeKey(order.view.type))
        .values()
        .map((object) => additionOf(object, order));
      return inPieces(additions, order.bookmarks ? bookmark(store.version, order, true) : '');
    }
    const missed = store.changesAfter(order.after);
    if (missed !== undefined) return inPieces(missed.values().map((change) => eventOf(change, order)));
    subscription.offer(tooOld(order.after, store.version));
    subscription.end();
    return [];
  }

  #bookmarksEvery(ms: number, subscription: Subscription, order: WatchOrder): Disposable {
    const { store, clock } = this.#options;
    let timer: Disposable;
    const ring = (): void => {
      subscription.offer(bookmark(store.version, order, false));
      timer = clock.timer(ms, ring);
    };
    timer = clock.timer(ms, ring);
    return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
  }
}

/** Lines on their way to one client. */
class Subscription {
  readonly #waiting: string[] = [];
  #wake: () => void = () => undefined;
  #ended = false;
  #silent = false;
  #cutBecause: string | undefined;

  offer(text: string | undefined): void {
    if (text === undefined || this.#ended || this.#silent) return;
    this.#waiting.push(text);
    if (this.#waiting.length > backlogLimit) this.cut('the client is too slow');
    this.#wake();
  }

  end(): void {
    if (this.#silent) return;
    this.#ended = true;
    this.#wake();
  }

  cut(reason: string): void {
    this.#cutBecause ??= reason;
    this.#wake();
  }

  silence(): void {
    this.#silent = true;
    this.#waiting.length = 0;
  }

  /** `beginning`, for as long as nothing has happened to this watch, and then what was offered meanwhile and is from now on. */
  async *pieces(beginning: Iterable<string>): AsyncGenerator<string> {
    for (const piece of beginning) {
      if (this.#silent || this.#ended || this.#cutBecause !== undefined) break;
      yield piece;
    }
    while (this.#cutBecause === undefined) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    throw new Error(this.#cutBecause);
  }
}

/** What a change looks like to this watch: an object that no longer matches has, to it, been deleted. */
function eventOf(change: Change, { view, selects }: WatchOrder): string | undefined {
  if (change.resource !== storeKey(view.type)) return undefined;
  const { now, before, version } = change;
  const knew = before !== undefined && selects(before);
  if (now !== undefined && selects(now)) return line(knew ? 'MODIFIED' : 'ADDED', represent(now, view));
  return knew ? line('DELETED', represent(at(before, version), view)) : undefined;
}

function additionOf(object: KubernetesObject, { view, selects }: WatchOrder): string | undefined {
  return selects(object) ? line('ADDED', represent(object, view)) : undefined;
}

/** The lines there are, some at a time, and `last` behind them. */
function* inPieces(lines: Iterable<string | undefined>, last = ''): Generator<string> {
  let piece = '';
  let count = 0;
  for (const next of lines) {
    if (next === undefined) continue;
    piece += next;
    if (++count % linesInPiece > 0) continue;
    yield piece;
    piece = '';
  }
  piece += last;
  if (piece !== '') yield piece;
}

function at(object: KubernetesObject, version: number): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
}

function bookmark(version: number, { view }: WatchOrder, initialEnd: boolean): string {
  const partial = view.form === 'metadata';
  const metadata = {
    resourceVersion: String(version),
    creationTimestamp: null,
    ...(initialEnd && { annotations: { 'k8s.io/initial-events-end': 'true' } }),
  };
  const kind = partial ? 'PartialObjectMetadata' : view.type.kind;
  return line('BOOKMARK', { kind, apiVersion: partial ? 'meta.k8s.io/v1' : apiVersionOf(view.type), metadata });
}

function tooOld(asked: number, version: number): string {
  return line('ERROR', failure('Expired', `too old resource version: ${asked} (${version})`));
}

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}
