/** A plain value as JSON knows it. */
export type Json = string | number | boolean | readonly Json[] | JsonObject;

/** A JSON object; a member that is undefined is not there. */
export interface JsonObject {
  readonly [member: string]: Json | undefined;
}

/**
 * One type of an API, described once: both versions of OpenAPI, in JSON and in protobuf, are made of these. Whoever owns a
 * type describes it.
 */
export interface TypeDescription {
  /** How others refer to it: `io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta`. */
  readonly name: string;
  /** For people: what `kubectl explain` prints. */
  readonly description: string;
  readonly shape: TypeShape;
  /** The kinds of object this is the type of. Absent = it is only a part of others. */
  readonly kinds?: readonly GroupVersionKind[];
  /** Members of the schema that Kubernetes added to OpenAPI. */
  readonly extensions?: JsonObject;
}

/** What an object says it is. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What values look like. */
export type TypeShape =
  | { readonly kind: 'string'; readonly format?: string }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int64' }
  /** An amount with a unit: text, and a bare number where OpenAPI can say so. */
  | { readonly kind: 'quantity' }
  | { readonly kind: 'object'; readonly fields: Fields }
  /** An object about whose members nothing is said. */
  | { readonly kind: 'any-object' }
  | { readonly kind: 'reference'; readonly to: string }
  | { readonly kind: 'list'; readonly of: TypeShape }
  | { readonly kind: 'map'; readonly of: TypeShape };

/** The fields of an object by name. */
export type Fields = Readonly<Record<string, Field>>;

/** One field of an object. */
export interface Field {
  readonly description: string;
  readonly shape: TypeShape;
  /** Objects without it are not valid. */
  readonly required?: boolean;
  /** What a reader may take it for when it is missing. Absent = nothing, but for required texts and booleans their zero. */
  readonly default?: Json;
  readonly extensions?: JsonObject;
}

/** A field of text. */
export const text = (description: string): Field => ({ description, shape: { kind: 'string' } });

/** A field that is true or false. */
export const flag = (description: string): Field => ({ description, shape: { kind: 'boolean' } });

/** A field of a whole number. */
export const integer = (description: string): Field => ({ description, shape: { kind: 'int64' } });

/** A field of another type. */
export const reference = (to: string, description: string): Field => ({
  description,
  shape: { kind: 'reference', to },
});

/** A list whose order and repetitions are the owner's business: it is replaced as a whole. */
export const atomicList = (of: TypeShape, description: string): Field => ({
  description,
  shape: { kind: 'list', of },
  extensions: { 'x-kubernetes-list-type': 'atomic' },
});

/** The same field where objects must have it. */
export const required = (field: Field): Field => ({ ...field, required: true });

/** Text, wherever a shape is wanted. */
export const anyText: TypeShape = { kind: 'string' };

/** The two fields by which every object that stands alone says what it is. */
export const ownType: Fields = {
  apiVersion: text('Group and version of the API this object belongs to, such as `apps/v1`.'),
  kind: text('What kind of object this is, such as `Deployment`.'),
};
