import { parseObjects } from './parse-objects.ts';

/** One page of a list, before anybody looks into its objects. */
export interface ListPage {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  /** Token for the next page; empty on the last one. */
  readonly next: string;
}

/** One line of a watch. */
export type WatchEvent =
  | { readonly kind: 'put'; readonly object: unknown; readonly resourceVersion: string }
  | { readonly kind: 'removed'; readonly object: unknown; readonly resourceVersion: string }
  | { readonly kind: 'bookmark'; readonly resourceVersion: string }
  /** The kube-apiserver ends the watch with a Status: 410 where the past we ask for is forgotten. */
  | { readonly kind: 'failed'; readonly code: number; readonly message: string }
  | { readonly kind: 'garbage' };

interface Meta {
  readonly resourceVersion?: unknown;
  readonly continue?: unknown;
}

/** What an event carries: an object, or the Status that ends the watch. */
interface EventObject {
  readonly metadata?: Meta;
  readonly code?: unknown;
  readonly message?: unknown;
}

/** Reads a list's envelope; undefined where it is none. */
export function decodePage(body: unknown): ListPage | undefined {
  const list = body as { readonly metadata?: Meta; readonly items?: unknown } | null;
  const version = list?.metadata?.resourceVersion;
  if (typeof version !== 'string') return undefined;
  // Go prints an empty list as null now and then.
  const items = list?.items ?? [];
  if (!Array.isArray(items)) return undefined;
  const next = list?.metadata?.continue;
  return { items, resourceVersion: version, next: typeof next === 'string' ? next : '' };
}

/** Reads one line of a watch. */
export function decodeEvent(line: string): WatchEvent {
  const { type, object } = (parse(line) ?? {}) as { readonly type?: unknown; readonly object?: EventObject | null };
  if (typeof object !== 'object' || object === null) return { kind: 'garbage' };
  if (type === 'ERROR') return failure(object);
  const kind = kinds.get(type);
  const version = object.metadata?.resourceVersion;
  if (kind === undefined || typeof version !== 'string') return { kind: 'garbage' };
  return kind === 'bookmark' ? { kind, resourceVersion: version } : { kind, object, resourceVersion: version };
}

const kinds: ReadonlyMap<unknown, 'put' | 'removed' | 'bookmark'> = new Map([
  ['ADDED', 'put'],
  ['MODIFIED', 'put'],
  ['DELETED', 'removed'],
  ['BOOKMARK', 'bookmark'],
]);

function failure({ code, message }: EventObject): WatchEvent {
  return {
    kind: 'failed',
    code: typeof code === 'number' ? code : 0,
    message: typeof message === 'string' ? message : 'no reason given',
  };
}

function parse(line: string): unknown {
  try {
    return parseObjects(line);
  } catch {
    // Cut or mangled on its way: the caller counts it.
    return null;
  }
}
