import type {
  AcceleratorSummary,
  ContainerSummary,
  CustomValue,
  NodeSummary,
  PodSummary,
  SubjectSummary,
  VolumeSummary,
} from '../../model/kubelet-summary.ts';
import { as, type EpochMs } from '../../model/units.ts';
import { readCpu, readFilesystem, readIo, readMemory, readNetwork, readSwap, readVolume } from './figures.ts';
import { end, type JsonScanner } from './json-scanner.ts';
import { field } from './summary-keys.ts';

/** Of one pod, or of one machine's daemons. */
const mostContainers = 512;

/** Volumes of one pod. */
const mostVolumes = 512;

/** Accelerators, or figures of its own, of one container. */
const mostExtras = 64;

type Draft<Summary> = { -readonly [Field in keyof Summary]: Summary[Field] };

const subject = (): Draft<SubjectSummary> => ({
  startedAt: as<EpochMs>(Number.NaN),
  cpu: undefined,
  memory: undefined,
  io: undefined,
  swap: undefined,
});

/** Reads what every kind of subject may have; false for a field that is none of these, which is still to be read. */
function readCommon(json: JsonScanner, key: number, into: Draft<SubjectSummary>): boolean {
  if (key === field.startTime) into.startedAt = json.moment();
  else if (key === field.cpu) into.cpu = readCpu(json);
  else if (key === field.memory) into.memory = readMemory(json);
  else if (key === field.io) into.io = readIo(json);
  else if (key === field.swap) into.swap = readSwap(json);
  else return false;
  return true;
}

/** The machine; undefined where it has no name. */
export function readNode(json: JsonScanner): NodeSummary | undefined {
  if (!json.enter()) return undefined;
  const node: Draft<NodeSummary> = {
    ...{ name: '', ...subject(), systemContainers: [], network: undefined, filesystem: undefined },
    processes: undefined,
  };
  for (let key = json.key(); key !== end; key = json.key()) {
    if (readCommon(json, key, node)) continue;
    if (key === field.nodeName) node.name = json.name() ?? '';
    else if (key === field.systemContainers) node.systemContainers = readContainers(json);
    else if (key === field.network) node.network = readNetwork(json);
    else if (key === field.fs) node.filesystem = readFilesystem(json);
    else if (key === field.rlimit) node.processes = readProcesses(json);
    else json.skip();
  }
  return node.name === '' ? undefined : node;
}

/** A pod; undefined where it has no name. */
export function readPod(json: JsonScanner): PodSummary | undefined {
  if (!json.enter()) return undefined;
  const pod: Draft<PodSummary> = {
    ...{ namespace: '', name: '', uid: '', ...subject(), containers: [], network: undefined },
    ...{ ephemeralStorage: undefined, volumes: [], processCount: Number.NaN },
  };
  for (let key = json.key(); key !== end; key = json.key()) {
    if (readCommon(json, key, pod)) continue;
    if (key === field.podRef) readReference(json, pod);
    else if (key === field.containers) pod.containers = readContainers(json);
    else if (key === field.network) pod.network = readNetwork(json);
    else if (key === field.volume) pod.volumes = readVolumes(json);
    else if (key === field['ephemeral-storage']) pod.ephemeralStorage = readFilesystem(json);
    else if (key === field.process_stats) pod.processCount = readProcessCount(json);
    else json.skip();
  }
  return pod.name === '' || pod.namespace === '' ? undefined : pod;
}

function readReference(json: JsonScanner, pod: Draft<PodSummary>): void {
  if (!json.enter()) return;
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.name) pod.name = json.name() ?? '';
    else if (key === field.namespace) pod.namespace = json.name() ?? '';
    else if (key === field.uid) pod.uid = json.name() ?? '';
    else json.skip();
  }
}

function readContainers(json: JsonScanner): readonly ContainerSummary[] {
  const containers: ContainerSummary[] = [];
  if (!json.enterList()) return containers;
  for (let left = mostContainers; json.more(); left--) {
    const container = left > 0 ? readContainer(json) : json.skip();
    if (container) keepLaterLife(containers, container);
  }
  return containers;
}

