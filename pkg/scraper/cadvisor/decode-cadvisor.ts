import type { CadvisorAnswer, CadvisorFigures, DiskFigures } from '../../model/cadvisor-answer.ts';
import { as, type EpochMs } from '../../model/units.ts';

/** Path at which kubelets show what cAdvisor knows. */
export const cadvisorPath = '/metrics/cadvisor';

/** More than any kubelet runs. */
const mostSubjects = 16_384;
const mostDisks = 64;

/** A line that was read. */
interface Line {
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  readonly at: EpochMs;
}

type Take = (figures: CadvisorFigures, line: Line) => void;

/** The families that we read; an answer has some fifty, which are not even looked at. */
const families: Readonly<Record<string, Take>> = {
  container_memory_cache: (figures, { value }) => {
    figures.cache = value;
  },
  container_cpu_load_average_10s: (figures, { value }) => {
    // 0 is what a kubelet says whose cAdvisor does not measure it.
    figures.load = value > 0 ? value : Number.NaN;
  },
  container_fs_reads_bytes_total: (figures, line) => {
    const disk = diskOf(figures, line);
    if (disk !== undefined) disk.read = line.value;
  },
  container_fs_writes_bytes_total: (figures, line) => {
    const disk = diskOf(figures, line);
    if (disk !== undefined) disk.written = line.value;
  },
};

/** Reads an answer of `/metrics/cadvisor`; `skipped` counts lines that make no sense. */
export function decodeCadvisor(body: Buffer): { readonly answer: CadvisorAnswer; readonly skipped: number } {
  const subjects = new Subjects();
  let skipped = 0;
  for (const [name, take] of Object.entries(families))
    for (const text of linesOf(body, name)) {
      const line = lineOf(text.slice(name.length));
      const figures = line && subjects.figuresFor(line.labels);
      if (line === undefined) skipped++;
      else if (figures !== undefined) take(figures, line);
    }
  return { answer: subjects, skipped };
}

/** The lines of a family. They stand together, so that nothing but the beginning of the block is searched for. */
function* linesOf(body: Buffer, name: string): Generator<string> {
  const start = Buffer.from(`${name}{`);
  const isFirst = body.subarray(0, start.length).equals(start);
  let at = isFirst ? 0 : body.indexOf(`\n${name}{`) + 1;
  if (at === 0 && !isFirst) return;
  while (body.subarray(at, at + start.length).equals(start)) {
    const end = body.indexOf(0x0a, at);
    // A line without its end is not whole.
    if (end < 0) return;
    yield body.toString('utf8', at, end);
    at = end + 1;
  }
}

/** `{labels} value time`, labels in any order. */
function lineOf(text: string): Line | undefined {
  const [, labels, value = '', time = ''] = /^\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\} (\S+)(?: (\d+))?\r?$/.exec(text) ?? [];
  const number = Number(value);
  if (labels === undefined || !(number >= 0) || number === Number.POSITIVE_INFINITY) return undefined;
  return { labels: labelsIn(labels), value: number, at: as<EpochMs>(time === '' ? Number.NaN : Number(time)) };
}

const labelsIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [name, unescaped(value)]),
  );

const unescaped = (value: string): string =>
  value.includes('\\') ? value.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter)) : value;

function diskOf({ disks }: CadvisorFigures, { labels, at }: Line): DiskFigures | undefined {
  const device = labels.get('device') ?? '';
  let disk = disks.get(device);
  if (disk === undefined && device !== '' && disks.size < mostDisks) {
    disk = { sampledAt: at, read: Number.NaN, written: Number.NaN };
    disks.set(device, disk);
  }
  return disk;
}

/** The cgroups of what summaries tell of as system containers, by either driver of cgroups. */
const systemContainers: Readonly<Record<string, string>> = {
  '/kubepods': 'pods',
  '/kubepods.slice': 'pods',
  '/system.slice/kubelet.service': 'kubelet',
};

/** Finds out whom a line is about. */
class Subjects implements CadvisorAnswer {
  machine: CadvisorFigures | undefined;
  readonly systemContainers = new Map<string, CadvisorFigures>();
  readonly pods = new Map<string, CadvisorFigures>();
  readonly containers = new Map<string, CadvisorFigures>();

  /** Undefined for cgroups that are nobody of ours: slices, and the sandboxes of pods. */
  figuresFor(labels: ReadonlyMap<string, string>): CadvisorFigures | undefined {
    const [namespace, pod, container] = ['namespace', 'pod', 'container'].map((name) => labels.get(name) ?? '');
    const id = labels.get('id') ?? '';
    if (id === '/') {
      this.machine ??= unknown();
      return this.machine;
    }
    const daemon = Object.hasOwn(systemContainers, id) ? systemContainers[id] : undefined;
    if (daemon !== undefined) return figuresIn(this.systemContainers, daemon);
    if (!namespace || !pod || container === 'POD') return undefined;
    if (container) return figuresIn(this.containers, `${namespace}/${pod}/${container}`);
    // A sandbox has a name of its own, a pod's cgroup has none.
    return labels.get('name') ? undefined : figuresIn(this.pods, `${namespace}/${pod}`);
  }
}

function figuresIn(subjects: Map<string, CadvisorFigures>, key: string): CadvisorFigures | undefined {
  let figures = subjects.get(key);
  if (figures === undefined && subjects.size < mostSubjects) {
    figures = unknown();
    subjects.set(key, figures);
  }
  return figures;
}

const unknown = (): CadvisorFigures => ({ cache: Number.NaN, load: Number.NaN, disks: new Map() });
