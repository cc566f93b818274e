import { type Cluster, isMarked } from './cluster.ts';
import type { FlagReading, ObjectRef, PodFacts, ServerFlags, ServiceFacts } from './facts.ts';
import { mapSeen, type Reading } from './gathering/kube-reader.ts';

/** The server that is looked at: what is installed under its name, whether or not the APIService leads there. */
export interface Subject {
  readonly serviceRef: ObjectRef;
  readonly service: Reading<ServiceFacts>;
  readonly pods: Reading<readonly PodFacts[]>;
  /** The ServiceAccount it runs as. */
  readonly account: ObjectRef;
  /** What its pods are told; absent where no pod is seen. */
  readonly told?: FlagReading;
  /** What it was told, or where nobody knows what the manifests tell it. */
  readonly flags: ServerFlags;
}

/** What finding it takes. */
export interface SubjectOptions {
  /** Where to look; absent = where the APIService leads, else kube-system. */
  readonly namespace?: string;
  /** Reads the flags of a pod as the server does. */
  readonly readFlags: (args: readonly string[]) => Promise<FlagReading>;
}

/** How the manifests start the server. */
export const manifestArgs = [
  '--cert-dir=/tmp',
  '--secure-port=10250',
  '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
  '--kubelet-use-node-status-port',
  '--metric-resolution=15s',
] as const;

/** Finds out which Service, pods, account and flags are those of the server. */
export async function findSubject(cluster: Cluster, { namespace, readFlags }: SubjectOptions): Promise<Subject> {
  const serviceRef = await ownService(cluster, namespace);
  const service = await cluster.service(serviceRef);
  const selector = service.kind === 'seen' ? service.value.selector : undefined;
  const pods = mapSeen(await cluster.pods(serviceRef.namespace, selector), (all) => all.filter(isServer));
  const [pod] = pods.kind === 'seen' ? pods.value : [];
  const told = pod && (await readFlags(serverContainer(pod)?.args ?? []));
  return {
    serviceRef,
    service,
    pods,
    account: { namespace: serviceRef.namespace, name: pod?.serviceAccount ?? 'metrics-server' },
    ...(told && { told }),
    flags: await flagsOf(told, readFlags),
  };
}

async function flagsOf(told: FlagReading | undefined, readFlags: SubjectOptions['readFlags']): Promise<ServerFlags> {
  const reading = told?.kind === 'read' ? told : await readFlags(manifestArgs);
  if (reading.kind === 'read') return reading.flags;
  throw new Error(`the flags of the manifests are refused: ${reading.problems.join('; ')}`);
}

/** The Service the APIService names where it is one of ours, which a Helm release may have called anything. */
async function ownService(cluster: Cluster, namespace: string | undefined): Promise<ObjectRef> {
  const usual = { namespace: namespace ?? 'kube-system', name: 'metrics-server' };
  const apiService = await cluster.apiService('v1beta1');
  const named = apiService.kind === 'seen' ? apiService.value.service : undefined;
  if (named === undefined || (namespace !== undefined && named.namespace !== namespace)) return usual;
  if (named.name.includes('metrics-server')) return named;
  const service = await cluster.service(named);
  return service.kind === 'seen' && isMarked(service.value.labels) ? named : usual;
}

/** Ended pods, and those of jobs beside it, tell nothing about the server. */
const isServer = ({ phase }: PodFacts): boolean => phase !== 'Succeeded' && phase !== 'Failed';

/** The container that is the server: sidecars, such as the resizer, have other names and images. */
export function serverContainer({
  containers,
}: Pick<PodFacts, 'containers'>): PodFacts['containers'][number] | undefined {
  const named = containers.find(({ name, image }) => name === 'metrics-server' || image.includes('metrics-server'));
  return named ?? containers[0];
}
