import type { TableColumn, Wire } from '../../resource.ts';
import { framedJson, pause, typeMembers } from './json.ts';
import { jsonString } from './json-string.ts';
import type { JsonWriter } from './json-writer.ts';

/** What a Table shows, and how each row carries its object. */
export interface TableOptions<T> {
  /** `v1` or `v1beta1` of `meta.k8s.io`. */
  readonly version: string;
  readonly wire: Wire<T>;
  /** Prints the object in JSON, or `null`. */
  readonly rowObject: (object: T, out: JsonWriter) => void;
}

/**
 * A Table in compact JSON. The first object decides the columns; without one there are none. `perPiece` as for
 * `framedJson`.
 */
export function* tableJson<T>(
  objects: Iterable<T | undefined>,
  { version, wire, rowObject }: TableOptions<T>,
  perPiece = 1,
): Iterable<Uint8Array> {
  const iterator = Iterator.from(objects);
  const start = `{${typeMembers({ kind: 'Table', apiVersion: `meta.k8s.io/${version}` })}"metadata":{},`;
  const first = yield* firstOf(iterator);
  if (first === undefined) {
    yield Buffer.from(`${start}"columnDefinitions":null,"rows":null}\n`);
    return;
  }
  const columns = wire.columns(first);
  const row = (object: T, out: JsonWriter): void => {
    out.text('{"cells":[');
    out.string(wire.metadata(object).name);
    for (const cell of wire.cells(object, columns)) {
      out.text(',');
      out.string(cell);
    }
    out.text('],"object":');
    rowObject(object, out);
    out.text('}');
  };
  const head = `${start}"columnDefinitions":[${[nameColumn, ...columns.map(columnJson)].join(',')}],"rows":[`;
  yield* framedJson({ head, tail: ']}\n' }, startingWith(first, iterator), row, perPiece);
}

/** The first object; undefined where there is none. */
function* firstOf<T>(objects: Iterator<T | undefined>): Generator<Uint8Array, T | undefined> {
  for (let next = objects.next(); next.done !== true; next = objects.next()) {
    if (next.value !== undefined) return next.value;
    yield pause;
  }
  return undefined;
}

function* startingWith<T>(first: T, rest: Iterable<T>): Iterable<T> {
  yield first;
  yield* rest;
}

const nameColumn = '{"name":"Name","type":"string","format":"name","description":"Name of the resource","priority":0}';

function columnJson({ name, type, format }: TableColumn): string {
  const texts = `"name":${jsonString(name)},"type":${jsonString(type)},"format":${jsonString(format)}`;
  return `{${texts},"description":"","priority":0}`;
}
