/** A protobuf message: the values of each field number, in order. */
type Message = ReadonlyMap<number, readonly Buffer[]>;

/** What every Kubernetes protobuf body begins with. */
const magic = Buffer.from('k8s\0', 'latin1');

const resourceFields = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'] as const;
const pathFields = ['path', 'verb'] as const;

/** Whether a body is in Kubernetes' protobuf form, as kubectl posts reviews. */
export function isProtobuf(body: Buffer): boolean {
  return body.subarray(0, magic.length).equals(magic);
}

/**
 * Reads as much of a protobuf SelfSubjectAccessReview or SelfSubjectReview as can be asked in it, in the shape of its
 * JSON; undefined when the bytes are no protobuf.
 */
export function readReview(body: Buffer): object | undefined {
  // runtime.Unknown: field 2 holds the object itself.
  const review = messageAt(messageOf(body.subarray(magic.length)), 2);
  const spec = messageAt(review, 2);
  if (review === undefined) return undefined;
  const resource = messageAt(spec, 1);
  const path = messageAt(spec, 2);
  return {
    kind: 'Review',
    spec: {
      ...(resource && { resourceAttributes: named(resource, resourceFields) }),
      ...(path && { nonResourceAttributes: named(path, pathFields) }),
    },
  };
}

function named(message: Message, names: readonly string[]): object {
  return Object.fromEntries(
    names.map((name, at) => [
      name,
      message
        .get(at + 1)
        ?.at(-1)
        ?.toString('utf8') ?? '',
    ]),
  );
}

function messageAt(message: Message | undefined, field: number): Message | undefined {
  const bytes = message?.get(field)?.at(-1);
  return bytes && messageOf(bytes);
}

/** The length-delimited fields of a message; numbers are passed over. Undefined when it breaks off. */
function messageOf(bytes: Buffer): Message | undefined {
  const fields = new Map<number, Buffer[]>();
  let at = 0;
  while (at < bytes.length) {
    const key = varint(bytes, at);
    const value = key && varint(bytes, key.end);
    if (key === undefined || value === undefined) return undefined;
    const type = key.value & 7;
    if (type !== 0 && type !== 2) return undefined;
    at = type === 2 ? value.end + value.value : value.end;
    if (at > bytes.length) return undefined;
    const number = key.value >> 3;
    if (type === 2) fields.set(number, [...(fields.get(number) ?? []), bytes.subarray(value.end, at)]);
  }
  return fields;
}

function varint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let at = start, shift = 0; at < bytes.length && shift < 28; at++, shift += 7) {
    const byte = bytes[at] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return undefined;
}
