import type { Kubectl } from './kubectl.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** A Node as far as the suite looks. */
export interface Node {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status: {
    readonly conditions?: readonly Condition[];
    readonly allocatable: { readonly cpu: string; readonly memory: string };
    readonly capacity: { readonly cpu: string; readonly memory: string };
  };
}

/** A Pod as far as the suite looks. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly name: string }[] };
  readonly status: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

/** The Nodes that are Ready: those that owe us metrics. */
export async function readyNodes(kubectl: Kubectl): Promise<readonly Node[]> {
  const { items } = (await kubectl.read('/api/v1/nodes')) as { readonly items: Node[] };
  return items.filter((node) => isReady(node));
}

/** The Pods that run and are Ready: those that owe us metrics. */
export async function readyPods(kubectl: Kubectl): Promise<readonly Pod[]> {
  const { items } = (await kubectl.read('/api/v1/pods')) as { readonly items: Pod[] };
  return items.filter(
    (pod) => pod.status.phase === 'Running' && pod.metadata.deletionTimestamp === undefined && isReady(pod),
  );
}

/** Where nothing is said about it, it is taken for Ready. */
function isReady({ status }: { readonly status: { readonly conditions?: readonly Condition[] } }): boolean {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return ready === undefined || ready.status === 'True';
}
