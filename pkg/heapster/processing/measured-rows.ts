import type { ContainerSummary, FilesystemSummary, KubeletSummary, PodSummary } from '../../model/kubelet-summary.ts';
import { podKey, type Row } from '../rows/layout.ts';
import type { Draft } from './draft.ts';
import { filesystemReadings, readingsFor, type Subject } from './readings.ts';

/** Heapster's names for the daemons that kubelets call by others. */
const daemonNames: Readonly<Record<string, string>> = { runtime: 'docker-daemon', misc: 'system' };

/** Rows of what a kubelet's summary tells, before anything is computed of it. Returns that of the node. */
export function addMeasured(draft: Draft, name: string, summary: KubeletSummary): Row {
  const node = measure(draft, draft.row('node', name), summary.node);
  filesystemRow(draft, '/', summary.node.filesystem, node);
  for (const daemon of summary.node.systemContainers)
    measure(draft, draft.row('sys_container', daemonNames[daemon.name] ?? daemon.name), daemon);
  for (const pod of summary.pods) addPod(draft, pod);
  return node;
}

function addPod(draft: Draft, pod: PodSummary): void {
  const row = measure(draft, draft.row('pod', podKey(pod.namespace, pod.name)), pod);
  for (const { name, filesystem } of pod.volumes) filesystemRow(draft, `Volume:${name}`, filesystem, row);
  for (const container of pod.containers) addContainer(draft, container, row);
}

function addContainer(draft: Draft, container: ContainerSummary, pod: Row): void {
  const row = measure(draft, draft.row('pod_container', container.name, pod), container);
  filesystemRow(draft, '/', container.rootfs, row);
  filesystemRow(draft, 'logs', container.logs, row);
  for (const { make, model, id, memoryTotal, memoryUsed, dutyCycle } of container.accelerators) {
    const accelerator = draft.row('accelerator', acceleratorName(make, model, id), row);
    draft.setNamed(accelerator, 'accelerator/memory_total', memoryTotal);
    draft.setNamed(accelerator, 'accelerator/memory_used', memoryUsed);
    draft.setNamed(accelerator, 'accelerator/duty_cycle', dutyCycle);
  }
  for (const { name, value } of container.custom) draft.set(draft.row('extra', `custom/${name}`, row), 0, value);
}

/** One name for the three labels of an accelerator; `acceleratorLabels` takes it apart again. */
const acceleratorName = (...parts: readonly string[]): string => parts.map(encodeURIComponent).join('/');

/** The labels of an accelerator by the name of its row. */
export function acceleratorLabels(name: string): Readonly<Record<string, string>> {
  const [make = '', model = '', id = ''] = name.split('/').map(decodeURIComponent);
  return { make, model, accelerator_id: id };
}

function measure(draft: Draft, row: Row, subject: Subject): Row {
  draft.setTime(row, 'start', subject.startedAt);
  draft.setTime(row, 'cpu', subject.cpu?.sampledAt ?? Number.NaN);
  draft.setTime(row, 'memory', subject.memory?.sampledAt ?? Number.NaN);
  draft.setTime(row, 'network', subject.network?.sampledAt ?? Number.NaN);
  for (const { column, read } of readingsFor(row.columns)) {
    const value = read(subject);
    if (value !== undefined) draft.set(row, column, value);
  }
  return row;
}

function filesystemRow(draft: Draft, id: string, filesystem: FilesystemSummary | undefined, parent: Row): void {
  if (filesystem === undefined) return;
  const row = draft.row('filesystem', id, parent);
  for (const { column, read } of filesystemReadings) draft.set(row, column, read(filesystem) ?? Number.NaN);
}
