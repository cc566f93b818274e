import type { ToldFigures, ToldNode, ToldPod } from './scenario.ts';

/** When a kubelet answers, in epoch milliseconds. */
export interface Moment {
  /** The beginning of the story. */
  readonly beganAt: number;
  /** Now. */
  readonly now: number;
  /** The node's clock is so much ahead. */
  readonly aheadMs: number;
  /** Minutes since the first one of the stretch. */
  readonly minute: number;
}

const GiB = 2 ** 30;

/** The bytes of `/stats/summary`, as a kubelet that has to tell this would write them. */
export function summaryText(name: string, node: ToldNode, moment: Moment): Buffer {
  const pods = [...node.pods].map(([key, pod]) => podJson(key, pod, moment));
  const { time, ...own } = subjectJson(node, moment);
  const received = Number(own.cpu.usageCoreNanoSeconds) / 1e6;
  const json = {
    node: {
      nodeName: name,
      ...own,
      network: networkJson(time, received),
      fs: filesystemJson(time, 10 * GiB),
      rlimit: { time, maxpid: 32_768, curproc: 100 },
    },
    pods,
  };
  return Buffer.from(JSON.stringify(json));
}

/** The text of `/metrics/cadvisor`, as far as anybody reads it; empty where the story tells of no disk. */
export function cadvisorText({ pods, ...node }: ToldNode, moment: Moment): Buffer {
  const line = (figures: ToldFigures, labels: string): string =>
    figures.readBytes === undefined
      ? ''
      : `container_fs_reads_bytes_total{${labels}} ${figures.readBytes} ${sampledAt(figures, moment)}\n`;
  const lines = [...pods].flatMap(([key, { containers }]) => {
    const [namespace = '', pod = ''] = key.split('/');
    return [...containers].map(([container, figures]) =>
      line(
        figures,
        `container="${container}",device="/dev/vda",id="/kubepods/x/y",image="i",name="y",namespace="${namespace}",pod="${pod}"`,
      ),
    );
  });
  const own = line(node, 'container="",device="/dev/vda",id="/",image="",name="",namespace="",pod=""');
  return Buffer.from([own, ...lines].join(''));
}

function podJson(key: string, pod: ToldPod, moment: Moment): object {
  const [namespace = '', name = ''] = key.split('/');
  const { uid = `uid-of-${name}`, startedMs, rx = 0 } = pod;
  const told = [...pod.containers];
  const containers = told.map(([container, figures]) => {
    const { time, ...own } = subjectJson(figures, moment);
    return { name: container, ...own, rootfs: filesystemJson(time, 4_096), logs: filesystemJson(time, 4_096) };
  });
  const whole = {
    ...told[0]?.[1],
    ...(startedMs !== undefined && { startedMs }),
    cpuSeconds: sum(told, ({ cpuSeconds }) => cpuSeconds),
    cpuSecondsPerMinute: sum(told, ({ cpuSecondsPerMinute }) => cpuSecondsPerMinute),
    memoryBytes: sum(told, ({ memoryBytes }) => memoryBytes),
  };
  const { time, ...own } = subjectJson(whole, moment);
  return {
    podRef: { name, namespace, uid },
    ...own,
    containers,
    network: networkJson(time, rx),
    volume: [{ name: 'data', ...filesystemJson(time, 12_288) }],
    'ephemeral-storage': filesystemJson(time, 8_192),
    process_stats: { process_count: told.length + 1 },
  };
}

const sum = (told: readonly (readonly [string, ToldFigures])[], of: (figures: ToldFigures) => number): number =>
  told.reduce((all, [, figures]) => all + of(figures), 0);

function sampledAt({ sampledMs }: ToldFigures, { beganAt, now, aheadMs }: Moment): number {
  return (sampledMs === undefined ? now : beganAt + sampledMs) + aheadMs;
}

function subjectJson(figures: ToldFigures, moment: Moment) {
  const { cpuSeconds, cpuSecondsPerMinute, memoryBytes, startedMs } = figures;
  const { beganAt, minute } = moment;
  const time = textOf(sampledAt(figures, moment));
  return {
    time,
    // What has run since long before; a start is told by the clock of the time.
    startTime: textOf(beganAt + (startedMs ?? -86_400_000)),
    cpu: { time, usageCoreNanoSeconds: Math.round((cpuSeconds + minute * cpuSecondsPerMinute) * 1e9) },
    memory: {
      time,
      usageBytes: memoryBytes + 4_096,
      workingSetBytes: memoryBytes,
      rssBytes: memoryBytes / 2,
      pageFaults: 1_000,
      majorPageFaults: 0,
    },
  };
}

const networkJson = (time: string, bytes: number): object => {
  const told = { rxBytes: Math.round(bytes), rxErrors: 0, txBytes: Math.round(bytes / 2), txErrors: 0 };
  return { time, name: 'eth0', ...told, interfaces: [{ name: 'eth0', ...told }] };
};

const filesystemJson = (time: string, usedBytes: number): object => ({
  time,
  availableBytes: 50 * GiB,
  capacityBytes: 100 * GiB,
  usedBytes,
  inodesFree: 900_000,
  inodes: 1_000_000,
  inodesUsed: 100_000,
});

const textOf = (at: number): string => new Date(at).toISOString();
