import type { AutoscalerFacts, ContainerFacts, ObjectRef } from '../facts.ts';
import { type Fields, fieldsAt, listAt, pairsAt, textAt } from './fields.ts';
import type { KubeReader, Reading } from './kube-reader.ts';
import { sideBySide } from './side-by-side.ts';
import { containersOf, refOf } from './workload-facts.ts';

/** A request that an autoscaler divides by. */
export interface Wanted {
  readonly resource: string;
  /** Absent = of every container. */
  readonly container?: string;
}

const atOnce = 8;
/** Pods of one target that are looked at: those of one template are all alike. */
const podsLookedAt = 20;

/** HorizontalPodAutoscalers that scale by a share of what is requested, and which requests their targets lack. */
export async function readAutoscalers(reader: KubeReader): Promise<Reading<readonly AutoscalerFacts[]>> {
  const all = await reader.list('/apis/autoscaling/v2/horizontalpodautoscalers');
  if (all.kind !== 'seen') return all;
  const dividing = all.value.filter((object) => wantedOf(object).length > 0);
  const facts = await sideBySide(dividing, atOnce, (object) => autoscalerFacts(reader, object));
  return { kind: 'seen', value: facts.flatMap((one) => one ?? []) };
}

/** What an autoscaler divides usage by: only targets of utilization need requests. */
export function wantedOf(autoscaler: Fields): readonly Wanted[] {
  return listAt(autoscaler, 'spec', 'metrics').flatMap((metric): readonly Wanted[] => {
    const resource = fieldsAt(metric, 'resource');
    const ofContainer = fieldsAt(metric, 'containerResource');
    if (isUtilization(resource)) return [{ resource: textAt(resource, 'name') }];
    if (!isUtilization(ofContainer)) return [];
    return [{ resource: textAt(ofContainer, 'name'), container: textAt(ofContainer, 'container') }];
  });
}

const isUtilization = (source: Fields): boolean => textAt(source, 'target', 'type') === 'Utilization';

/** Containers without a request that is wanted of them, each once. */
export function missingRequests(
  wanted: readonly Wanted[],
  containers: readonly ContainerFacts[],
): AutoscalerFacts['missing'] {
  const missing = wanted.flatMap(({ resource, container }) =>
    containers
      .filter(({ name, requests }) => (container === undefined || container === name) && !requests.includes(resource))
      .map(({ name }) => ({ container: name, resource })),
  );
  return [...new Map(missing.map((one) => [`${one.container}/${one.resource}`, one])).values()];
}

/** Undefined where the target is of a kind, or in a place, that we cannot see. */
async function autoscalerFacts(reader: KubeReader, object: Fields): Promise<AutoscalerFacts | undefined> {
  const ref = refOf(object);
  const targetKind = textAt(object, 'spec', 'scaleTargetRef', 'kind');
  const target = textAt(object, 'spec', 'scaleTargetRef', 'name');
  const containers = await containersOfTarget(reader, { ...ref, name: target }, targetKind);
  if (containers.kind !== 'seen') return undefined;
  return { ...ref, targetKind, target, missing: missingRequests(wantedOf(object), containers.value) };
}

const resources: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
};

/** Of the pods that run, which a LimitRange may have given requests that the template does not have; else of the template. */
async function containersOfTarget(
  reader: KubeReader,
  { namespace, name }: ObjectRef,
  kind: string,
): Promise<Reading<readonly ContainerFacts[]>> {
  const resource = resources[kind];
  if (resource === undefined) return { kind: 'absent' };
  const place = `namespaces/${encodeURIComponent(namespace)}`;
  const target = await reader.get(`/apis/apps/v1/${place}/${resource}/${encodeURIComponent(name)}`);
  if (target.kind !== 'seen') return target;
  const labels = Object.entries(pairsAt(target.value, 'spec', 'selector', 'matchLabels'));
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  const pods = await reader.first(`/api/v1/${place}/pods`, podsLookedAt, { labelSelector });
  const running = pods.kind === 'seen' && labels.length > 0 ? pods.value : [];
  const specs = running.length > 0 ? running.map((pod) => fieldsAt(pod, 'spec')) : [templateOf(target.value)];
  return { kind: 'seen', value: specs.flatMap(containersOf) };
}

const templateOf = (target: Fields): Fields => fieldsAt(target, 'spec', 'template', 'spec');
