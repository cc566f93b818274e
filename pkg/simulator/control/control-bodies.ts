import type { ReviewConduct } from '../kube-apiserver/api-server-faults.ts';
import { isRecord } from '../kube-apiserver/object-store.ts';
import type { KubeletFault } from '../kubelets/faults.ts';
import { certificateMakes } from '../kubelets/kubelet-certificates.ts';
import { type MisconfigurationName, misconfigurationNames } from '../misconfigurations/misconfiguration.ts';
import type { MetricsServerAddress } from '../objects/metrics-server-objects.ts';
import type { ContainerRef, ContainerShape, NodeShape, PodShape } from '../shape/cluster-shape.ts';
import { cadvisorHousekeeping } from '../shape/cluster-shape.ts';

/** A body that says something else than it should; the message says what. */
export class BadBody extends Error {
  override readonly name = 'BadBody';
}

/** What happens to the pretend kube-apiserver. */
export type ApiServerOrder =
  | { readonly action: 'down'; readonly forMs: number }
  | { readonly action: 'drop-watches' | 'silence-watches' | 'expire-versions' }
  | {
      readonly action: 'misbehave';
      readonly delayMs: number;
      readonly tokenReviews: ReviewConduct;
      readonly accessReviews: ReviewConduct;
    };

type Fields = Readonly<Record<string, unknown>>;

const plainFaults = [
  'hang',
  'refuse',
  'reset',
  'garbage',
  'truncated',
  'html',
  'empty',
  'frozen',
  'gzip-bomb',
  'endless',
  'missing-containers',
  'bad-lines',
  'long-line',
  'duplicates',
  'other-labels',
  'no-timestamps',
  'utf-16',
  'mislabelled',
  'http-1.0',
  'redirect',
] as const;
const faultStatuses = [401, 403, 404, 429, 500, 503] as const;
const conducts = ['answer', 'fail', 'hang'] as const;
const watchActions = ['drop-watches', 'silence-watches', 'expire-versions'] as const;

/** `{node, fault}`, fault null to heal. */
export function faultOrder(body: unknown): { readonly node: string; readonly fault: KubeletFault | undefined } {
  const fields = record(body, 'the body');
  const node = text(fields, 'node');
  return { node, fault: fields.fault === null ? undefined : faultOf(record(fields.fault, 'fault')) };
}

function faultOf(fields: Fields): KubeletFault {
  const kind = text(fields, 'kind');
  if (kind === 'status') return { kind, status: oneOf(fields.status, 'fault.status', faultStatuses) };
  if (kind === 'slow') return { kind, bytesPerSecond: positive(fields, 'bytesPerSecond') };
  if (kind === 'skew') return { kind, byMs: number(fields, 'byMs') };
  if (kind === 'certificate') return { kind, make: oneOf(fields.make, 'fault.make', certificateMakes) };
  if (kind === 'no-resource-metrics')
    return { kind, summary: oneOf(fields.summary ?? 'served', 'fault.summary', ['served', 'forbidden']) };
  const known = plainFaults.find((one) => one === kind);
  if (known === undefined) {
    throw new BadBody(
      `fault.kind must be status, slow, skew, certificate, no-resource-metrics, ${plainFaults.join(', ')}; got ${JSON.stringify(kind)}`,
    );
  }
  return { kind: known };
}

/** `{action, …}`. */
export function apiServerOrder(body: unknown): ApiServerOrder {
  const fields = record(body, 'the body');
  const action = oneOf(fields.action, 'action', ['down', 'misbehave', ...watchActions]);
  if (action === 'down') return { action, forMs: positive(fields, 'forMs') };
  if (action !== 'misbehave') return { action };
  return {
    action,
    delayMs: number(fields, 'delayMs', 0),
    tokenReviews: oneOf(fields.tokenReviews ?? 'answer', 'tokenReviews', conducts),
    accessReviews: oneOf(fields.accessReviews ?? 'answer', 'accessReviews', conducts),
  };
}

