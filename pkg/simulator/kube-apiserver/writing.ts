import type { Call } from './call.ts';
import type { KubernetesObject, ObjectMeta, ObjectStore } from './object-store.ts';
import { notFound } from './reading.ts';
import { json, type Reply, refusal } from './reply.ts';
import type { ResourceTarget } from './request-target.ts';
import { apiVersionOf, type ResourceType, storeKey } from './resource-types.ts';

/** One write, its body read. */
interface Write {
  readonly store: ObjectStore;
  readonly target: ResourceTarget;
  readonly type: ResourceType;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answers create, update, patch (as a JSON merge patch, whatever its kind) and delete. */
export async function answerWrite(
  store: ObjectStore,
  call: Call,
  target: ResourceTarget,
  type: ResourceType,
): Promise<Reply> {
  if (target.verb === 'delete') return remove(store, target, type);
  const body = parseJson(await call.readBody());
  if (!isRecord(body)) return refusal('BadRequest', 'the body of the request must be one JSON object');
  const write = { store, target, type, body };
  if (target.verb === 'create') return create(write);
  return target.verb === 'update' ? update(write) : patch(write);
}

function remove(store: ObjectStore, { name = '', namespace }: ResourceTarget, type: ResourceType): Reply {
  const removed = store.remove(storeKey(type), name, namespace);
  if (removed === undefined) return notFound(type, name);
  const details = { name, group: type.group, kind: type.name, uid: removed.metadata.uid };
  return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function create({ store, target, type, body }: Write): Reply {
  const object = asObject(body, target, type);
  if (object === undefined) return refusal('BadRequest', `metadata.name of the new ${type.kind} is missing`);
  const { name } = object.metadata;
  if (store.get(storeKey(type), name, target.namespace) !== undefined) {
    return refusal('AlreadyExists', `${type.name} "${name}" already exists`, { name, kind: type.name });
  }
  return json(store.put(storeKey(type), object), 201);
}

function update({ store, target, type, body }: Write): Reply {
  const before = store.get(storeKey(type), target.name ?? '', target.namespace);
  if (before === undefined) return notFound(type, target.name ?? '');
  const object = asObject(body, target, type);
  if (object === undefined) return refusal('BadRequest', `metadata.name of the ${type.kind} is missing`);
  if (isOutdated(body, before)) return conflict(type, before.metadata.name);
  return json(store.put(storeKey(type), object));
}

function patch({ store, target, type, body }: Write): Reply {
  const before = store.get(storeKey(type), target.name ?? '', target.namespace);
  if (before === undefined) return notFound(type, target.name ?? '');
  if (isOutdated(body, before)) return conflict(type, before.metadata.name);
  const object = asObject(merged(before, body), target, type);
  return object === undefined
    ? refusal('BadRequest', 'metadata cannot be removed')
    : json(store.put(storeKey(type), object));
}

/** Whether the change names a version, and it is not the one that is there. */
function isOutdated({ metadata }: Readonly<Record<string, unknown>>, before: KubernetesObject): boolean {
  const known = isRecord(metadata) ? (metadata.resourceVersion ?? '') : '';
  return known !== '' && known !== before.metadata.resourceVersion;
}

function conflict(type: ResourceType, name: string): Reply {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return refusal('Conflict', `Operation cannot be fulfilled on ${type.name} "${name}": ${why}`, {
    name,
    kind: type.name,
  });
}

/** The body as an object of this type in the namespace of the path; undefined when it has no name. */
function asObject(body: unknown, target: ResourceTarget, type: ResourceType): KubernetesObject | undefined {
  if (!isRecord(body) || !isRecord(body.metadata)) return undefined;
  const name = target.name ?? body.metadata.name;
  if (typeof name !== 'string' || name === '') return undefined;
  // The rest of metadata is the client's own business and is given back as it came.
  const metadata = { ...body.metadata, name, ...(target.namespace !== undefined && { namespace: target.namespace }) };
  return { ...body, apiVersion: apiVersionOf(type), kind: type.kind, metadata: metadata as ObjectMeta };
}

/** RFC 7386. */
function merged(target: unknown, change: unknown): unknown {
  if (!isRecord(change)) return change;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

/** The value of a JSON text; undefined when it is none. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // Whatever is wrong with it, the caller says what it wanted instead.
    return undefined;
  }
}

/** Whether a value is an object with fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
