import type { Labels } from '../model/cluster.ts';

/** Below this many, tidying is not worth the walk. */
const fewest = 1_000;

/**
 * One object for all equal label sets, so that the pods of a ReplicaSet share theirs. Sets that nobody uses any more go
 * at the next `keepOnly`, which the owner calls whenever `overgrown`: at most twice the sets in use are held.
 */
export class LabelSets {
  /** By hash; an array only where two different sets share one, which is rare. */
  #byHash = new Map<number, Labels | Labels[]>();
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
    const twin = candidates.find((candidate) => equal(candidate, labels));
    if (twin !== undefined) return twin;
    this.#byHash.set(hash, [...candidates, labels]);
    this.#size++;
    return labels;
  }

  /** Forgets all sets but those in use. */
  keepOnly(used: Iterable<Labels>): void {
    this.#byHash = new Map();
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

/** Label names come sorted from the kube-apiserver; the same set in another order would merely not be shared. */
function equal(a: Labels, b: Labels): boolean {
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