/** A container that was restarted may be told twice for a while. */
function keepLaterLife(containers: ContainerSummary[], container: ContainerSummary): void {
  const at = containers.findIndex(({ name }) => name === container.name);
  const twin = containers[at];
  if (twin === undefined) containers.push(container);
  else if (container.startedAt > twin.startedAt) containers[at] = container;
}

const noAccelerators: readonly AcceleratorSummary[] = [];
const noCustom: readonly CustomValue[] = [];

function readContainer(json: JsonScanner): ContainerSummary | undefined {
  if (!json.enter()) return undefined;
  const container: Draft<ContainerSummary> = {
    ...{ name: '', ...subject(), rootfs: undefined, logs: undefined, accelerators: noAccelerators, custom: noCustom },
  };
  for (let key = json.key(); key !== end; key = json.key()) {
    if (readCommon(json, key, container)) continue;
    if (key === field.name) container.name = json.name() ?? '';
    else if (key === field.rootfs) container.rootfs = readFilesystem(json);
    else if (key === field.logs) container.logs = readFilesystem(json);
    else if (key === field.accelerators) container.accelerators = readAccelerators(json);
    else if (key === field.userDefinedMetrics) container.custom = readCustom(json);
    else json.skip();
  }
  return container.name === '' ? undefined : container;
}

function readVolumes(json: JsonScanner): readonly VolumeSummary[] {
  const volumes: VolumeSummary[] = [];
  if (!json.enterList()) return volumes;
  for (let left = mostVolumes; json.more(); left--) {
    const volume = left > 0 ? readVolume(json) : json.skip();
    if (volume && volume.name !== '') volumes.push(volume);
  }
  return volumes;
}

function readAccelerators(json: JsonScanner): readonly AcceleratorSummary[] {
  const accelerators: AcceleratorSummary[] = [];
  if (!json.enterList()) return accelerators;
  for (let left = mostExtras; json.more(); left--) {
    const accelerator = left > 0 ? readAccelerator(json) : json.skip();
    if (accelerator) accelerators.push(accelerator);
  }
  return accelerators;
}

function readAccelerator(json: JsonScanner): AcceleratorSummary | undefined {
  if (!json.enter()) return undefined;
  const texts = { make: '', model: '', id: '' };
  const figures = { memoryTotal: Number.NaN, memoryUsed: Number.NaN, dutyCycle: Number.NaN };
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.make) texts.make = json.name() ?? '';
    else if (key === field.model) texts.model = json.name() ?? '';
    else if (key === field.id) texts.id = json.name() ?? '';
    else if (key === field.memoryTotal) figures.memoryTotal = json.figure();
    else if (key === field.memoryUsed) figures.memoryUsed = json.figure();
    else if (key === field.dutyCycle) figures.dutyCycle = json.figure();
    else json.skip();
  }
  return { ...texts, ...figures };
}

function readCustom(json: JsonScanner): readonly CustomValue[] {
  const values: CustomValue[] = [];
  if (!json.enterList()) return values;
  for (let left = mostExtras; json.more(); left--) {
    const value = left > 0 ? readCustomValue(json) : json.skip();
    if (value) values.push(value);
  }
  return values;
}

function readCustomValue(json: JsonScanner): CustomValue | undefined {
  if (!json.enter()) return undefined;
  let sampledAt = as<EpochMs>(Number.NaN);
  let name = '';
  let kind = 'gauge';
  let value = Number.NaN;
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.name) name = json.name() ?? '';
    else if (key === field.type) kind = json.name() ?? 'gauge';
    else if (key === field.time) sampledAt = json.moment();
    else if (key === field.value) value = json.number();
    else json.skip();
  }
  return name === '' || Number.isNaN(value) ? undefined : { name, kind, sampledAt, value };
}

function readProcesses(json: JsonScanner): NodeSummary['processes'] {
  if (!json.enter()) return undefined;
  let count = Number.NaN;
  let limit = Number.NaN;
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.curproc) count = json.figure();
    else if (key === field.maxpid) limit = json.figure();
    else json.skip();
  }
  return { count, limit };
}

function readProcessCount(json: JsonScanner): number {
  let count = Number.NaN;
  if (!json.enter()) return count;
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.process_count) count = json.figure();
    else json.skip();
  }
  return count;
}
