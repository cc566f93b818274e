import type { Labels } from '../model/cluster.ts';

/** Below this many, tidying is not worth the walk. */
const fewest = 1_000;

/**
 * One object for all equal label sets, so that the pods of a ReplicaSet share theirs. A set goes when everybody who shared
 * it has released it. An owner who cannot tell that calls `keepOnly` whenever `overgrown`: then at most twice the sets in
 * use are held.
 */
export class LabelSets {
  /** By hash; an array only where two different sets share one, which is rare. */
  #byHash = new Map<number, Labels | Labels[]>();
  /** How many have shared a set beyond the first; it is not among these while there is only one. */
  #others = new Map<Labels, number>();
  #size = 0;
  #sizeLimit = fewest;

  get size(): number {
    return this.#size;
  }

  get overgrown(): boolean {
    return this.#size > this.#sizeLimit;
  }

  /** The shared object equal to `labels`, which is `labels` itself where it is the first. */
  share(labels: Labels): Labels {
    const hash = hashOf(labels);
    const found = this.#byHash.get(hash);
    if (found === undefined) {
      this.#byHash.set(hash, labels);
      this.#size++;
      return labels;
    }
    const candidates = Array.isArray(found) ? found : [found as Labels];
    const twin = candidates.find((candidate) => sameLabelSet(candidate, labels));
    if (twin !== undefined) {
      this.#others.set(twin, (this.#others.get(twin) ?? 0) + 1);
      return twin;
    }
    this.#byHash.set(hash, [...candidates, labels]);
    this.#size++;
    return labels;
  }

  /** One who shared this set, by this very object, has no use for it any more. */
  release(labels: Labels): void {
    const others = this.#others.get(labels) ?? 0;
    if (others > 1) this.#others.set(labels, others - 1);
    else if (others === 1) this.#others.delete(labels);
    else this.#drop(labels);
  }

  #drop(labels: Labels): void {
    const hash = hashOf(labels);
    const found = this.#byHash.get(hash);
    const left = Array.isArray(found) ? found.filter((candidate) => candidate !== labels) : [];
    if (left.length > 0) this.#byHash.set(hash, left);
    else this.#byHash.delete(hash);
    this.#size--;
  }

  /** Forgets all sets but those in use. */
  keepOnly(used: Iterable<Labels>): void {
    this.#byHash = new Map();
    this.#others = new Map();
    this.#size = 0;
    // Neighbours share their labels more often than not, and hashing these takes long.
    let before: Labels | undefined;
    for (const labels of used) {
      if (labels !== before) this.share(labels);
      before = labels;
    }
    this.#sizeLimit = Math.max(fewest, 2 * this.#size);
  }
}

/** Label names come sorted from the kube-apiserver; the same set in another order counts as another one. */
export function sameLabelSet(a: Labels, b: Labels): boolean {
  if (a === b) return true;
  const names = Object.keys(a);
  const others = Object.keys(b);
  return names.length === others.length && names.every((name, at) => name === others[at] && a[name] === b[name]);
}

/** FNV-1a over names and values, folded to what V8 keeps in a map without a box. */
function hashOf(labels: Labels): number {
  let hash = 0x811c9dc5;
  for (const [name, value] of Object.entries(labels)) {
    hash = hashText(hashText(hash, name), value);
  }
  return hash & 0x3fffffff;
}

function hashText(seed: number, text: string): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return Math.imul(hash ^ 0xff, 0x01000193);
}
