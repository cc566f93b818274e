import type { Labels } from '../model/cluster.ts';
import type { FieldSelector } from '../model/field-selector.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import type { JsonWriter } from './encode/json/json-writer.ts';
import type { ProtobufWriter } from './encode/protobuf/protobuf-writer.ts';
import type { TypeDescription } from './openapi/type-description.ts';

/** The metadata our objects carry: no uid, resourceVersion or annotations, as in the reference. */
export interface ObjectMeta {
  readonly name: string;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
  readonly labels: Labels;
  /** Epoch milliseconds; printed in whole seconds. */
  readonly creationTimestamp: number;
}

/** One column of a Table between Name and the end. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
}

/** How one kind of object travels. Written by whoever owns the kind; the encoders know only this. */
export interface Wire<T> {
  metadata(object: T): ObjectMeta;
  /**
   * Prints the members that follow `metadata` in compact JSON, without braces and without a leading comma:
   * `"timestamp":"…","window":"…","usage":{…}`. Nothing where there are none.
   */
  jsonMembers(object: T, out: JsonWriter): void;
  /** The fields that follow `metadata` (field 1) of the protobuf message, in ascending order. */
  protobufFields(object: T, out: ProtobufWriter): void;
  /** Columns after Name, decided by the first object, as the reference does; none for an empty list. */
  columns(first: T): readonly TableColumn[];
  /** One cell per column. */
  cells(object: T, columns: readonly TableColumn[]): readonly string[];
}

/** What a list asks for. An absent selector selects everything. */
export interface ListQuery {
  /** Absent = all namespaces (or a cluster-scoped resource). */
  readonly namespace?: string;
  readonly labels?: LabelSelector;
  readonly fields?: FieldSelector;
}

/** An expected refusal, turned into a Status by the API server. */
export interface NotFound {
  readonly kind: 'not-found';
  /** `podmetrics.metrics.k8s.io "ns/x" not found` */
  readonly message: string;
  /** Becomes `details` of the Status, members as given. */
  readonly details: { readonly name: string; readonly group?: string; readonly kind: string };
  /**
   * The same once it has been found out why, which may take a moment; `signal` ends the waiting. Never rejects. Absent =
   * nothing is left to be found out.
   */
  readonly explained?: (signal: AbortSignal) => Promise<NotFound>;
}

/** The answer to a get. */
export type Found<T> = { readonly kind: 'found'; readonly object: T } | NotFound;

/** One resource of an API version: what discovery says of it, how to read it, how its objects travel. */
export interface Resource<T> {
  /** Plural, lower case: `pods`. */
  readonly name: string;
  /** `PodMetrics`; lists are `<kind>List`. */
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly wire: Wire<T>;
  get(name: string, namespace: string | undefined): Found<T>;
  /**
   * Objects in the order they are sent. Drawn lazily: an abandoned answer stops the drawing. Of an object everything
   * but its metadata may change once the next one is drawn. Whoever has much to look at gives `undefined` now and then,
   * upon which others get a turn of the event loop.
   */
  list(query: ListQuery): Iterable<T | undefined>;
  /** What whoever lists should know of what such a list leaves out, a sentence each. Absent = nothing ever. */
  warnings?(query: ListQuery): readonly string[];
}

/** An API group in one version. */
export interface ApiGroupVersion {
  readonly group: string;
  readonly version: string;
  /** Each with objects of its own type, which only its own wire ever sees. */
  readonly resources: readonly Resource<unknown>[];
  /** The types of its objects, for OpenAPI. Absent = nothing is said of them. */
  readonly types?: readonly TypeDescription[];
}
