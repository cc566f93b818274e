import type { NodeRecord } from '../../model/cluster.ts';
import type { Absence } from './absence.ts';
import { scrapeAbsence, stuck } from './node-absence.ts';
import type { PodStanding, ScrapeState, Sighting } from './ports.ts';

/** A node a pod runs on; it may be gone from the cluster. */
export interface HomeNode {
  readonly name: string;
  readonly ready: boolean;
  readonly state: ScrapeState | undefined;
}

/** Puts what a node's name stands for on record. */
export const homeNode = (
  name: string,
  record: Pick<NodeRecord, 'ready'> | undefined,
  state: ScrapeState | undefined,
): HomeNode => ({ name, ready: record?.ready ?? true, state: record && state });

/** Why a pod that some kubelet spoke of has no metrics. */
export function sightedPodAbsence({ hindrance, container = '' }: Sighting, node: HomeNode): Absence {
  const trouble = scrapeAbsence(node, node.state);
  if (trouble !== undefined) return trouble;
  const kubelet = `the kubelet of node ${node.name}`;
  switch (hindrance) {
    case undefined:
    case 'first-sample': {
      const text = `${kubelet} has measured its container ${container} once so far, and a rate takes two samples`;
      return { kind: 'first-sample', text };
    }
    case 'standing-still':
      return { kind: hindrance, text: `${kubelet} repeats an old sample of its container ${container}: ${stuck}` };
    case 'unreadable':
      return { kind: hindrance, text: `${kubelet} sends nothing of its container ${container} that could be read` };
    case 'not-named':
      return unnamed(node, Number.POSITIVE_INFINITY);
    default:
      return hindrance satisfies never;
  }
}

/** Why a pod that no kubelet spoke of has no metrics, by what the kube-apiserver says of it; undefined = no such pod. */
export function unseenPodAbsence(standing: PodStanding, nodeOf: (name: string) => HomeNode): Absence | undefined {
  if (standing.kind === 'absent') return undefined;
  if (standing.kind === 'untold')
    return { kind: 'unknown', text: `${unseen}, and where it runs is not known: ${standing.message}` };
  const { node: name, phase, ageMs } = standing;
  if (phase !== 'Running')
    return { kind: 'not-running', text: `it is ${phase || 'not Running'}, and only Running pods are measured` };
  if (name === '') return { kind: 'not-asked', text: 'it has no node yet' };
  const node = nodeOf(name);
  return scrapeAbsence(node, node.state) ?? unnamed(node, ageMs ?? Number.POSITIVE_INFINITY);
}

/** What can be said of a pod that no kubelet spoke of without asking anybody. */
export const unseen = 'no kubelet has spoken of it';

/** A kubelet speaks of a container after its first housekeeping, 10 to 20 seconds after the start. */
const youngMs = 30_000;

function unnamed({ name, state }: HomeNode, ageMs: number): Absence {
  const kubelet = `the kubelet of node ${name}`;
  if (ageMs < youngMs) {
    return { kind: 'first-sample', text: `it has just started, and ${kubelet} has not measured it yet` };
  }
  if (state?.containers === 0)
    return { kind: 'no-containers', text: `${kubelet} answers without any container: ${mute}` };
  return {
    kind: 'not-named',
    text: `${kubelet} answers, but does not speak of it; its container runtime may not know it`,
  };
}

const mute =
  'nothing comes from its container runtime; its cgroup driver, its cgroup version or its CRI endpoint may not fit the kubelet';
