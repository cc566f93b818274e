import type { ObjectMeta } from '../../resource.ts';
import { metadataJson, type TypeMeta, typeMembers } from './json.ts';
import type { JsonWriter } from './json-writer.ts';

/** The type of one object that is only metadata, in `v1` or `v1beta1` of `meta.k8s.io`. */
export const partialType = (version: string): TypeMeta => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
});

/** The type of a list of them. */
export const partialListType = (version: string): TypeMeta => ({
  kind: 'PartialObjectMetadataList',
  apiVersion: `meta.k8s.io/${version}`,
});

/** An object's metadata alone, in compact JSON; as item and as table row it says its type too. */
export function partialJson(version: string, metadata: ObjectMeta, out: JsonWriter): void {
  out.text(`{${typeMembers(partialType(version))}"metadata":`);
  metadataJson(metadata, out);
  out.text('}');
}
