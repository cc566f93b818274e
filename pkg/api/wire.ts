import type { Texts } from '../apiserver/encode/json.ts';
import { timeFields } from '../apiserver/encode/protobuf.ts';
import type { ProtobufWriter } from '../apiserver/encode/protobuf-writer.ts';
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
export function measuredJson({ sampledAt, windowNs }: Measured, out: Texts): void {
  out.push('"timestamp":"', timeText(sampledAt), '","window":"', formatDuration(windowNs), '"');
}

/** `{"cpu":"…","memory":"…"}`. Written out instead of walking `usageResources`: long lists spend their time here. */
export function usageJson({ cpu, memory, swap }: Usage, out: Texts): void {
  out.push('{"cpu":"', cpuText(cpu), '","memory":"', memoryText(memory));
  if (swap === undefined) out.push('"}');
  else out.push('","swap":"', memoryText(swap), '"}');
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
  quantityEntry(field, 'cpu', cpuText(cpu), out);
  quantityEntry(field, 'memory', memoryText(memory), out);
  if (swap !== undefined) quantityEntry(field, 'swap', memoryText(swap), out);
}

function quantityEntry(field: number, name: string, amount: string, out: ProtobufWriter): void {
  const entry = out.open(field);
  out.string(1, name);
  const quantity = out.open(2);
  out.string(1, amount);
  out.close(quantity);
  out.close(entry);
}
