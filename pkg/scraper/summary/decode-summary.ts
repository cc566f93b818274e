import type { KubeletSummary, NodeSummary, PodSummary } from '../../model/kubelet-summary.ts';
import { end, JsonScanner } from './json-scanner.ts';
import { readNode, readPod } from './subjects.ts';
import { field, summaryKeys } from './summary-keys.ts';

/** What became of an answer. What of it makes no sense is left out and counted, the rest counts. */
export type DecodedSummary =
  | { readonly kind: 'summary'; readonly summary: KubeletSummary; readonly skipped: number }
  /** `message` fits behind "the kubelet's answer could not be read: ". */
  | { readonly kind: 'bad-body'; readonly message: string };

/** More than any kubelet runs, so that a machine gone mad costs no more than this. */
const mostPods = 4_096;

/** Path at which kubelets answer with a summary. */
export const summaryPath = '/stats/summary';

/** Reads an answer of `/stats/summary`. */
export function decodeSummary(body: Buffer): DecodedSummary {
  const json = new JsonScanner(body, summaryKeys);
  let node: NodeSummary | undefined;
  let told: ToldPods = { pods: [], skipped: 0 };
  const isObject = json.enter();
  for (let key = isObject ? json.key() : end; key !== end; key = json.key()) {
    if (key === field.node) node = readNode(json);
    else if (key === field.pods) told = readPods(json);
    else json.skip();
  }
  if (!isObject || json.failed) return { kind: 'bad-body', message: 'it is no JSON object, or not a whole one' };
  if (node === undefined) return { kind: 'bad-body', message: 'it has no node with a name, so it is no summary' };
  return { kind: 'summary', summary: { node, pods: told.pods }, skipped: told.skipped };
}

interface ToldPods {
  readonly pods: readonly PodSummary[];
  readonly skipped: number;
}

function readPods(json: JsonScanner): ToldPods {
  const pods = new Map<string, PodSummary>();
  let skipped = 0;
  if (!json.enterList()) return { pods: [], skipped };
  for (let left = mostPods; json.more(); left--) {
    const pod = left > 0 ? readPod(json) : undefined;
    if (left <= 0) json.skip();
    if (pod === undefined) skipped++;
    else keepLaterLife(pods, pod);
  }
  return { pods: [...pods.values()], skipped };
}

/** A pod that was made anew under its old name may be told twice for a while. */
function keepLaterLife(pods: Map<string, PodSummary>, pod: PodSummary): void {
  const key = `${pod.namespace}/${pod.name}`;
  const twin = pods.get(key);
  if (twin === undefined || pod.startedAt > twin.startedAt) pods.set(key, pod);
}
