import type { KubernetesObject } from './object-store.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Who manages which fields of an object, as `metadata.managedFields` says it; lists are managed whole. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly fieldsType: 'FieldsV1';
  /** `{"f:spec": {"f:caBundle": {}}}`. */
  readonly fieldsV1: Fields;
}

/** A write by somebody. */
export interface ManagedWrite {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** Takes fields away from whoever else manages them. */
  readonly force: boolean;
}

/** What applying gave: the object as it is to be, or the fields that others manage otherwise. */
export type Application =
  | { readonly kind: 'applied'; readonly object: Fields }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly { readonly manager: string; readonly path: string }[] };

/**
 * Server-side apply: what `wanted` says becomes so, what this manager applied before and no longer says is gone unless
 * somebody else manages it, everything else stays.
 */
export function applyFields(before: KubernetesObject, wanted: Fields, write: ManagedWrite): Application {
  const entries = managedFieldsOf(before);
  // An empty object wants nothing of what is in it.
  const paths = leavesOf(wanted).filter((path) => !isFields(valueAt(wanted, path)));
  const others = entries.filter((entry) => !isOf(entry, write));
  const differing = paths.filter(
    (path) => JSON.stringify(valueAt(before, path)) !== JSON.stringify(valueAt(wanted, path)),
  );
  const conflicts = others.flatMap(({ manager, fieldsV1 }) => {
    const theirs = new Set(pathsIn(fieldsV1));
    return differing.filter((path) => theirs.has(path)).map((path) => ({ manager, path: `.${path}` }));
  });
  if (conflicts.length > 0 && !write.force) return { kind: 'conflicts', conflicts };

  const kept = others.map((entry) => without(entry, differing)).filter((entry) => pathsIn(entry.fieldsV1).length > 0);
  const managedByOthers = new Set(kept.flatMap(({ fieldsV1 }) => pathsIn(fieldsV1)));
  const own = entries.find((entry) => isOf(entry, write));
  const dropped = pathsIn(own?.fieldsV1 ?? {}).filter((path) => !paths.includes(path) && !managedByOthers.has(path));
  const bare = dropped.reduce((object, path) => removed(object, path.split('.')), before as Fields);
  const object = paths.reduce((result, path) => put(result, path.split('.'), valueAt(wanted, path)), bare);
  return { kind: 'applied', object: managed(object, [...kept, entryOf(before.apiVersion, write, paths)]) };
}

/** A write of another kind: whoever changed a field manages it from then on. */
export function noteManager(before: KubernetesObject | undefined, after: Fields, write: ManagedWrite): Fields {
  const changed = leavesOf(after).filter(
    (path) => JSON.stringify(before && valueAt(before, path)) !== JSON.stringify(valueAt(after, path)),
  );
  if (changed.length === 0) return after;
  const entries = before ? managedFieldsOf(before) : [];
  const own = pathsIn(entries.find((entry) => isOf(entry, write))?.fieldsV1 ?? {});
  const others = entries.filter((entry) => !isOf(entry, write)).map((entry) => without(entry, changed));
  const paths = [...new Set([...own, ...changed])];
  return managed(after, [...others, entryOf(String(after.apiVersion), write, paths)]);
}

const isOf = (entry: ManagedFields, { manager, operation }: ManagedWrite): boolean =>
  entry.manager === manager && entry.operation === operation;

function managedFieldsOf({ metadata }: KubernetesObject): readonly ManagedFields[] {
  return (metadata as { readonly managedFields?: readonly ManagedFields[] }).managedFields ?? [];
}

function managed(object: Fields, managedFields: readonly ManagedFields[]): Fields {
  return { ...object, metadata: { ...(object.metadata as Fields), managedFields } };
}

function entryOf(apiVersion: string, { manager, operation }: ManagedWrite, paths: readonly string[]): ManagedFields {
  const fieldsV1 = paths.reduce(
    (tree, path) =>
      put(
        tree,
        path.split('.').map((step) => `f:${step}`),
        {},
      ),
    {} as Fields,
  );
  return { manager, operation, apiVersion, fieldsType: 'FieldsV1', fieldsV1 };
}

function without(entry: ManagedFields, paths: readonly string[]): ManagedFields {
  const kept = pathsIn(entry.fieldsV1).filter((path) => !paths.includes(path));
  return entryOf(entry.apiVersion, { ...entry, force: false }, kept);
}

/** What names the object is nobody's field. */
const unmanaged =
  /^(apiVersion|kind|status|metadata\.(name|namespace|uid|resourceVersion|creationTimestamp|managedFields))(\.|$)/;

/** `spec.caBundle`: the names down to every value that is no object. Names here have no dots. */
function leavesOf(object: unknown, above: readonly string[] = []): string[] {
  if (!isFields(object) || Object.keys(object).length === 0) {
    const path = above.join('.');
    return above.length === 0 || unmanaged.test(path) ? [] : [path];
  }
  return Object.entries(object).flatMap(([key, value]) => leavesOf(value, [...above, key]));
}

const pathsIn = (fieldsV1: Fields): string[] => leavesOf(fieldsV1).map((path) => path.replaceAll(/(^|\.)f:/g, '$1'));

function valueAt(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isFields(value) ? value[key] : undefined), object);
}

function put(object: Fields, [key = '', ...rest]: readonly string[], value: unknown): Fields {
  const inner = object[key];
  return { ...object, [key]: rest.length === 0 ? value : put(isFields(inner) ? inner : {}, rest, value) };
}

function removed(object: Fields, [key = '', ...rest]: readonly string[]): Fields {
  const { [key]: inner, ...others } = object;
  return rest.length === 0 || !isFields(inner) ? others : { ...object, [key]: removed(inner, rest) };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
