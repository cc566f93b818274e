/** Room that is made beyond what is needed, as a part of it: where pods come and go, the next frame is a little longer. */
const spare = 1 / 16;

type Numbers = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/**
 * The same numbers, as many as `length`, those that are new filled with `fill`. They stay in the memory they are in wherever
 * it is large enough, and give it back at once where it is not: memory that is thrown away once a minute for every node
 * would lie about until the next collection of garbage. Those that were handed in are not to be used any more.
 */
export function resized<Kept extends Numbers>(numbers: Kept, length: number, fill: number): Kept {
  const before = numbers.length;
  if (length === before) return numbers;
  const make = numbers.constructor as new (memory: ArrayBuffer, at: number, length: number) => Kept;
  const bytes = length * numbers.BYTES_PER_ELEMENT;
  const { buffer } = numbers;
  if (buffer.byteLength >= bytes) return filled(new make(buffer, 0, length), before, fill);
  const larger = buffer.transfer(Math.ceil(length * (1 + spare)) * numbers.BYTES_PER_ELEMENT);
  return filled(new make(larger, 0, length), before, fill);
}

function filled<Kept extends Numbers>(numbers: Kept, from: number, fill: number): Kept {
  if (from < numbers.length) numbers.fill(fill, from);
  return numbers;
}
