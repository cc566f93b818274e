import type { JsonWriter } from '../apiserver/encode/json/json-writer.ts';
import { timeFields } from '../apiserver/encode/protobuf/protobuf.ts';
import type { ProtobufWriter } from '../apiserver/encode/protobuf/protobuf-writer.ts';
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

/** A map<string, Quantity> as field `field`, written out for the same reason. */
export function usageFields(field: number, { cpu, memory, swap }: Usage, out: ProtobufWriter): void {
  quantityEntry(field, cpuAmount, cpu, out);
  quantityEntry(field, memoryAmount, memory, out);
  if (swap !== undefined) quantityEntry(field, swapAmount, swap, out);
}

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
}

/** `cpuText` without making a text where it is what nearly all containers have: under two cores, not in whole microcores. */
function writeCpu(nanocores: number, out: AmountWriter): void {
  const whole = nanocores | 0;
  if (whole !== nanocores || whole < 0 || whole % 1000 === 0) return out.text(cpuText(nanocores));
  out.digits(whole);
  out.text('n');
}

/** `memoryText` without making a text where it is what nearly all containers have: whole pages, not in whole mebibytes. */
function writeMemory(bytes: number, out: AmountWriter): void {
  const kib = (bytes / 1024) | 0;
  if (kib * 1024 !== bytes || kib < 0 || (kib & 1023) === 0) return out.text(memoryText(bytes));
  out.digits(kib);
  out.text('Ki');
}

const cpuAmount: Amount = { name: 'cpu', write: writeCpu };
const memoryAmount: Amount = { name: 'memory', write: writeMemory };
const swapAmount: Amount = { name: 'swap', write: writeMemory };
