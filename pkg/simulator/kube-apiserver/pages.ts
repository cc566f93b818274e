import type { KubernetesObject } from './object-store.ts';
import type { ListMeta } from './representation.ts';

/** A part of a list. */
export type Page =
  | { readonly kind: 'page'; readonly items: readonly KubernetesObject[]; readonly metadata: ListMeta }
  /** What the token continues is no longer known. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'unreadable' };

/** A list as it was when its first page was asked for. */
interface Snapshot {
  readonly version: number;
  readonly items: readonly KubernetesObject[];
}

/** How many lists can be read page by page at the same time; the oldest is forgotten first. */
const snapshotLimit = 32;

/** Lists in pages: the later pages of a list show the same moment as its first. */
export class Pages {
  readonly #snapshots = new Map<string, Snapshot>();
  #count = 0;

  /** The first `limit` of `items`; 0 = all. */
  first(items: readonly KubernetesObject[], version: number, limit: number): Page {
    if (limit === 0 || items.length <= limit) {
      return { kind: 'page', items, metadata: { resourceVersion: String(version) } };
    }
    const id = String(++this.#count);
    this.#snapshots.set(id, { version, items });
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > snapshotLimit && oldest !== undefined) this.#snapshots.delete(oldest);
    return this.#page(id, 0, limit);
  }

  /** The page that `token` promised. */
  next(token: string, limit: number): Page {
    const parts = /^(\d+):(\d+)$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
    if (parts === null) return { kind: 'unreadable' };
    const [, id = '', offset = ''] = parts;
    return this.#page(id, Number(offset), limit);
  }

  /** Makes every token given out so far too old. */
  expire(): void {
    this.#snapshots.clear();
  }

  #page(id: string, offset: number, limit: number): Page {
    const snapshot = this.#snapshots.get(id);
    if (snapshot === undefined) return { kind: 'expired' };
    const { items, version } = snapshot;
    const end = limit === 0 ? items.length : Math.min(items.length, offset + limit);
    const resourceVersion = String(version);
    const metadata = end === items.length ? { resourceVersion } : continued(id, end, items.length, resourceVersion);
    return { kind: 'page', items: items.slice(offset, end), metadata };
  }
}

function continued(id: string, offset: number, length: number, resourceVersion: string): ListMeta {
  const token = Buffer.from(`${id}:${offset}`, 'latin1').toString('base64url');
  return { resourceVersion, continue: token, remainingItemCount: length - offset };
}
