/** One DER element: its identifier octet and what is in it, in order. */
export function derElement(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

/** SEQUENCE. */
export const derSequence = (...parts: readonly Uint8Array[]): Buffer => derElement(0x30, ...parts);

/** SET of one, as every step of our names is. */
export const derSet = (part: Uint8Array): Buffer => derElement(0x31, part);

/** UTF8String. */
export const derUtf8 = (text: string): Buffer => derElement(0x0c, Buffer.from(text, 'utf8'));

/** OCTET STRING. */
export const derOctets = (bytes: Uint8Array): Buffer => derElement(0x04, bytes);

/** BIT STRING; the last `unused` bits of `bytes` are not part of it. */
export const derBits = (bytes: Uint8Array, unused = 0): Buffer => derElement(0x03, Buffer.from([unused]), bytes);

/** BOOLEAN TRUE; what is false is left out in DER where it is the default. */
export const derTrue: Buffer = derElement(0x01, Buffer.from([0xff]));

/** NULL. */
export const derNull: Buffer = derElement(0x05);

/** INTEGER of bytes that are already in its shortest form, most significant first, and not negative. */
export const derInteger = (bytes: Uint8Array): Buffer => derElement(0x02, bytes);

/** OBJECT IDENTIFIER in its dotted form. */
export function derObjectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return derElement(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** UTCTime up to 2049 and GeneralizedTime from then on, as RFC 5280 wants it; whole seconds. */
export function derTime(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  const isLate = new Date(epochMs).getUTCFullYear() >= 2050;
  return isLate ? derElement(0x18, Buffer.from(digits)) : derElement(0x17, Buffer.from(digits.slice(2)));
}

function base128(arc: number): number[] {
  const low = [arc & 0x7f];
  for (let left = arc >>> 7; left > 0; left >>>= 7) low.unshift(0x80 | (left & 0x7f));
  return low;
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let left = length; left > 0; left >>>= 8) bytes.unshift(left & 0xff);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}
