import { isAscii } from 'node:buffer';
import type { DecodedSummary } from '../decode-summary.ts';
import { figureOf, type JsonPart, Moments, nameOf, partOf, partsOf } from './json-part.ts';
import { type KnownPod, type KnownSubject, type KnownSummary, known } from './known-figures.ts';
import { beganLater, containersOf, filesystemOf, networkOf, subjectOf } from './plain-parts.ts';

/** More than any kubelet runs, so that a machine gone mad costs no more than this. */
const mostPods = 4_096;

/** Volumes of one pod. */
const mostVolumes = 512;

/** As `DecodedSummary`, the figures by their names. */
export type PlainlyDecoded =
  | Extract<DecodedSummary, { kind: 'bad-body' }>
  | { readonly kind: 'summary'; readonly summary: KnownSummary; readonly skipped: number };

/** Reads an answer of `/stats/summary` by way of `JSON.parse`: slower, and plain to see that it is right. */
export function decodePlainly(body: Buffer): PlainlyDecoded {
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

function nodeOf(node: JsonPart | undefined, moments: Moments): KnownSummary['node'] | undefined {
  const name = nameOf(node?.['nodeName']);
  if (node === undefined || name === undefined) return undefined;
  const limits = partOf(node['rlimit']) ?? {};
  const figures = known({
    ...subjectOf(node, moments),
    network: networkOf(node['network'], moments),
    filesystem: filesystemOf(node['fs'], moments),
    processes: { count: figureOf(limits['curproc']), limit: figureOf(limits['maxpid']) },
  });
  return { name, figures, systemContainers: containersOf(node['systemContainers'], moments) };
}

function podsOf(value: unknown, moments: Moments): { pods: readonly KnownPod[]; skipped: number } {
  const told = Array.isArray(value) ? value.length : 0;
  const pods = new Map<string, KnownPod>();
  let sensible = 0;
  for (const part of partsOf(value, mostPods)) {
    const pod = podOf(part, moments);
    if (pod === undefined) continue;
    sensible++;
    const key = `${pod.namespace}/${pod.name}`;
    const twin = pods.get(key);
    if (twin === undefined || beganLater(pod, twin)) pods.set(key, pod);
  }
  return { pods: [...pods.values()], skipped: told - sensible };
}

function podOf(part: JsonPart, moments: Moments): KnownPod | undefined {
  const reference = partOf(part['podRef']);
  const namespace = nameOf(reference?.['namespace']);
  const name = nameOf(reference?.['name']);
  if (namespace === undefined || name === undefined) return undefined;
  const figures = known({
    ...subjectOf(part, moments),
    network: networkOf(part['network'], moments),
    filesystem: filesystemOf(part['ephemeral-storage'], moments),
    processes: { count: figureOf(partOf(part['process_stats'])?.['process_count']) },
  });
  const uid = nameOf(reference?.['uid']) ?? '';
  const containers = containersOf(part['containers'], moments);
  return { namespace, name, uid, figures, containers, volumes: volumesOf(part['volume'], moments) };
}

function volumesOf(value: unknown, moments: Moments): KnownPod['volumes'] {
  const volumes: KnownSubject[] = [];
  for (const part of partsOf(value, mostVolumes)) {
    const name = nameOf(part['name']);
    if (name !== undefined) volumes.push({ name, figures: known(filesystemOf(part, moments) ?? {}) });
  }
  return volumes;
}
