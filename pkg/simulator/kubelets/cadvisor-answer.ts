import { goFloat } from './go-float.ts';
import { derived, type InsideContainer, type InsideNode, type InsidePod } from './inside-node.ts';
import type { ResourceRow } from './resource-metrics.ts';

/** One subject of cAdvisor's, with its labels in cAdvisor's order. */
interface CadvisorRow {
  readonly labels: string;
  readonly row: ResourceRow;
}

/** The families that somebody here reads, in the form of a kubelet 1.36; the real answer has some forty more. */
export function cadvisorText(node: InsideNode): string {
  const rows = [
    machineRow(node),
    ...node.pods.flatMap((pod) => [podRow(pod), ...pod.containers.map((one) => containerRow(one, pod))]),
  ];
  return [
    family('container_cpu_load_average_10s', 'gauge', rows, () => 0),
    family('container_fs_reads_bytes_total', 'counter', rows, ({ cpu }) => derived.read(cpu), 'device="/dev/vda",'),
    family('container_fs_writes_bytes_total', 'counter', rows, ({ cpu }) => derived.written(cpu), 'device="/dev/vda",'),
    family('container_memory_cache', 'gauge', rows, ({ memory }) => derived.cache(memory)),
  ].join('');
}

const machineRow = ({ row }: InsideNode): CadvisorRow => ({
  labels: 'container="",DEVICEid="/",image="",name="",namespace="",pod=""',
  row,
});

const podRow = ({ shape, row }: InsidePod): CadvisorRow => ({
  labels: `container="",DEVICEid="/kubepods/${shape.name}",image="",name="",namespace="${shape.namespace}",pod="${shape.name}"`,
  row,
});

function containerRow({ shape, row }: InsideContainer, { shape: pod }: InsidePod): CadvisorRow {
  const id = `id="/kubepods/${pod.name}/${shape.name}",image="pretend",name="${shape.name}"`;
  return { labels: `container="${shape.name}",DEVICE${id},namespace="${pod.namespace}",pod="${pod.name}"`, row };
}

function family(
  name: string,
  type: string,
  rows: readonly CadvisorRow[],
  ...[figure, device = '']: [figure: (row: ResourceRow) => number, device?: string]
): string {
  const lines = rows.map(({ labels, row }) => {
    return `${name}{${labels.replace('DEVICE', device)}} ${goFloat(figure(row))} ${row.sampledAt}\n`;
  });
  return `# HELP ${name} What cAdvisor says of it.\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
