import { listJson, objectJson, type TypeMeta, textOf } from './encode/json/json.ts';
import type { JsonWriter } from './encode/json/json-writer.ts';
import { partialJson, partialListType, partialType } from './encode/json/partial-metadata.ts';
import { type TableOptions, tableJson } from './encode/json/table.ts';
import { objectFields, type ProtobufParts, protobufBody } from './encode/protobuf/protobuf.ts';
import { protobufList } from './encode/protobuf/protobuf-list.ts';
import { listBody, textBody, textsOf } from './encode/text-body.ts';
import type { Answer } from './exchange.ts';
import { contentTypes, type MediaType, type Offers } from './negotiate.ts';
import type { ApiGroupVersion, Resource } from './resource.ts';

/** How a table row can carry its object: query parameter `includeObject`. */
export const rowObjects = ['None', 'Metadata', 'Object'] as const;

/** One of them. */
export type RowObject = (typeof rowObjects)[number];

/** What objects are to be shown as. */
export interface View {
  readonly api: ApiGroupVersion;
  readonly resource: Resource<unknown>;
  readonly media: MediaType;
  readonly rowObject: RowObject;
}

/** Tables and bare metadata, in both versions of `meta.k8s.io`; a Table has no protobuf form. */
export const objectConversions: Offers = ({ kind, group, version }, encoding) => {
  if (group !== 'meta.k8s.io' || !['v1', 'v1beta1'].includes(version)) return false;
  if (kind === 'Table') return encoding !== 'protobuf';
  return kind === 'PartialObjectMetadata' || kind === 'PartialObjectMetadataList';
};

/** The answer holding one object. */
export function objectAnswer(object: unknown, view: View): Answer {
  if (view.media.as?.kind === 'Table') return textAnswer(textsOf(tableJson([object], tableOptions(view))), view.media);
  const form = formOf(view);
  if (view.media.encoding !== 'protobuf')
    return textAnswer([`${textOf((out) => form.document(object, out))}\n`], view.media);
  return protobufAnswer(protobufBody(form.type, (out) => objectFields(object, form.parts, out)));
}

/**
 * The answer holding a list. Objects are drawn as the client takes them, except in protobuf; what is undefined among them
 * is a pause, in which others are answered. `signal` ends the drawing.
 */
export async function listAnswer(objects: Iterable<unknown>, view: View, signal: AbortSignal): Promise<Answer> {
  const { media } = view;
  if (media.as?.kind === 'Table') {
    const options = tableOptions(view);
    return await listTextAnswer((perPiece) => tableJson(objects, options, perPiece), media, signal);
  }
  const form = formOf(view);
  if (media.encoding !== 'protobuf') {
    return await listTextAnswer((perPiece) => listJson(form.listType, objects, form.item, perPiece), media, signal);
  }
  return protobufAnswer(await protobufList(form.listType, objects, form.parts, signal));
}

/** An answer in JSON or YAML made of compact JSON pieces. */
export function textAnswer(pieces: Iterable<string>, media: MediaType): Answer {
  return { status: 200, headers: { 'Content-Type': contentTypes[media.encoding] }, body: textBody(pieces, media) };
}

async function listTextAnswer(
  pieces: (perPiece: number) => Iterable<Uint8Array>,
  media: MediaType,
  signal: AbortSignal,
): Promise<Answer> {
  const body = await listBody(pieces, media, signal);
  return { status: 200, headers: { 'Content-Type': contentTypes[media.encoding] }, body };
}

/** An answer in protobuf. */
export function protobufAnswer(body: Uint8Array | AsyncIterable<Uint8Array>): Answer {
  const length = body instanceof Uint8Array ? { 'Content-Length': String(body.length) } : {};
  return { status: 200, headers: { 'Content-Type': contentTypes.protobuf, ...length }, body };
}

/** How objects are written when they are not rows of a Table. */
interface Form {
  readonly type: TypeMeta;
  readonly listType: TypeMeta;
  /** Prints an object that stands alone. */
  readonly document: (object: unknown, out: JsonWriter) => void;
  /** Prints an object in a list. */
  readonly item: (object: unknown, out: JsonWriter) => void;
  readonly parts: ProtobufParts<unknown>;
}

function formOf(view: View): Form {
  const { wire } = view.resource;
  const { as } = view.media;
  if (as === undefined) {
    const type = typeOf(view);
    return {
      type,
      listType: { ...type, kind: `${type.kind}List` },
      document: (object, out) => objectJson(type, object, wire, out),
      item: (object, out) => objectJson(undefined, object, wire, out),
      parts: wire,
    };
  }
  const document = (object: unknown, out: JsonWriter): void => partialJson(as.version, wire.metadata(object), out);
  return {
    type: partialType(as.version),
    listType: partialListType(as.version),
    document,
    item: document,
    parts: { metadata: (object) => wire.metadata(object), protobufFields: () => undefined },
  };
}

function tableOptions(view: View): TableOptions<unknown> {
  const version = view.media.as?.version ?? '';
  return { version, wire: view.resource.wire, rowObject: rowPrinter(view, version) };
}

function rowPrinter(view: View, version: string): (object: unknown, out: JsonWriter) => void {
  const { wire } = view.resource;
  switch (view.rowObject) {
    case 'None':
      return (_, out) => out.text('null');
    case 'Object':
      return (object, out) => objectJson(typeOf(view), object, wire, out);
    case 'Metadata':
      return (object, out) => partialJson(version, wire.metadata(object), out);
  }
}

function typeOf({ api, resource }: View): TypeMeta {
  return { kind: resource.kind, apiVersion: `${api.group}/${api.version}` };
}
