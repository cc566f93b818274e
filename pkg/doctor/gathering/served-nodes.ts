import type { NodeRecord } from '../../model/cluster.ts';
import type { ServedNodes } from '../facts.ts';
import { textAt } from './fields.ts';
import type { KubeReader, Reading } from './kube-reader.ts';
import { sideBySide } from './side-by-side.ts';

const path = '/apis/metrics.k8s.io/v1beta1/nodes';
/** Reasons asked for: more would say the same. */
const mostAskedFor = 5;

/** What metrics.k8s.io has of the wanted nodes, and what the server says of those it has nothing of. */
export async function readServedNodes(
  reader: KubeReader,
  wanted: readonly NodeRecord[],
): Promise<Reading<ServedNodes>> {
  const list = await reader.list(path);
  if (list.kind !== 'seen') return list;
  const names = new Set(list.value.map((node) => textAt(node, 'metadata', 'name')));
  const missing = wanted.filter(({ name }) => !names.has(name));
  const told = await sideBySide(missing.slice(0, mostAskedFor), mostAskedFor, (node) => reasonFor(reader, node));
  const withReasons = missing.map((node, at) => {
    const reason = told[at];
    return { node, ...(reason !== undefined && { reason }) };
  });
  return { kind: 'seen', value: { names, missing: withReasons } };
}

/** The words behind "not found:" of the Status, where the server says more than that. */
async function reasonFor(reader: KubeReader, { name }: NodeRecord): Promise<string | undefined> {
  const answer = await reader.text(`${path}/${encodeURIComponent(name)}`);
  if (answer.kind !== 'seen') return undefined;
  return /not found: (.*)$/s.exec(messageOf(answer.value.text))?.[1]?.slice(0, 400);
}

function messageOf(text: string): string {
  try {
    return textAt(JSON.parse(text), 'message');
  } catch {
    // Not a Status: whoever answered is not the server.
    return '';
  }
}
