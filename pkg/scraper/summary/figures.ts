import type {
  CpuSummary,
  FilesystemSummary,
  IoSummary,
  MemorySummary,
  NetworkSummary,
  Pressure,
  PressureLine,
  SwapSummary,
} from '../../model/kubelet-summary.ts';
import { as, type EpochMs } from '../../model/units.ts';
import { end, type JsonScanner } from './json-scanner.ts';
import { field } from './summary-keys.ts';

const never = as<EpochMs>(Number.NaN);

/** CPU of anything that has it. */
export function readCpu(json: JsonScanner): CpuSummary | undefined {
  if (!json.enter()) return undefined;
  let sampledAt = never;
  let usage = Number.NaN;
  let nanoCores = Number.NaN;
  let pressure: Pressure | undefined;
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.time) sampledAt = json.moment();
    else if (key === field.usageCoreNanoSeconds) usage = json.figure();
    else if (key === field.usageNanoCores) nanoCores = json.figure();
    else if (key === field.psi) pressure = readPressure(json);
    else json.skip();
  }
  return { sampledAt, usage, nanoCores, pressure };
}

/** Memory of anything that has it. */
export function readMemory(json: JsonScanner): MemorySummary | undefined {
  if (!json.enter()) return undefined;
  let sampledAt = never;
  let available = Number.NaN;
  let usage = Number.NaN;
  let workingSet = Number.NaN;
  let rss = Number.NaN;
  let pageFaults = Number.NaN;
  let majorPageFaults = Number.NaN;
  let pressure: Pressure | undefined;
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.time) sampledAt = json.moment();
    else if (key === field.usageBytes) usage = json.figure();
    else if (key === field.workingSetBytes) workingSet = json.figure();
    else if (key === field.rssBytes) rss = json.figure();
    else if (key === field.pageFaults) pageFaults = json.figure();
    else if (key === field.majorPageFaults) majorPageFaults = json.figure();
    else if (key === field.availableBytes) available = json.figure();
    else if (key === field.psi) pressure = readPressure(json);
    else json.skip();
  }
  return { sampledAt, available, usage, workingSet, rss, pageFaults, majorPageFaults, pressure };
}

/** Waiting for reads and writes. */
export function readIo(json: JsonScanner): IoSummary | undefined {
  if (!json.enter()) return undefined;
  let sampledAt = never;
  let pressure: Pressure | undefined;
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.time) sampledAt = json.moment();
    else if (key === field.psi) pressure = readPressure(json);
    else json.skip();
  }
  return { sampledAt, pressure };
}

/** Swap of anything that has it. */
export function readSwap(json: JsonScanner): SwapSummary | undefined {
  if (!json.enter()) return undefined;
  let usage = Number.NaN;
  let available = Number.NaN;
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.swapUsageBytes) usage = json.figure();
    else if (key === field.swapAvailableBytes) available = json.figure();
    else json.skip();
  }
  return { usage, available };
}

/** Counters of the default interface; a machine without one has a name and a time only. */
export function readNetwork(json: JsonScanner): NetworkSummary | undefined {
  if (!json.enter()) return undefined;
  let sampledAt = never;
  let rx = Number.NaN;
  let tx = Number.NaN;
  let rxErrors = Number.NaN;
  let txErrors = Number.NaN;
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.time) sampledAt = json.moment();
    else if (key === field.rxBytes) rx = json.figure();
    else if (key === field.txBytes) tx = json.figure();
    else if (key === field.rxErrors) rxErrors = json.figure();
    else if (key === field.txErrors) txErrors = json.figure();
    else json.skip();
  }
  return { sampledAt, rx, tx, rxErrors, txErrors };
}

/** A file system, or a part of one. */
export const readFilesystem = (json: JsonScanner): FilesystemSummary | undefined => readVolume(json)?.filesystem;

/** A file system that may have a name; empty where it has none. */
export function readVolume(
  json: JsonScanner,
): { readonly name: string; readonly filesystem: FilesystemSummary } | undefined {
  if (!json.enter()) return undefined;
  let name = '';
  const filesystem: Draft<FilesystemSummary> = {
    sampledAt: never,
    used: Number.NaN,
    capacity: Number.NaN,
    available: Number.NaN,
    inodes: Number.NaN,
    inodesFree: Number.NaN,
  };
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.time) filesystem.sampledAt = json.instant();
    else if (key === field.usedBytes) filesystem.used = json.figure();
    else if (key === field.capacityBytes) filesystem.capacity = json.figure();
    else if (key === field.availableBytes) filesystem.available = json.figure();
    else if (key === field.inodes) filesystem.inodes = json.figure();
    else if (key === field.inodesFree) filesystem.inodesFree = json.figure();
    else if (key === field.name) name = json.name() ?? '';
    else json.skip();
  }
  forgetUnmeasured(filesystem);
  return { name, filesystem };
}

/** The runtime has not looked yet at what a container that has just started wrote: its 0, of 1970, is none. */
function forgetUnmeasured(filesystem: Draft<FilesystemSummary>): void {
  if (filesystem.sampledAt > 0) return;
  if (filesystem.sampledAt === 0) filesystem.used = Number.NaN;
  filesystem.sampledAt = never;
}

type Draft<Summary> = { -readonly [Field in keyof Summary]: Summary[Field] };

function readPressure(json: JsonScanner): Pressure | undefined {
  if (!json.enter()) return undefined;
  let some = unknownLine;
  let full = unknownLine;
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.some) some = readPressureLine(json);
    else if (key === field.full) full = readPressureLine(json);
    else json.skip();
  }
  return { some, full };
}

const unknownLine: PressureLine = { total: Number.NaN, avg10: Number.NaN, avg60: Number.NaN, avg300: Number.NaN };

function readPressureLine(json: JsonScanner): PressureLine {
  if (!json.enter()) return unknownLine;
  let total = Number.NaN;
  let avg10 = Number.NaN;
  let avg60 = Number.NaN;
  let avg300 = Number.NaN;
  for (let key = json.key(); key !== end; key = json.key()) {
    if (key === field.total) total = json.figure();
    else if (key === field.avg10) avg10 = json.figure();
    else if (key === field.avg60) avg60 = json.figure();
    else if (key === field.avg300) avg300 = json.figure();
    else json.skip();
  }
  return { total, avg10, avg60, avg300 };
}