/** `{node, pod}`. */
export function podOrder(body: unknown): { readonly node: string; readonly pod: PodShape } {
  const fields = record(body, 'the body');
  return { node: text(fields, 'node'), pod: podOf(record(fields.pod, 'pod')) };
}

function podOf(fields: Fields): PodShape {
  return {
    namespace: text(fields, 'namespace'),
    name: text(fields, 'name'),
    labels: labels(fields),
    containers: list(fields, 'containers').map((container) => containerOf(record(container, 'a container'))),
    startedAgoMs: number(fields, 'startedAgoMs', 0),
  };
}

function containerOf(fields: Fields): ContainerShape {
  return {
    name: text(fields, 'name'),
    cpuCores: number(fields, 'cpuCores'),
    memoryBytes: number(fields, 'memoryBytes'),
    swapBytes: number(fields, 'swapBytes', 0),
  };
}

/** `{name, …}`: a node of ordinary size unless said otherwise. */
export function nodeOrder(body: unknown): NodeShape {
  const fields = record(body, 'the body');
  const name = text(fields, 'name');
  const capacity = record(fields.capacity ?? {}, 'capacity');
  return {
    name,
    labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...labels(fields) },
    capacity: { cpuCores: number(capacity, 'cpuCores', 4), memoryBytes: number(capacity, 'memoryBytes', 16 * 2 ** 30) },
    pods: list({ pods: [], ...fields }, 'pods').map((pod) => podOf(record(pod, 'a pod'))),
    system: { cpuCores: 0.1, memoryBytes: 512 * 2 ** 20 },
    housekeeping: cadvisorHousekeeping,
  };
}

/** `{namespace, pod, container}`. */
export function restartOrder(body: unknown): ContainerRef {
  const fields = record(body, 'the body');
  return { namespace: text(fields, 'namespace'), pod: text(fields, 'pod'), container: text(fields, 'container') };
}

/** `{name}`, null to heal. */
export function misconfigurationOrder(body: unknown): MisconfigurationName | undefined {
  const { name } = record(body, 'the body');
  if (name === null) return undefined;
  const found = misconfigurationNames.find((one) => one === name);
  if (found === undefined) throw new BadBody(`name must be one of ${misconfigurationNames.join(', ')}`);
  return found;
}

/** `{host, port, caBundle?}`, or null for nowhere. */
export function addressOrder(body: unknown): MetricsServerAddress | undefined {
  if (body === null) return undefined;
  const fields = record(body, 'the body');
  const { caBundle } = fields;
  if (caBundle !== undefined && typeof caBundle !== 'string') throw new BadBody('caBundle must be PEM text');
  return { host: text(fields, 'host'), port: positive(fields, 'port'), ...(caBundle !== undefined && { caBundle }) };
}

function record(value: unknown, what: string): Fields {
  if (!isRecord(value)) throw new BadBody(`${what} must be a JSON object`);
  return value;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new BadBody(`${name} must be a text that is not empty`);
  return value;
}

function number(fields: Fields, name: string, otherwise?: number): number {
  const value = fields[name] ?? otherwise;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new BadBody(`${name} must be a number`);
  return value;
}

function positive(fields: Fields, name: string): number {
  const value = number(fields, name);
  if (value <= 0) throw new BadBody(`${name} must be greater than 0, got ${value}`);
  return value;
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new BadBody(`${name} must be a list`);
  return value;
}

function labels({ labels: given = {} }: Fields): Record<string, string> {
  const pairs = Object.entries(record(given, 'labels'));
  return Object.fromEntries(pairs.map(([name, value]) => [name, String(value)]));
}

function oneOf<const T extends string | number>(value: unknown, name: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw new BadBody(`${name} must be one of ${allowed.join(', ')}; got ${JSON.stringify(value)}`);
  return found;
}
