import { place, placesOfFilesystem, placesOfPressure } from '../../model/kubelet-summary.ts';
import { Field, Shape } from './shape.ts';

/** Which name a field gives. */
export const text = {
  node: 0,
  namespace: 1,
  pod: 2,
  uid: 3,
  container: 4,
  volume: 5,
  extra: 6,
  kind: 7,
  make: 8,
  model: 9,
};

/** Which list a field is. */
export const list = { pods: 0, systemContainers: 1, containers: 2, volumes: 3, accelerators: 4, custom: 5 };

/** Where the figures of an accelerator and of a container's own metric stand among those of their own. */
export const extraPlaces = { memoryTotal: 0, memoryUsed: 1, dutyCycle: 2, sampledAt: 0, value: 1 };

type Fields = Readonly<Record<string, Field>>;

const figure = (at: number): Field => new Field('figure', at);
const moment = (at: number): Field => new Field('moment', at);
const name = (which: number): Field => new Field('name', which);
const part = (fields: Fields, at = 0): Field => new Field('part', at, new Shape(fields));
const listOf = (which: number, fields: Fields): Field => new Field('list', which, new Shape(fields));

/** Every field of a summary that is read. Each place of an answer has shapes of its own: it is indented in its own way. */
export const summaryShape = (): Shape => new Shape({ node: part(nodeFields()), pods: listOf(list.pods, podFields()) });

function nodeFields(): Fields {
  return {
    ...subjectFields(),
    nodeName: name(text.node),
    systemContainers: listOf(list.systemContainers, containerFields()),
    network: network(),
    fs: filesystem(place.filesystem),
    rlimit: part({ curproc: figure(place.processes.count), maxpid: figure(place.processes.limit) }),
  };
}

function podFields(): Fields {
  return {
    ...subjectFields(),
    podRef: part({ name: name(text.pod), namespace: name(text.namespace), uid: name(text.uid) }),
    containers: listOf(list.containers, containerFields()),
    network: network(),
    volume: listOf(list.volumes, { ...filesystemFields(), name: name(text.volume) }),
    'ephemeral-storage': filesystem(place.filesystem),
    process_stats: part({ process_count: figure(place.processes.count) }),
  };
}

function containerFields(): Fields {
  return {
    ...subjectFields(),
    name: name(text.container),
    rootfs: filesystem(place.filesystem),
    logs: filesystem(place.logs),
    accelerators: listOf(list.accelerators, acceleratorFields()),
    userDefinedMetrics: listOf(list.custom, customFields()),
  };
}

/** What every kind of subject may have. */
function subjectFields(): Fields {
  const { cpu, memory, io, swap } = place;
  return {
    startTime: moment(place.startedAt),
    cpu: part({
      time: moment(cpu.sampledAt),
      usageNanoCores: figure(cpu.nanoCores),
      usageCoreNanoSeconds: figure(cpu.usage),
      psi: pressure(cpu.pressure),
    }),
    memory: part({
      time: moment(memory.sampledAt),
      availableBytes: figure(memory.available),
      usageBytes: figure(memory.usage),
      workingSetBytes: figure(memory.workingSet),
      rssBytes: figure(memory.rss),
      pageFaults: figure(memory.pageFaults),
      majorPageFaults: figure(memory.majorPageFaults),
      psi: pressure(memory.pressure),
    }),
    io: part({ time: moment(io.sampledAt), psi: pressure(io.pressure) }),
    swap: part({ swapUsageBytes: figure(swap.usage), swapAvailableBytes: figure(swap.available) }),
  };
}

function network(): Field {
  const { sampledAt, rx, tx, rxErrors, txErrors } = place.network;
  return part({
    time: moment(sampledAt),
    rxBytes: figure(rx),
    txBytes: figure(tx),
    rxErrors: figure(rxErrors),
    txErrors: figure(txErrors),
  });
}

const filesystem = (at: number): Field => part(filesystemFields(), at);

/** Its time may be that of Unix's beginning, which says something. */
function filesystemFields(): Fields {
  const { sampledAt, used, capacity, available, inodes, inodesFree } = placesOfFilesystem;
  return {
    time: new Field('instant', sampledAt),
    usedBytes: figure(used),
    capacityBytes: figure(capacity),
    availableBytes: figure(available),
    inodes: figure(inodes),
    inodesFree: figure(inodesFree),
  };
}

function pressure(at: number): Field {
  const line = ({ total, avg10, avg60, avg300 }: Readonly<Record<'total' | 'avg10' | 'avg60' | 'avg300', number>>) =>
    part({ total: figure(total), avg10: figure(avg10), avg60: figure(avg60), avg300: figure(avg300) });
  const lines = { some: line(placesOfPressure.some), full: line(placesOfPressure.full) };
  return new Field('pressure', at, new Shape(lines));
}

function acceleratorFields(): Fields {
  const { memoryTotal, memoryUsed, dutyCycle } = extraPlaces;
  return {
    make: name(text.make),
    model: name(text.model),
    id: name(text.extra),
    memoryTotal: figure(memoryTotal),
    memoryUsed: figure(memoryUsed),
    dutyCycle: figure(dutyCycle),
  };
}

function customFields(): Fields {
  const { sampledAt, value } = extraPlaces;
  return { name: name(text.extra), type: name(text.kind), time: moment(sampledAt), value: new Field('number', value) };
}
