import { decodeNode } from '../kube/node-record.ts';
import type { Labels, NodeRecord } from '../model/cluster.ts';
import type {
  ApiServiceFacts,
  AutoscalerFacts,
  CertificateRequestFacts,
  DeploymentFacts,
  EndpointFacts,
  ObjectRef,
  PodFacts,
  ServiceFacts,
} from './facts.ts';
import { apiServiceFacts } from './gathering/api-service-facts.ts';
import { readAutoscalers } from './gathering/autoscaler-facts.ts';
import { certificateRequestFacts } from './gathering/certificate-request-facts.ts';
import { type Fields, pairsAt, textAt } from './gathering/fields.ts';
import { type KubeReader, mapSeen, type Reading } from './gathering/kube-reader.ts';
import { deploymentFacts, endpointFacts, podFacts, serviceFacts } from './gathering/workload-facts.ts';

/** Labels by which the manifests, and the Helm chart, mark what is metrics-server's. */
const marks = ['k8s-app=metrics-server', 'app.kubernetes.io/name=metrics-server'];

/** The cluster as far as somebody asks: everything is read once, when it is first asked for. */
export class Cluster {
  readonly #reader: KubeReader;
  readonly #read = new Map<string, Promise<unknown>>();

  constructor(reader: KubeReader) {
    this.#reader = reader;
  }

  apiService(version: string): Promise<Reading<ApiServiceFacts>> {
    const path = `/apis/apiregistration.k8s.io/v1/apiservices/${version}.metrics.k8s.io`;
    return this.#once(path, async () => mapSeen(await this.#reader.get(path), apiServiceFacts));
  }

  /** What the kube-apiserver answers, or whoever stands behind it, for the discovery document of a version. */
  discovery(version: string): Promise<Reading<{ readonly status: number; readonly text: string }>> {
    const path = `/apis/metrics.k8s.io/${version}`;
    return this.#once(path, () => this.#reader.text(path));
  }

  service({ namespace, name }: ObjectRef): Promise<Reading<ServiceFacts>> {
    const path = `/api/v1/namespaces/${namespace}/services/${name}`;
    return this.#once(path, async () => mapSeen(await this.#reader.get(path), serviceFacts));
  }

  endpoints({ namespace, name }: ObjectRef): Promise<Reading<readonly EndpointFacts[]>> {
    const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
    const query = { labelSelector: `kubernetes.io/service-name=${name}` };
    return this.#once(`${path}?${name}`, async () => mapSeen(await this.#reader.list(path, query), endpointFacts));
  }

  /** Deployments anywhere that are marked as metrics-server's. */
  deployments(): Promise<Reading<readonly DeploymentFacts[]>> {
    return this.#once('deployments', async () => {
      const marked = await this.#marked('/apis/apps/v1/deployments');
      return mapSeen(marked, (all) => all.map(deploymentFacts));
    });
  }

  /** Pods of a namespace that are marked as metrics-server's, or that a Service selects. */
  pods(namespace: string, selector: Labels = {}): Promise<Reading<readonly PodFacts[]>> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const selected = selectorText(selector);
    return this.#once(`${path}?${selected}`, async () => {
      return mapSeen(await this.#marked(path, selected), (all) => all.map(podFacts));
    });
  }

  /** Pods of the kube-apiserver, where it runs as static pods that anybody may see. */
  apiServerPods(): Promise<Reading<readonly PodFacts[]>> {
    const path = '/api/v1/namespaces/kube-system/pods';
    const query = { labelSelector: 'component=kube-apiserver' };
    return this.#once(`${path} apiserver`, async () => {
      return mapSeen(await this.#reader.list(path, query), (all) => all.map(podFacts));
    });
  }

  /** The data of the ConfigMap by which aggregated servers recognise the front proxy. */
  authenticationConfig(): Promise<Reading<Readonly<Record<string, string>>>> {
    const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
    return this.#once(path, async () => mapSeen(await this.#reader.get(path), (object) => pairsAt(object, 'data')));
  }

  /** The keys of kubelets that the server has pinned, by uid of the node. */
  pins({ namespace, name }: ObjectRef): Promise<Reading<ReadonlyMap<string, string>>> {
    const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
    return this.#once(path, async () => {
      return mapSeen(await this.#reader.get(path), (object) => {
        const data = Object.entries(pairsAt(object, 'data'));
        return new Map(data.map(([uid, key]) => [uid, Buffer.from(key, 'base64').toString('utf8')]));
      });
    });
  }

  nodes(): Promise<Reading<readonly NodeRecord[]>> {
    return this.#once('nodes', async () => {
      const listed = await this.#reader.list('/api/v1/nodes');
      return mapSeen(listed, (all) => all.flatMap((object) => decodeNode(object) ?? []));
    });
  }

  /** What kubelets ask to be signed for serving. */
  certificateRequests(): Promise<Reading<readonly CertificateRequestFacts[]>> {
    const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const query = { fieldSelector: 'spec.signerName=kubernetes.io/kubelet-serving' };
    return this.#once(path, async () => {
      return mapSeen(await this.#reader.list(path, query), (all) => all.flatMap((one) => certificateRequestFacts(one)));
    });
  }

  autoscalers(): Promise<Reading<readonly AutoscalerFacts[]>> {
    return this.#once('autoscalers', () => readAutoscalers(this.#reader));
  }

  async #marked(path: string, alsoSelected = ''): Promise<Reading<readonly Fields[]>> {
    const selectors = new Set([...marks, alsoSelected].filter(Boolean));
    const lists = await Promise.all([...selectors].map((one) => this.#reader.list(path, { labelSelector: one })));
    const byUid = new Map<string, Fields>();
    for (const list of lists) {
      if (list.kind !== 'seen') return list;
      for (const object of list.value) byUid.set(textAt(object, 'metadata', 'uid'), object);
    }
    return { kind: 'seen', value: [...byUid.values()] };
  }

  #once<T>(key: string, read: () => Promise<T>): Promise<T> {
    const reading = (this.#read.get(key) as Promise<T> | undefined) ?? read();
    this.#read.set(key, reading);
    return reading;
  }
}

const selectorText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');

/** Whether labels mark something as metrics-server's. */
export const isMarked = (labels: Labels): boolean =>
  marks.some((mark) => {
    const [key = '', value] = mark.split('=');
    return labels[key] === value;
  });
