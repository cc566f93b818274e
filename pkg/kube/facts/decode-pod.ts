import type { ContainerFacts, PodFacts, PodShape, ResourceAmounts } from '../../model/pod-facts.ts';
import { labelsOf, type Metadata } from '../metadata.ts';
import { addAmounts, amountsOf, largestAmounts } from './amounts.ts';

/** Containers of one pod that we look at; Kubernetes' own bound is the size of the object. */
export const mostContainers = 256;

interface PodObject {
  readonly metadata?: Metadata | null;
  readonly spec?: PodSpec | null;
  readonly status?: { readonly [list: string]: unknown } | null;
}

/** What is read of a pod's spec, before anybody trusts it. */
export interface PodSpec {
  readonly nodeName?: unknown;
  readonly containers?: unknown;
  readonly initContainers?: unknown;
  readonly overhead?: unknown;
  /** Of the whole pod, since 1.34. */
  readonly resources?: Resources | null;
}

interface Resources {
  readonly requests?: unknown;
  readonly limits?: unknown;
}

interface ContainerSpec {
  readonly name?: unknown;
  readonly image?: unknown;
  readonly restartPolicy?: unknown;
  readonly resources?: Resources | null;
}

/** Who knows the shape of a pod; it may be that of others too. */
interface Shapes {
  of(spec: PodSpec): PodShape;
}

/** Keeps of a Pod object what the catalogue tells of it; undefined where it is no pod that is bound to a node. */
export function decodePodFacts(object: unknown, shapes: Shapes = { of: shapeOf }): PodFacts | undefined {
  const { metadata, spec, status } = (object ?? {}) as PodObject;
  const { namespace, name, uid } = metadata ?? {};
  if (!metadata || !isName(namespace) || !isName(name) || !isName(spec?.nodeName)) return undefined;
  const shape = shapes.of(spec);
  const restarts = restartsOf(status, shape.containers);
  return {
    namespace,
    name,
    uid: isName(uid) ? uid : '',
    node: spec.nodeName,
    labels: labelsOf(metadata),
    shape,
    ...(restarts && { restarts }),
  };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What a spec requests and is limited to. */
export function shapeOf(spec: PodSpec): PodShape {
  const starting = containersOf(spec.initContainers, ({ restartPolicy }) =>
    restartPolicy === 'Always' ? 'sidecar' : 'init',
  );
  const containers = [...starting, ...containersOf(spec.containers, () => 'app')];
  const overhead = amountsOf(spec.overhead);
  return {
    containers,
    requests: addAmounts(ofWholePod(containers, 'requests', spec.resources?.requests), overhead),
    limits: withOverhead(ofWholePod(containers, 'limits', spec.resources?.limits), overhead),
  };
}

function containersOf(
  value: unknown,
  kindOf: (container: ContainerSpec) => ContainerFacts['kind'],
): readonly ContainerFacts[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly (ContainerSpec | null)[]).slice(0, mostContainers).flatMap((container) => {
    if (!isName(container?.name)) return [];
    const { name, image, resources } = container;
    return [
      {
        name,
        kind: kindOf(container),
        image: isName(image) ? image : '',
        requests: amountsOf(resources?.requests),
        limits: amountsOf(resources?.limits),
      },
    ];
  });
}

/**
 * What the pod takes at most at a time: either while one of its init containers runs, beside the sidecars that started
 * before it, or afterwards, when sidecars and the others run together. What the pod itself names goes before that.
 */
function ofWholePod(
  containers: readonly ContainerFacts[],
  which: 'requests' | 'limits',
  named: unknown,
): ResourceAmounts {
  let staying: ResourceAmounts = {};
  let largest: ResourceAmounts = {};
  for (const container of containers) {
    const own = container[which];
    if (container.kind === 'init') largest = largestAmounts(largest, addAmounts(staying, own));
    else staying = addAmounts(staying, own);
  }
  return { ...largestAmounts(largest, staying), ...amountsOf(named) };
}

/** Overhead makes a limit larger where there is one, and no limit where there is none. */
function withOverhead(limits: ResourceAmounts, overhead: ResourceAmounts): ResourceAmounts {
  const added = addAmounts(limits, overhead);
  return {
    ...limits,
    ...(limits.cpu !== undefined && added.cpu !== undefined && { cpu: added.cpu }),
    ...(limits.memory !== undefined && added.memory !== undefined && { memory: added.memory }),
    ...(limits.ephemeralStorage !== undefined &&
      added.ephemeralStorage !== undefined && { ephemeralStorage: added.ephemeralStorage }),
  };
}

/** In the order of the containers; undefined while there were none. Most never restart. */
function restartsOf(status: PodObject['status'], containers: readonly ContainerFacts[]): number[] | undefined {
  const counts = new Map([...countsIn(status?.['initContainerStatuses']), ...countsIn(status?.['containerStatuses'])]);
  if (counts.size === 0) return undefined;
  const restarts = containers.map(({ name }) => counts.get(name) ?? 0);
  return restarts.some((count) => count > 0) ? restarts : undefined;
}

function countsIn(statuses: unknown): [string, number][] {
  if (!Array.isArray(statuses)) return [];
  return (statuses as readonly { readonly name?: unknown; readonly restartCount?: unknown }[]).flatMap((one) =>
    isName(one?.name) && typeof one.restartCount === 'number' && one.restartCount > 0
      ? [[one.name, one.restartCount]]
      : [],
  );
}
