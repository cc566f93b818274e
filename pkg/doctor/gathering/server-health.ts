import { systemClock } from '../../lifecycle/clock.ts';
import { KubeletConnections } from '../../scraper/kubelet/kubelet-connections.ts';
import type { ServerHealth } from '../facts.ts';
import type { Subject } from '../subject.ts';
import { type KubeReader, lackOfRights, mapSeen, type Reading } from './kube-reader.ts';

/** What the server says at /readyz, asked through the kube-apiserver, which few accounts may. */
export async function readServerHealth(
  reader: KubeReader,
  { serviceRef, service }: Pick<Subject, 'serviceRef' | 'service'>,
): Promise<Reading<ServerHealth>> {
  const { namespace, name } = serviceRef;
  const port = (service.kind === 'seen' && service.value.ports[0]?.name) || 'https';
  const path = `/api/v1/namespaces/${namespace}/services/https:${name}:${port}/proxy/readyz`;
  const answer = await reader.text(path, { verbose: '' });
  if (answer.kind !== 'seen') return answer;
  const { status, text } = answer.value;
  // Only the server itself lists its checks; whoever else answers says why we may not ask.
  if (!listsChecks(text))
    return {
      kind: 'unseen',
      why: lackOfRights(text.replaceAll('\\"', '"')) ?? `asked through the kube-apiserver, the answer is ${status}`,
    };
  return mapSeen(answer, () => healthOf(status, text));
}

/** The same, asked within the pod of the server: anybody may, so nothing is shown and nothing verified. */
export async function readHealthInPod(port: number, signal: AbortSignal): Promise<Reading<ServerHealth>> {
  const credentials = { current: () => ({}) };
  using client = new KubeletConnections({
    credentials,
    trust: 'insecure-tls',
    keepAliveMs: 1_000,
    clock: systemClock,
    userAgent: 'metrics-server/doctor tacho',
  });
  const answer = await client.read({ node: '', host: '127.0.0.1', port, path: '/readyz?verbose' }, signal);
  const text = answer.kind === 'ok' ? answer.body.toString() : answer.kind === 'status' ? (answer.detail ?? '') : '';
  if (!listsChecks(text))
    return { kind: 'unseen', why: `nothing useful answers at 127.0.0.1:${port} (${answer.kind})` };
  return { kind: 'seen', value: healthOf(answer.kind === 'ok' ? 200 : 500, text) };
}

const listsChecks = (text: string): boolean => /^\[[+-]\]/m.test(text);

/** Reads `[+]ping ok`, `[-]name failed: reason`, and the lines that say what is degraded. */
export function healthOf(status: number, text: string): ServerHealth {
  const lines = text.split('\n').map((line) => line.trim());
  const failing = lines.flatMap((line) => /^\[-\](\S+) failed/.exec(line)?.[1] ?? []);
  const degraded = lines.flatMap((line) => /^degraded: (.*)$/.exec(line)?.[1] ?? []);
  return { ready: status === 200, failing, degraded };
}
