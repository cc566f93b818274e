import type { JsonWriter } from '../apiserver/encode/json/json-writer.ts';
import { timeFields } from '../apiserver/encode/protobuf/protobuf.ts';
import { ProtobufWriter } from '../apiserver/encode/protobuf/protobuf-writer.ts';
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
  out.constant(timestampLead);
  out.text(timeText(sampledAt));
  out.constant(windowLead);
  out.text(formatDuration(windowNs));
  out.text('"');
}

const timestampLead = Buffer.from('"timestamp":"');
const windowLead = Buffer.from('","window":"');

/** `{"cpu":"…","memory":"…"}`. Written out instead of walking `usageResources`: long lists spend their time here. */
export function usageJson({ cpu, memory, swap }: Usage, out: JsonWriter): void {
  out.constant(cpuLead);
  writeCpu(cpu, out);
  out.constant(memoryLead);
  writeMemory(memory, out);
  if (swap !== undefined) {
    out.text('","swap":"');
    writeMemory(swap, out);
  }
  out.text('"}');
}

const cpuLead = Buffer.from('{"cpu":"');
const memoryLead = Buffer.from('","memory":"');

/** Fields 2, timestamp, and 3, window. */
export function measuredFields({ sampledAt, windowNs }: Measured, out: ProtobufWriter): void {
  const time = out.open(2);
  timeFields(sampledAt, out);
  out.close(time);
  const duration = out.open(3);
  out.int64(1, windowNs);
  out.close(duration);
}

/** A map<string, Quantity> as field `field`, below 16. */
export function usageFields(field: number, { cpu, memory, swap }: Usage, out: ProtobufWriter): void {
  quantityEntry(field, cpuAmount, cpu, out);
  quantityEntry(field, memoryAmount, memory, out);
  if (swap !== undefined) quantityEntry(field, swapAmount, swap, out);
}

/** All that stands before the amount is the same but for three lengths, which are below 128: long lists hold four a pod. */
function quantityEntry(field: number, { head, write }: Amount, amount: number, out: ProtobufWriter): void {
  const entry = out.open(field);
  out.constant(head);
  const text = out.length;
  write(amount, out);
  out.close(text);
  out.close(text - 2);
  out.close(entry);
}

/** The fields of an entry up to its amount, with places for the lengths of the quantity and of its text. */
function headOf(name: string): Uint8Array {
  const out = new ProtobufWriter();
  out.string(1, name);
  out.open(2);
  out.open(1);
  return out.finish();
}

/** Whoever takes an amount piece by piece. */
interface AmountWriter {
  text(text: string): void;
  /** A whole number from 0 to 2^31. */
  digits(value: number): void;
}

interface Amount {
  readonly head: Uint8Array;
  readonly write: (amount: number, out: AmountWriter) => void;
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

const cpuAmount: Amount = { head: headOf('cpu'), write: writeCpu };
const memoryAmount: Amount = { head: headOf('memory'), write: writeMemory };
const swapAmount: Amount = { head: headOf('swap'), write: writeMemory };
