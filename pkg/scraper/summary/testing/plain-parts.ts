import type { AcceleratorSummary, CustomValue } from '../../../model/kubelet-summary.ts';
import { figureOf, type JsonPart, type Moments, nameOf, partOf, partsOf } from './json-part.ts';
import { type KnownContainer, type KnownSubject, known } from './known-figures.ts';

/** Of one pod, or of one machine's daemons. */
const mostContainers = 512;

/** Accelerators, or figures of its own, of one container. */
const mostExtras = 64;

/** What kubelets print where the runtime gave no time. */
const neverMeasured = '1970-01-01T00:00:00Z';

/** The containers of a list, those without a name left out. */
export function containersOf(value: unknown, moments: Moments): readonly KnownContainer[] {
  const containers: KnownContainer[] = [];
  for (const part of partsOf(value, mostContainers)) {
    const container = containerOf(part, moments);
    if (container !== undefined) keepLaterLife(containers, container);
  }
  return containers;
}

/** A container that was restarted may be told twice for a while. */
function keepLaterLife(containers: KnownContainer[], container: KnownContainer): void {
  const at = containers.findIndex(({ name }) => name === container.name);
  const twin = containers[at];
  if (twin === undefined) containers.push(container);
  else if (beganLater(container, twin)) containers[at] = container;
}

/** A life whose beginning is not known began no later than any other. */
export const beganLater = (one: KnownSubject, other: KnownSubject): boolean =>
  (one.figures['startedAt'] ?? Number.NaN) > (other.figures['startedAt'] ?? Number.NaN);

function containerOf(part: JsonPart, moments: Moments): KnownContainer | undefined {
  const name = nameOf(part['name']);
  if (name === undefined) return undefined;
  const figures = known({
    ...subjectOf(part, moments),
    filesystem: filesystemOf(part['rootfs'], moments),
    logs: filesystemOf(part['logs'], moments),
  });
  const accelerators = acceleratorsOf(part['accelerators']);
  return { name, figures, accelerators, custom: customOf(part['userDefinedMetrics'], moments) };
}

/** What every kind of subject may have. */
export function subjectOf(part: JsonPart, moments: Moments): object {
  return {
    startedAt: moments.read(part['startTime']),
    cpu: cpuOf(part['cpu'], moments),
    memory: memoryOf(part['memory'], moments),
    io: ioOf(part['io'], moments),
    swap: swapOf(part['swap']),
  };
}

function cpuOf(value: unknown, moments: Moments) {
  const part = partOf(value);
  if (part === undefined) return undefined;
  return {
    sampledAt: moments.read(part['time']),
    usage: figureOf(part['usageCoreNanoSeconds']),
    nanoCores: figureOf(part['usageNanoCores']),
    pressure: pressureOf(part['psi']),
  };
}

function memoryOf(value: unknown, moments: Moments) {
  const part = partOf(value);
  if (part === undefined) return undefined;
  return {
    sampledAt: moments.read(part['time']),
    available: figureOf(part['availableBytes']),
    usage: figureOf(part['usageBytes']),
    workingSet: figureOf(part['workingSetBytes']),
    rss: figureOf(part['rssBytes']),
    pageFaults: figureOf(part['pageFaults']),
    majorPageFaults: figureOf(part['majorPageFaults']),
    pressure: pressureOf(part['psi']),
  };
}

function ioOf(value: unknown, moments: Moments) {
  const part = partOf(value);
  if (part === undefined) return undefined;
  return { sampledAt: moments.read(part['time']), pressure: pressureOf(part['psi']) };
}

function swapOf(value: unknown) {
  const part = partOf(value);
  return part && { usage: figureOf(part['swapUsageBytes']), available: figureOf(part['swapAvailableBytes']) };
}

/** Counters of the default interface; a machine without one has a name and a time only. */
export function networkOf(value: unknown, moments: Moments): object | undefined {
  const part = partOf(value);
  return (
    part && {
      sampledAt: moments.read(part['time']),
      rx: figureOf(part['rxBytes']),
      tx: figureOf(part['txBytes']),
      rxErrors: figureOf(part['rxErrors']),
      txErrors: figureOf(part['txErrors']),
    }
  );
}

/** A file system, or a part of one. */
export function filesystemOf(value: unknown, moments: Moments): object | undefined {
  const part = partOf(value);
  return (
    part && {
      sampledAt: moments.read(part['time']),
      // The runtime has not looked yet at what a container that has just started wrote: its 0 is none.
      used: part['time'] === neverMeasured ? Number.NaN : figureOf(part['usedBytes']),
      capacity: figureOf(part['capacityBytes']),
      available: figureOf(part['availableBytes']),
      inodes: figureOf(part['inodes']),
      inodesFree: figureOf(part['inodesFree']),
    }
  );
}

function pressureOf(value: unknown) {
  const part = partOf(value);
  return part && { some: pressureLineOf(part['some']), full: pressureLineOf(part['full']) };
}

function pressureLineOf(value: unknown) {
  const part = partOf(value) ?? {};
  return {
    total: figureOf(part['total']),
    avg10: figureOf(part['avg10']),
    avg60: figureOf(part['avg60']),
    avg300: figureOf(part['avg300']),
  };
}

function acceleratorsOf(value: unknown): readonly AcceleratorSummary[] {
  return partsOf(value, mostExtras).map((part) => ({
    make: nameOf(part['make']) ?? '',
    model: nameOf(part['model']) ?? '',
    id: nameOf(part['id']) ?? '',
    memoryTotal: figureOf(part['memoryTotal']),
    memoryUsed: figureOf(part['memoryUsed']),
    dutyCycle: figureOf(part['dutyCycle']),
  }));
}

function customOf(value: unknown, moments: Moments): readonly CustomValue[] {
  return partsOf(value, mostExtras).flatMap((part) => {
    const name = nameOf(part['name']);
    const figure = part['value'];
    if (name === undefined || typeof figure !== 'number') return [];
    const kind = nameOf(part['type']) ?? 'gauge';
    return [{ name, kind, sampledAt: moments.read(part['time']), value: figure }];
  });
}
