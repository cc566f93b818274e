import { digitsOf } from '../apiserver/encode/byte-buffer.ts';
import type { JsonWriter } from '../apiserver/encode/json/json-writer.ts';
import { timeFields, timeSize } from '../apiserver/encode/protobuf/protobuf.ts';
import { fieldSize, type ProtobufWriter, varintSize } from '../apiserver/encode/protobuf/protobuf-writer.ts';
import { formatDuration } from '../model/duration.ts';
import { cpuText, memoryText } from '../model/quantity.ts';
import type { Usage } from '../model/sample.ts';
import { timeText } from '../model/time-text.ts';

/** What nodes and pods have alike: when the newer sample was taken, and how long before it the older one. */
export interface Measured {
  /** Epoch milliseconds. */
  readonly sampledAt: number;
  readonly windowNs: number;
}

/** `"timestamp":"…","window":"…"`. */
export function measuredJson({ sampledAt, windowNs }: Measured, out: JsonWriter): void {
  out.text('"timestamp":"');
  out.text(timeText(sampledAt));
  out.text('","window":"');
  out.text(formatDuration(windowNs));
  out.text('"');
}

/** `{"cpu":"…","memory":"…"}`. Written out instead of walking `usageResources`: long lists spend their time here. */
export function usageJson({ cpu, memory, swap }: Usage, out: JsonWriter): void {
  out.text('{"cpu":"');
  writeCpu(cpu, out);
  out.text('","memory":"');
  writeMemory(memory, out);
  if (swap !== undefined) {
    out.text('","swap":"');
    writeMemory(swap, out);
  }
  out.text('"}');
}

/** Fields 2, timestamp, and 3, window. */
export function measuredFields({ sampledAt, windowNs }: Measured, out: ProtobufWriter): void {
  const time = out.open(2);
  timeFields(sampledAt, out);
  out.close(time);
  const duration = out.open(3);
  out.int64(1, windowNs);
  out.close(duration);
}

/** How many bytes `measuredFields` writes. */
export function measuredSize({ sampledAt, windowNs }: Measured): number {
  return fieldSize(timeSize(sampledAt)) + fieldSize(1 + varintSize(windowNs));
}

/** A map<string, Quantity> as field `field`, written out for the same reason. */
export function usageFields(field: number, { cpu, memory, swap }: Usage, out: ProtobufWriter): void {
  quantityEntry(field, cpuAmount, cpu, out);
  quantityEntry(field, memoryAmount, memory, out);
  if (swap !== undefined) quantityEntry(field, swapAmount, swap, out);
}

/** How many bytes `usageFields` writes, for fields below 16. */
export function usageSize({ cpu, memory, swap }: Usage): number {
  const required = entrySize(cpuAmount, cpu) + entrySize(memoryAmount, memory);
  return swap === undefined ? required : required + entrySize(swapAmount, swap);
}

const entrySize = ({ name, size }: Amount, amount: number): number =>
  fieldSize(fieldSize(name.length) + fieldSize(fieldSize(size(amount))));

function quantityEntry(field: number, { name, write }: Amount, amount: number, out: ProtobufWriter): void {
  const entry = out.open(field);
  out.string(1, name);
  const quantity = out.open(2);
  const text = out.open(1);
  write(amount, out);
  out.close(text);
  out.close(quantity);
  out.close(entry);
}

/** Whoever takes an amount piece by piece. */
interface AmountWriter {
  text(text: string): void;
  /** A whole number from 0 to 2^31. */
  digits(value: number): void;
}

interface Amount {
  readonly name: string;
  readonly write: (amount: number, out: AmountWriter) => void;
  /** How many characters that writes. */
  readonly size: (amount: number) => number;
}

/** Whether CPU is what nearly all containers have: under two cores, not in whole microcores. Then it is written without a text. */
const isPlainCpu = (nanocores: number): boolean => {
  const whole = nanocores | 0;
  return whole === nanocores && whole >= 0 && whole % 1000 !== 0;
};

/** The same of memory: whole pages under 2 TiB, not in whole mebibytes. */
const isPlainMemory = (bytes: number): boolean => {
  const kib = (bytes / 1024) | 0;
  return kib * 1024 === bytes && kib >= 0 && (kib & 1023) !== 0;
};

/** `cpuText`. */
function writeCpu(nanocores: number, out: AmountWriter): void {
  if (!isPlainCpu(nanocores)) return out.text(cpuText(nanocores));
  out.digits(nanocores);
  out.text('n');
}

/** `memoryText`. */
function writeMemory(bytes: number, out: AmountWriter): void {
  if (!isPlainMemory(bytes)) return out.text(memoryText(bytes));
  out.digits(bytes / 1024);
  out.text('Ki');
}

const cpuSize = (nanocores: number): number =>
  isPlainCpu(nanocores) ? digitsOf(nanocores) + 1 : cpuText(nanocores).length;

const memorySize = (bytes: number): number =>
  isPlainMemory(bytes) ? digitsOf(bytes / 1024) + 2 : memoryText(bytes).length;

const cpuAmount: Amount = { name: 'cpu', write: writeCpu, size: cpuSize };
const memoryAmount: Amount = { name: 'memory', write: writeMemory, size: memorySize };
const swapAmount: Amount = { name: 'swap', write: writeMemory, size: memorySize };
