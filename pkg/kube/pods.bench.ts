/**
 * How many bytes a pod costs, and how long a page of a list holds up everybody else: 150,000 pods of 5,000 ReplicaSets in
 * 300 namespaces, then as many pods that share their labels with nobody (StatefulSets, Jobs). Run with
 * `node --expose-gc pkg/kube/pods.bench.ts`.
 */
import { getHeapStatistics } from 'node:v8';
import { systemClock } from '../lifecycle/clock.ts';
import { silentLogger } from '../telemetry/logger.ts';
import type { KubeResponse, KubeTransport } from './connection/transport.ts';
import { PodCatalog } from './pods.ts';

const count = 150_000;
const pageSize = 500;

for (const shape of ['shared labels', 'labels of their own'] as const) console.log(await measured(shape));

async function measured(shape: 'shared labels' | 'labels of their own'): Promise<string> {
  const before = await heapBytes();
  const { catalog, pages } = await filled(shape === 'shared labels');
  const tookMs = pages.reduce((sum, ms) => sum + ms, 0);
  // A list is what a client asks for first; what it leaves behind counts.
  const listed = [...catalog.list()].length;
  const perPod = ((await heapBytes()) - before) / catalog.size;
  return (
    `${shape}: ${listed} pods, ${catalog.labelSets} label sets, ` +
    `${perPod.toFixed(0)} bytes per pod, listed in ${(tookMs / 1000).toFixed(1)} s of CPU, ` +
    `${(tookMs / pages.length).toFixed(1)} ms for a page of ${pageSize}, ${Math.max(...pages).toFixed(1)} for the longest`
  );
}

/** A catalog that has heard of all pods, and how many milliseconds of this thread's CPU each page took. */
async function filled(shared: boolean): Promise<{ readonly catalog: PodCatalog; readonly pages: readonly number[] }> {
  const stop = new AbortController();
  const pages: number[] = [];
  let since = Number.NaN;
  const connection: KubeTransport = {
    server: 'https://bench.test',
    async request({ query = {}, signal }): Promise<KubeResponse> {
      if (!Number.isNaN(since)) pages.push(spentMs() - since);
      if (query['watch'] === 'true') {
        stop.abort();
        throw signal.reason as Error;
      }
      const text = page(Number(query['continue'] ?? 0), shared);
      await new Promise(setImmediate);
      since = spentMs();
      return answer(text);
    },
  };
  const catalog = new PodCatalog({ connection, clock: systemClock, log: silentLogger });
  await catalog.run(stop.signal);
  return { catalog, pages };
}

function spentMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** A page of a list as a kube-apiserver writes it, `managedFields` and all. */
function page(start: number, shared: boolean): string {
  const items = Array.from({ length: pageSize }, (_, at) => pod(start + at, shared));
  const next = start + pageSize < count ? { continue: String(start + pageSize) } : {};
  return JSON.stringify({ kind: 'PartialObjectMetadataList', metadata: { resourceVersion: '1', ...next }, items });
}

function pod(at: number, shared: boolean): object {
  const set = at % 5_000;
  const hash = (set * 2_654_435_761).toString(36).slice(0, 9);
  const own = shared ? {} : { 'statefulset.kubernetes.io/pod-name': `service-${set}-${at}` };
  const labels = {
    app: `service-${set}`,
    'app.kubernetes.io/instance': `release-${set % 700}`,
    'app.kubernetes.io/managed-by': 'Helm',
    'app.kubernetes.io/version': `v1.${set % 20}.0`,
    'pod-template-hash': hash,
    ...own,
  };
  const metadata = {
    name: `service-${set}-${hash}-${(at * 7_919).toString(36).padStart(5, 'x')}`,
    namespace: `team-namespace-${set % 300}`,
    uid: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    resourceVersion: String(at),
    labels,
    annotations: { 'checksum/config': 'a'.repeat(64) },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `service-${set}-${hash}`, controller: true }],
    managedFields: [{ manager: 'kubelet', operation: 'Update', fieldsV1: { filler: 'x'.repeat(1_200) } }],
  };
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

function answer(text: string): KubeResponse {
  return {
    status: 200,
    headers: {},
    text: () => Promise.resolve(text),
    json: () => Promise.resolve(JSON.parse(text) as unknown),
    async *lines() {
      yield [text];
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** After a moment in which everything let go of is really gone. */
async function heapBytes(): Promise<number> {
  for (let turn = 0; turn < 4; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc?.();
  }
  return getHeapStatistics().used_heap_size;
}
