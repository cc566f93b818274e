import type { ObjectMeta } from '../resource.ts';

/** All that pods of one ReplicaSet have alike. */
export type MetadataRest = Omit<ObjectMeta, 'name'>;

/**
 * `of` all metadata but the name, remembering its last result: lists hold the pods of one ReplicaSet side by side, which
 * share one Labels object, and all that is listed says the same of when it was made. Remembering more would keep bytes per
 * ReplicaSet in memory for good.
 */
export function restOfMetadata(of: (rest: MetadataRest) => Uint8Array): (rest: MetadataRest) => Uint8Array {
  let last: MetadataRest | undefined;
  let bytes: Uint8Array = new Uint8Array();
  return (rest) => {
    if (last === undefined || !isSame(last, rest)) {
      bytes = of(rest);
      last = rest;
    }
    return bytes;
  };
}

const isSame = (a: MetadataRest, b: MetadataRest): boolean =>
  a.labels === b.labels && a.namespace === b.namespace && a.creationTimestamp === b.creationTimestamp;
