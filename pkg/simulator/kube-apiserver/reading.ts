import { contradictions } from '../../apiserver/list-contradictions.ts';
import { invalid, type StatusCause } from '../../apiserver/status.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Call } from './call.ts';
import { formOf } from './negotiation.ts';
import type { KubernetesObject, ObjectStore } from './object-store.ts';
import type { Page, Pages } from './pages.ts';
import { json, type Reply, refusal } from './reply.ts';
import { represent, representList, type View } from './representation.ts';
import { isTrue, type ResourceTarget } from './request-target.ts';
import { type ResourceType, storeKey } from './resource-types.ts';
import { parseSelection, type Selection } from './selectors.ts';
import type { Watches } from './watch-stream.ts';

/** What lists and gets are read from. */
export interface ReadingOptions {
  readonly store: ObjectStore;
  readonly watches: Watches;
  readonly pages: Pages;
  readonly clock: Clock;
}

/** A watch whose client names no limit ends after so long. */
const watchTimeoutMs = 30 * 60_000;

/** Answers get, list and watch. */
export class Reading {
  readonly #options: ReadingOptions;

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  /** The path names the object when a reading verb is `get`; a name from a field selector does not count here. */
  answer(call: Call, target: ResourceTarget, type: ResourceType): Reply {
    const view = { type, form: formOf(call.headers.accept), now: this.#options.clock.now() };
    if (target.verb === 'get') return this.#get(target, view);

    const parsed = parseSelection(call.query, type.kind);
    if (parsed.kind === 'unreadable') return refusal('BadRequest', parsed.problem);
    const causes = contradictions(call.query);
    if (causes.length > 0) return contradicting(causes);
    const { namespace } = target;
    const selects: Selection = (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) && parsed.selects(object);
    return target.verb === 'watch' ? this.#watch(call, selects, view) : this.#list(call, selects, view);
  }

  #get({ name = '', namespace }: ResourceTarget, view: View): Reply {
    const { type } = view;
    const object = this.#options.store.get(storeKey(type), name, namespace);
    return object === undefined ? notFound(type, name) : json(represent(object, view));
  }

  #list(call: Call, selects: Selection, view: View): Reply {
    const limit = Number(call.query.get('limit') ?? 0);
    const token = call.query.get('continue') ?? '';
    const page = token === '' ? this.#firstPage(selects, view, limit) : this.#options.pages.next(token, limit);
    return pageReply(page, view);
  }

  #firstPage(selects: Selection, { type }: View, limit: number): Page {
    const { store, pages } = this.#options;
    const items: readonly KubernetesObject[] = store.list(storeKey(type)).filter(selects);
    return pages.first(items, store.version, limit);
  }

  #watch({ query, signal }: Call, selects: Selection, view: View): Reply {
    const timeoutSeconds = Number(query.get('timeoutSeconds') ?? 0);
    const body = this.#options.watches.stream({
      view,
      selects,
      after: this.#startOf(query),
      bookmarks: isTrue(query.get('allowWatchBookmarks')),
      timeoutMs: timeoutSeconds > 0 ? timeoutSeconds * 1000 : watchTimeoutMs,
      signal,
    });
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body };
  }

  /** The version after which a watch begins; undefined = with what is there now, which is as new as any version asked for. */
  #startOf(query: URLSearchParams): number | undefined {
    const version = query.get('resourceVersion') ?? '';
    const isAny = version === '' || version === '0';
    const initial = query.get('sendInitialEvents');
    if (initial === null ? isAny : isTrue(initial)) return undefined;
    return isAny ? this.#options.store.version : Number(version);
  }
}

function contradicting(causes: readonly StatusCause[]): Reply {
  const { message, details } = invalid('meta.k8s.io', 'ListOptions', causes);
  return refusal('Invalid', message, details);
}

function pageReply(page: Page, view: View): Reply {
  switch (page.kind) {
    case 'page':
      return json(representList(page.items, page.metadata, view));
    case 'expired':
      return refusal('Expired', 'The provided continue parameter is too old to display a consistent list result.');
    case 'unreadable':
      return refusal('BadRequest', 'continue key is not valid');
  }
}

/** The answer where an object is not there. */
export function notFound({ group, name: resource }: ResourceType, name: string): Reply {
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const details = { name, ...(group !== '' && { group }), kind: resource };
  return refusal('NotFound', `${qualified} "${name}" not found`, details);
}
