import type { TableColumn, Wire } from '../resource.ts';
import { jsonString, typeMembers } from './json.ts';

/** What a Table shows, and how each row carries its object. */
export interface TableOptions<T> {
  /** `v1` or `v1beta1` of `meta.k8s.io`. */
  readonly version: string;
  readonly wire: Wire<T>;
  /** The object in JSON, or `null`. */
  readonly rowObject: (object: T) => string;
}

/** A Table in compact JSON, one piece per row. The first object decides the columns; without one there are none. */
export function* tableJson<T>(objects: Iterable<T>, { version, wire, rowObject }: TableOptions<T>): Iterable<string> {
  const iterator = Iterator.from(objects);
  const head = `{${typeMembers({ kind: 'Table', apiVersion: `meta.k8s.io/${version}` })}"metadata":{},`;
  const first = iterator.next();
  if (first.done === true) {
    yield `${head}"columnDefinitions":null,"rows":null}\n`;
    return;
  }
  const columns = wire.columns(first.value);
  const row = (object: T): string => {
    const cells = [wire.metadata(object).name, ...wire.cells(object, columns)].map(jsonString);
    return `{"cells":[${cells.join(',')}],"object":${rowObject(object)}}`;
  };
  yield `${head}"columnDefinitions":[${[nameColumn, ...columns.map(columnJson)].join(',')}],"rows":[`;
  yield row(first.value);
  for (const object of iterator) yield `,${row(object)}`;
  yield ']}\n';
}

const nameColumn = '{"name":"Name","type":"string","format":"name","description":"Name of the resource","priority":0}';

function columnJson({ name, type, format }: TableColumn): string {
  const texts = `"name":${jsonString(name)},"type":${jsonString(type)},"format":${jsonString(format)}`;
  return `{${texts},"description":"","priority":0}`;
}
