import type { PodKey } from '../../model/cluster.ts';
import type { ScrapeTrouble } from './absence.ts';

/** How the scraping of one node stands. */
export interface ScrapeState {
  /** How the last asking ended, or why nobody asks. */
  readonly kind: 'scraped' | 'not-asked' | ScrapeTrouble;
  /** The same for people, with what would help; fits behind "node n7 was not scraped: ". */
  readonly text: string;
  /** Milliseconds since usage last came of it; absent when it never did. */
  readonly silentMs?: number;
  /** Containers in the last good answer. */
  readonly containers?: number;
}

/** Who knows how scraping goes: the scraper. */
export interface ScrapeStates {
  /** Undefined where there is no such node. */
  stateOf(node: string): ScrapeState | undefined;
}

/** What keeps something from being published of which samples came. */
export type Hindrance = 'unreadable' | 'not-named' | 'first-sample' | 'standing-still';

/** A pod that some kubelet spoke of. */
export interface Sighting {
  readonly node: string;
  /** Absent when it is published. */
  readonly hindrance?: Hindrance;
  /** The container that has it. */
  readonly container?: string;
}

/** Who knows what kubelets spoke of: the storage. */
export interface Sightings {
  servesPod(pod: PodKey): boolean;
  /** Undefined for a pod that no kubelet spoke of lately. */
  sightingOf(namespace: string, name: string): Sighting | undefined;
  /** Undefined when the node is published, or was never heard of. */
  nodeHindrance(name: string): Hindrance | undefined;
}

/** What the kube-apiserver says of one pod. */
export type PodStanding =
  | {
      readonly kind: 'found';
      /** Empty before the pod has a node. */
      readonly node: string;
      /** `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`. */
      readonly phase: string;
      /** Milliseconds since its kubelet took it on; absent before. */
      readonly ageMs?: number;
    }
  | { readonly kind: 'absent' }
  /** It could not be asked, or did not tell. */
  | { readonly kind: 'untold'; readonly message: string };

/** Who can be asked about a single pod, at a cost. */
export interface PodDesk {
  /** Never rejects. */
  look(namespace: string, name: string, signal: AbortSignal): Promise<PodStanding>;
  /** What was told lately, for nothing. */
  remembered(namespace: string, name: string): PodStanding | undefined;
}
