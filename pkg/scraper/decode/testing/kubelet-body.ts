import type { EpochMs } from '../../../model/units.ts';

/** A container as a kubelet names it. */
export interface NamedContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** `pods` pods of two containers each, of three Deployments in two namespaces; other generations have other names. */
export function usualPods(pods: number, generationOf: (pod: number) => number = () => 0): NamedContainer[] {
  return Array.from({ length: pods }, (_, at) => {
    const deployment = Math.floor((3 * at) / pods);
    const namespace = deployment === 0 ? 'kube-system' : 'team-7';
    const suffix = (at + 1000 * generationOf(at)).toString(36).padStart(5, 'x');
    const pod = `app-${deployment}-5d8f6b7c9d-${suffix}`;
    return [
      { namespace, pod, container: 'app' },
      { namespace, pod, container: 'sidecar-1' },
    ];
  }).flat();
}

/** When the counters and times of a body stand. */
export interface BodyTime {
  readonly startedAt: EpochMs;
  readonly passedSeconds: number;
}

/** The answer of a kubelet 1.36 whose containers are these; it sorts them by their labels. */
export function kubeletBody(named: readonly NamedContainer[], { startedAt, passedSeconds }: BodyTime): Buffer {
  const rows = named.map(({ namespace, pod, container }, at) => {
    const podLabels = `namespace="${namespace}",pod="${pod}"`;
    return { at, podLabels, labels: `container="${container}",${podLabels}` };
  });
  rows.sort((a, b) => (a.labels < b.labels ? -1 : 1));
  const time = (at: number): number => startedAt + passedSeconds * 1000 + at * 7;
  const pods = [...new Map(rows.map((row) => [row.podLabels, { at: row.at, labels: row.podLabels }])).values()];
  const family = (name: string, of: readonly { at: number; labels: string }[], value: (at: number) => string): string =>
    `# HELP ${name} [STABLE] What it uses, or when it began to, in base units\n# TYPE ${name} gauge\n` +
    of.map(({ at, labels }) => `${name}${labels && `{${labels}}`} ${value(at)}\n`).join('');
  const cpu = (at: number): string => `${1234 + passedSeconds + at}.${123_456_789 + at * 7919} ${time(at)}`;
  const memory = (at: number): string => `${((4_291_788 + at * 4096) / 1e6).toFixed(6)}e+06 ${time(at)}`;
  const swap = (at: number): string => `0 ${time(at)}`;
  const node = [{ at: 0, labels: '' }];
  return Buffer.from(
    family('container_cpu_usage_seconds_total', rows, cpu) +
      family('container_memory_working_set_bytes', rows, memory) +
      family('container_start_time_seconds', rows, (at) => `1.795231446022${(6102 + at).toString()}e+09`) +
      family('container_swap_usage_bytes', rows, swap) +
      family('node_cpu_usage_seconds_total', node, cpu) +
      family('node_memory_working_set_bytes', node, memory) +
      family('node_swap_usage_bytes', node, swap) +
      family('pod_cpu_usage_seconds_total', pods, cpu) +
      family('pod_memory_working_set_bytes', pods, memory) +
      family('pod_swap_usage_bytes', pods, swap) +
      '# HELP resource_scrape_error [STABLE] 1 if there was an error\n# TYPE resource_scrape_error gauge\n' +
      'resource_scrape_error 0\n',
  );
}
