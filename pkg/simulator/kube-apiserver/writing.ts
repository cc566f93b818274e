import { apiServicesKey } from '../aggregation/api-service.ts';
import type { Call } from './call.ts';
import { applyFields, type ManagedWrite, noteManager } from './field-managers.ts';
import { isRecord, type KubernetesObject, type ObjectMeta, type ObjectStore } from './object-store.ts';
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
  readonly by: ManagedWrite;
}

/** Answers create, update, patch (server-side apply, or else as a JSON merge patch, whatever its kind) and delete. */
export async function answerWrite(
  store: ObjectStore,
  call: Call,
  target: ResourceTarget,
  type: ResourceType,
): Promise<Reply> {
  if (target.verb === 'delete') return remove(store, target, type);
  const body = parseJson(await call.readBody());
  if (!isRecord(body)) return refusal('BadRequest', 'the body of the request must be one JSON object');
  const applies = call.headers['content-type']?.startsWith('application/apply-patch') === true;
  const write = { store, target, type, body, by: writerOf(call, applies) };
  if (applies) return apply(write);
  if (target.verb === 'create') return create(write);
  return target.verb === 'update' ? update(write) : patch(write);
}

function remove(store: ObjectStore, { name = '', namespace }: ResourceTarget, type: ResourceType): Reply {
  const removed = store.remove(storeKey(type), name, namespace);
  if (removed === undefined) return notFound(type, name);
  const details = { name, group: type.group, kind: type.name, uid: removed.metadata.uid };
  return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function create(write: Write): Reply {
  const { store, target, type, body } = write;
  const object = asObject(body, target, type);
  if (object === undefined) return refusal('BadRequest', `metadata.name of the new ${type.kind} is missing`);
  const { name } = object.metadata;
  if (store.get(storeKey(type), name, target.namespace) !== undefined) {
    return refusal('AlreadyExists', `${type.name} "${name}" already exists`, { name, kind: type.name });
  }
  return put(write, undefined, object);
}

function update(write: Write): Reply {
  const { store, target, type, body } = write;
  const before = store.get(storeKey(type), target.name ?? '', target.namespace);
  if (before === undefined) return notFound(type, target.name ?? '');
  const object = asObject(body, target, type);
  if (object === undefined) return refusal('BadRequest', `metadata.name of the ${type.kind} is missing`);
  if (isOutdated(body, before)) return conflict(type, before.metadata.name);
  return put(write, before, object);
}

function patch(write: Write): Reply {
  const { store, target, type, body } = write;
  const before = store.get(storeKey(type), target.name ?? '', target.namespace);
  if (before === undefined) return notFound(type, target.name ?? '');
  if (isOutdated(body, before)) return conflict(type, before.metadata.name);
  const object = asObject(merged(before, body), target, type);
  return object === undefined ? refusal('BadRequest', 'metadata cannot be removed') : put(write, before, object);
}

/** Nothing is made by applying: whoever applies here changes what is there. */
function apply({ store, target, type, body, by }: Write): Reply {
  const before = store.get(storeKey(type), target.name ?? '', target.namespace);
  if (before === undefined) return notFound(type, target.name ?? '');
  if (by.manager === '')
    return refusal('BadRequest', 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value');
  if (isOutdated(body, before)) return conflict(type, before.metadata.name);
  const application = applyFields(before, body, by);
  if (application.kind === 'conflicts') return applyConflict(type, application.conflicts);
  const object = application.object as KubernetesObject;
  return invalid(type, object) ?? json(store.put(storeKey(type), object));
}

function applyConflict(type: ResourceType, conflicts: readonly { manager: string; path: string }[]): Reply {
  const named = conflicts.map(({ manager, path }) => `conflict with "${manager}" using ${apiVersionOf(type)}: ${path}`);
  const count = `${conflicts.length} conflict${conflicts.length === 1 ? '' : 's'}`;
  return refusal('Conflict', `Apply failed with ${count}: ${named.join(', ')}`);
}

/** Stores what is valid, and notes who wrote it. */
function put({ store, type, by }: Write, before: KubernetesObject | undefined, object: KubernetesObject): Reply {
  const refused = invalid(type, object);
  if (refused !== undefined) return refused;
  const noted = isManaged(type) ? (noteManager(before, object, by) as KubernetesObject) : object;
  return json(store.put(storeKey(type), noted), before === undefined ? 201 : 200);
}

/** Field managers are kept where somebody here applies; elsewhere they would only be weight. */
const isManaged = (type: ResourceType): boolean => storeKey(type) === apiServicesKey;

/** An APIService cannot both skip verification and say how to verify. */
function invalid(type: ResourceType, { metadata, spec }: KubernetesObject): Reply | undefined {
  if (storeKey(type) !== apiServicesKey || !isRecord(spec)) return undefined;
  if (spec.insecureSkipTLSVerify !== true || (spec.caBundle ?? '') === '') return undefined;
  const what = `APIService.apiregistration.k8s.io "${metadata.name}" is invalid`;
  const field = 'spec.insecureSkipTLSVerify';
  const message = 'Invalid value: true: may not be true if caBundle is present';
  const causes = [{ reason: 'FieldValueInvalid', message, field }];
  return refusal('Invalid', `${what}: ${field}: ${message}`, { name: metadata.name, kind: type.kind, causes });
}

function writerOf({ query, headers }: Call, applies: boolean): ManagedWrite {
  const named = query.get('fieldManager') ?? '';
  const manager = named === '' && !applies ? (headers['user-agent'] ?? 'unknown').split('/', 1)[0] : named;
  return { manager: manager ?? '', operation: applies ? 'Apply' : 'Update', force: query.get('force') === 'true' };
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
