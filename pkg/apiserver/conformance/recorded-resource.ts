import type { ProtobufWriter } from '../encode/protobuf/protobuf-writer.ts';
import type { Found, ListQuery, NotFound, ObjectMeta, Resource, Wire } from '../resource.ts';
import type { RecordedExchange } from './recorded-exchange.ts';

/** An object as it stands in a recorded list. */
interface RecordedObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly timestamp: string | null;
  readonly window: string;
  readonly usage?: Usage;
  readonly containers?: readonly RecordedContainer[];
}

interface RecordedContainer {
  readonly name: string;
  readonly usage: Usage;
}

type Usage = Readonly<Record<string, string>>;

/** Which list a resource holds, and what it is. */
export interface RecordedShape extends Pick<Resource<unknown>, 'name' | 'kind' | 'namespaced'> {
  /** Capture of the list of all its objects. */
  readonly list: RecordedExchange;
}

/**
 * A resource holding the items of a recorded list, which say they were made when `asked` was answered. Its wire form is
 * made from their JSON, the slow and obvious way.
 */
export function recordedResource({ list, ...shape }: RecordedShape, asked: RecordedExchange): Resource<unknown> {
  const { items } = JSON.parse(list.body.toString()) as { items: readonly RecordedObject[] };
  const turned = items.map((item) => inOrderOf(item, asked, list));
  const matching = ({ namespace, labels, fields }: ListQuery): readonly RecordedObject[] =>
    turned
      .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
      .filter(({ metadata }) => labels === undefined || labels.matches(metadata.labels ?? {}))
      .filter(({ metadata }) => fields === undefined || fields.matches(fieldsOf(metadata)));
  return {
    ...shape,
    verbs: ['get', 'list'],
    wire: wireOf(asked.created * 1000) as Wire<unknown>,
    get: (name, namespace): Found<unknown> => {
      const object = matching(namespace === undefined ? {} : { namespace }).find((item) => item.metadata.name === name);
      return object === undefined ? missing(shape.name, name) : { kind: 'found', object };
    },
    list: matching,
  };
}

const fieldsOf = ({ name, namespace }: RecordedObject['metadata']): Record<string, string> => ({
  'metadata.name': name,
  ...(namespace !== undefined && { 'metadata.namespace': namespace }),
});

function inOrderOf(item: RecordedObject, asked: RecordedExchange, list: RecordedExchange): RecordedObject {
  const name = `${item.metadata.namespace}/${item.metadata.name}`;
  const isTurned = (asked.reversed?.includes(name) ?? false) !== (list.reversed?.includes(name) ?? false);
  return isTurned && item.containers !== undefined ? { ...item, containers: item.containers.toReversed() } : item;
}

function wireOf(creationTimestamp: number): Wire<RecordedObject> {
  return {
    metadata: ({ metadata: { name, namespace, labels = {} } }): ObjectMeta => ({
      name,
      ...(namespace !== undefined && { namespace }),
      labels,
      creationTimestamp,
    }),
    jsonMembers: ({ metadata: _, ...others }, out) => out.text(JSON.stringify(others).slice(1, -1)),
    protobufFields,
    columns: () => [
      ...['cpu', 'memory'].map((name) => ({ name, type: 'string', format: 'quantity' })),
      { name: 'Window', type: 'string', format: 'duration' },
    ],
    cells: (object, columns) => columns.map(({ name }) => totalOf(object)[name] ?? object.window),
  };
}

/** `rig-node-2` is known without metrics; nothing else that is missing is known. */
function missing(resource: string, name: string): NotFound {
  if (name === 'rig-node-2') {
    const message = `nodemetrics.metrics.k8s.io "${name}" not found`;
    return { kind: 'not-found', message, details: { name, group: 'metrics.k8s.io', kind: 'nodemetrics' } };
  }
  const kind = resource === 'nodes' ? 'node' : 'pods';
  return { kind: 'not-found', message: `${kind} "${name}" not found`, details: { name, kind } };
}

function protobufFields({ timestamp, window, usage, containers = [] }: RecordedObject, out: ProtobufWriter): void {
  out.message(2, (time) => {
    time.int64(1, Date.parse(timestamp ?? '') / 1000);
    time.int64(2, 0);
  });
  out.message(3, (duration) => duration.int64(1, Math.round(Number.parseFloat(window) * 1000) * 1e6));
  if (usage !== undefined) usageFields(4, usage, out);
  for (const each of containers) {
    out.message(4, (inner) => {
      inner.string(1, each.name);
      usageFields(2, each.usage, inner);
    });
  }
}

function usageFields(field: number, usage: Usage, out: ProtobufWriter): void {
  for (const [name, quantity] of Object.entries(usage)) {
    out.message(field, (entry) => {
      entry.string(1, name);
      entry.message(2, (inner) => inner.string(1, quantity));
    });
  }
}

function totalOf({ usage, containers = [] }: RecordedObject): Usage {
  if (usage !== undefined) return usage;
  const sum = (name: string): number =>
    containers.reduce((total, each) => total + Number.parseInt(each.usage[name] ?? '', 10), 0);
  const cpu = sum('cpu');
  return { cpu: cpu === 0 ? '0' : `${cpu}n`, memory: `${sum('memory')}Ki` };
}
