import { as, type EpochMs } from '../../model/units.ts';
import type { RunningKubelets, Subject, TrueUsage } from '../kubelets/running-kubelets.ts';
import type { PodShape } from '../shape/cluster-shape.ts';

/** What was truly used between two moments (epoch milliseconds), where it is known. */
export interface TruthReport {
  readonly from: number;
  readonly to: number;
  readonly nodes: readonly (Partial<TrueUsage> & { readonly name: string; readonly replay: boolean })[];
  readonly pods: readonly PodTruth[];
}

/** True usage of a pod and of each of its containers; figures are absent where they are not known. */
export interface PodTruth extends Partial<TrueUsage> {
  readonly node: string;
  readonly namespace: string;
  readonly name: string;
  readonly containers: readonly (Partial<TrueUsage> & { readonly name: string })[];
}

/** The true usage of everything in the pretend cluster. */
export function truthReport(kubelets: RunningKubelets, from: number, to: number): TruthReport {
  const usage = (subject: Subject): Partial<TrueUsage> =>
    kubelets.truth(subject, as<EpochMs>(from), as<EpochMs>(to)) ?? {};
  const { nodes } = kubelets.shape();
  return {
    from,
    to,
    nodes: nodes.map(({ name, replay = false }) => ({ name, replay, ...usage({ kind: 'node', node: name }) })),
    pods: nodes.flatMap((node) => node.pods.map((pod) => podTruth(pod, node.name, usage))),
  };
}

function podTruth(
  { namespace, name, containers }: PodShape,
  node: string,
  usage: (subject: Subject) => Partial<TrueUsage>,
): PodTruth {
  const ref = { namespace, pod: name };
  return {
    node,
    namespace,
    name,
    ...usage({ kind: 'pod', ...ref }),
    containers: containers.map((container) => {
      return { name: container.name, ...usage({ kind: 'container', ...ref, container: container.name }) };
    }),
  };
}
