/** One element of a DER encoding: what it is and what is in it. */
export interface DerElement {
  /** The identifier octet: class, constructed or not, number. */
  readonly tag: number;
  readonly content: Buffer;
}

/** The elements that lie side by side in `bytes`; undefined when they are not well formed. Multi-byte tags are not. */
export function derElements(bytes: Buffer): readonly DerElement[] | undefined {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = lengthAt(bytes, at + 1);
    if (length === undefined || isMultiByteTag(bytes[at])) return undefined;
    const end = length.contentStart + length.value;
    if (end > bytes.length) return undefined;
    elements.push({ tag: bytes[at] ?? 0, content: bytes.subarray(length.contentStart, end) });
    at = end;
  }
  return elements;
}

/** The dotted form of an OBJECT IDENTIFIER's content; undefined when it is not well formed. */
export function derOid(content: Buffer): string | undefined {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) return undefined;
    if (byte & 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first, ...rest] = arcs;
  if (first === undefined || (content.at(-1) ?? 0) & 0x80) return undefined;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join('.');
}

/** The text of any of the string types that names in certificates use; undefined for other types. */
export function derText({ tag, content }: DerElement): string | undefined {
  switch (tag) {
    case 0x0c: // UTF8String
    case 0x13: // PrintableString
    case 0x16: // IA5String
      return content.toString('utf8');
    case 0x14: // T61String
      return content.toString('latin1');
    case 0x1e: // BMPString
      return content.length % 2 === 0 ? Buffer.from(content).swap16().toString('utf16le') : undefined;
    default:
      return undefined;
  }
}

const isMultiByteTag = (tag: number | undefined): boolean => tag === undefined || (tag & 0x1f) === 0x1f;

function lengthAt(bytes: Buffer, at: number): { readonly value: number; readonly contentStart: number } | undefined {
  const first = bytes[at];
  if (first === undefined || first === 0x80) return undefined;
  if (first < 0x80) return { value: first, contentStart: at + 1 };
  const size = first & 0x7f;
  // Nothing in a TLS handshake is as long as four bytes of length can say.
  if (size > 4 || at + 1 + size > bytes.length) return undefined;
  return { value: bytes.readUIntBE(at + 1, size), contentStart: at + 1 + size };
}
