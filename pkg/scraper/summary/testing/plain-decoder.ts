import { isAscii } from 'node:buffer';
import type { NodeSummary, PodSummary, VolumeSummary } from '../../../model/kubelet-summary.ts';
import type { DecodedSummary } from '../decode-summary.ts';
import { figureOf, type JsonPart, Moments, nameOf, partOf, partsOf } from './json-part.ts';
import { containersOf, cpuOf, filesystemOf, ioOf, memoryOf, networkOf, swapOf } from './plain-parts.ts';

/** More than any kubelet runs, so that a machine gone mad costs no more than this. */
const mostPods = 4_096;

/** Volumes of one pod. */
const mostVolumes = 512;

/** Reads an answer of `/stats/summary` by way of `JSON.parse`: slower, and plain to see that it is right. */
export function decodePlainly(body: Buffer): DecodedSummary {
  const root = partOf(parse(body));
  if (root === undefined) return { kind: 'bad-body', message: 'it is no JSON object' };
  const moments = new Moments();
  const node = nodeOf(partOf(root['node']), moments);
  if (node === undefined) return { kind: 'bad-body', message: 'it has no node with a name, so it is no summary' };
  const { pods, skipped } = podsOf(root['pods'], moments);
  return { kind: 'summary', summary: { node, pods }, skipped };
}

function parse(body: Buffer): unknown {
  try {
    // Nearly always ASCII, which is only copied.
    return JSON.parse(body.toString(isAscii(body) ? 'latin1' : 'utf8'));
  } catch {
    // Cut off, or something else that listens there: the caller says so.
    return undefined;
  }
}

function nodeOf(node: JsonPart | undefined, moments: Moments): NodeSummary | undefined {
  const name = nameOf(node?.['nodeName']);
  if (node === undefined || name === undefined) return undefined;
  const limits = partOf(node['rlimit']);
  return {
    name,
    startedAt: moments.read(node['startTime']),
    cpu: cpuOf(node['cpu'], moments),
    memory: memoryOf(node['memory'], moments),
    io: ioOf(node['io'], moments),
    swap: swapOf(node['swap']),
    systemContainers: containersOf(node['systemContainers'], moments),
    network: networkOf(node['network'], moments),
    filesystem: filesystemOf(node['fs'], moments),
    processes: limits && { count: figureOf(limits['curproc']), limit: figureOf(limits['maxpid']) },
  };
}

function podsOf(value: unknown, moments: Moments): { pods: readonly PodSummary[]; skipped: number } {
  const told = Array.isArray(value) ? value.length : 0;
  const pods = new Map<string, PodSummary>();
  let sensible = 0;
  for (const part of partsOf(value, mostPods)) {
    const pod = podOf(part, moments);
    if (pod === undefined) continue;
    sensible++;
    const key = `${pod.namespace}/${pod.name}`;
    const twin = pods.get(key);
    if (twin === undefined || pod.startedAt > twin.startedAt) pods.set(key, pod);
  }
  return { pods: [...pods.values()], skipped: told - sensible };
}

function podOf(part: JsonPart, moments: Moments): PodSummary | undefined {
  const reference = partOf(part['podRef']);
  const namespace = nameOf(reference?.['namespace']);
  const name = nameOf(reference?.['name']);
  if (namespace === undefined || name === undefined) return undefined;
  return {
    namespace,
    name,
    uid: nameOf(reference?.['uid']) ?? '',
    startedAt: moments.read(part['startTime']),
    cpu: cpuOf(part['cpu'], moments),
    memory: memoryOf(part['memory'], moments),
    io: ioOf(part['io'], moments),
    swap: swapOf(part['swap']),
    containers: containersOf(part['containers'], moments),
    network: networkOf(part['network'], moments),
    ephemeralStorage: filesystemOf(part['ephemeral-storage'], moments),
    volumes: volumesOf(part['volume'], moments),
    processCount: figureOf(partOf(part['process_stats'])?.['process_count']),
  };
}

function volumesOf(value: unknown, moments: Moments): PodSummary['volumes'] {
  const volumes: VolumeSummary[] = [];
  for (const part of partsOf(value, mostVolumes)) {
    const name = nameOf(part['name']);
    if (name !== undefined) volumes.push({ name, filesystem: filesystemOf(part, moments) });
  }
  return volumes;
}
