import type { Form } from './negotiation.ts';
import type { KubernetesObject } from './object-store.ts';
import { apiVersionOf, type ResourceType } from './resource-types.ts';
import { columnsOf } from './table-columns.ts';

/** `metadata` of a list. */
export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** How objects of one type are to be shown to one client. */
export interface View {
  readonly type: ResourceType;
  readonly form: Form;
  /** Epoch milliseconds, for ages in tables. */
  readonly now: number;
}

/** A list in the form asked for. */
export function representList(items: readonly KubernetesObject[], metadata: ListMeta, view: View): object {
  if (view.form === 'table') return tableOf(items, metadata, view);
  if (view.form === 'metadata') {
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: items.map(metadataOf) };
  }
  const { kind } = view.type;
  return { kind: `${kind}List`, apiVersion: apiVersionOf(view.type), metadata, items: items.map(withoutKind) };
}

/** One object in the form asked for. */
export function represent(object: KubernetesObject, view: View): object {
  if (view.form === 'metadata') return metadataOf(object);
  const { resourceVersion = '' } = object.metadata;
  return view.form === 'table' ? tableOf([object], { resourceVersion }, view) : object;
}

function metadataOf({ metadata }: KubernetesObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

/** Items of a list of one kind do not repeat it. */
function withoutKind({ kind: _kind, apiVersion: _apiVersion, ...rest }: KubernetesObject): object {
  return rest;
}

function tableOf(items: readonly KubernetesObject[], metadata: ListMeta, { type, now }: View): object {
  const columns = columnsOf(type.kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, format = '', priority }) => {
      return { name, type: 'string', format, description: '', priority };
    }),
    rows: items.map((item) => ({
      cells: columns.map((column) => column.cell(item, now)),
      object: metadataOf(item),
    })),
  };
}
