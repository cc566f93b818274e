import type { NodeRecord } from '../../model/cluster.ts';
import type { NodeLister } from '../source.ts';
import type { Absence } from './absence.ts';
import { nodeAbsence } from './node-absence.ts';
import { type HomeNode, homeNode, sightedPodAbsence, unseen, unseenPodAbsence } from './pod-absence.ts';
import type { PodDesk, ScrapeStates, Sightings } from './ports.ts';

/** Whom to ask why something has no metrics. */
export interface AbsenceParts {
  readonly nodes: Pick<NodeLister, 'get'>;
  readonly scrapes: ScrapeStates;
  readonly sightings: Sightings;
  readonly desk: PodDesk;
}

/** A pod somebody asked for. */
export interface AskedPod {
  readonly namespace: string;
  readonly name: string;
  /** It is among the pods that run. */
  readonly running: boolean;
}

/** Says why nodes and pods have no metrics. */
export class Absences {
  readonly #parts: AbsenceParts;

  constructor(parts: AbsenceParts) {
    this.#parts = parts;
  }

  /** Why a node has no metrics, given that it has none. */
  ofNode(node: Pick<NodeRecord, 'name' | 'ready'>): Absence {
    const { scrapes, sightings } = this.#parts;
    return nodeAbsence({
      node,
      state: scrapes.stateOf(node.name),
      hindrance: sightings.nodeHindrance(node.name),
    });
  }

  /** Why a pod has no metrics, given that it has none; undefined when there is no such pod. May ask the kube-apiserver. */
  async ofPod({ namespace, name, running }: AskedPod, signal: AbortSignal): Promise<Absence | undefined> {
    const seen = this.#ofSeenPod(namespace, name);
    if (running && seen !== undefined && !mayHaveMoved(seen)) return seen;
    const standing = await this.#parts.desk.look(namespace, name, signal);
    if (running && seen !== undefined && standing.kind === 'untold') return seen;
    return unseenPodAbsence(standing, (node) => this.#nodeOf(node));
  }

  /** The same of a pod that runs, without asking anybody. */
  ofRunningPod({ namespace, name }: Omit<AskedPod, 'running'>): Absence {
    const seen = this.#ofSeenPod(namespace, name);
    if (seen !== undefined && !mayHaveMoved(seen)) return seen;
    const standing = this.#parts.desk.remembered(namespace, name);
    const told = standing?.kind === 'found' ? unseenPodAbsence(standing, (node) => this.#nodeOf(node)) : undefined;
    return told ?? seen ?? { kind: 'unknown', text: unseen };
  }

  #ofSeenPod(namespace: string, name: string): Absence | undefined {
    const sighting = this.#parts.sightings.sightingOf(namespace, name);
    return sighting && sightedPodAbsence(sighting, this.#nodeOf(sighting.node));
  }

  #nodeOf(name: string): HomeNode {
    return homeNode(name, this.#parts.nodes.get(name), this.#parts.scrapes.stateOf(name));
  }
}

/** A pod that its node does not name any more, or whose node is gone, may run on another one by now, or may have ended. */
const mayHaveMoved = ({ kind }: Absence): boolean => kind === 'not-named' || kind === 'unknown-node';
