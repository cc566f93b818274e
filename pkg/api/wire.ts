import type { Texts } from '../apiserver/encode/json.ts';
import { timeFields } from '../apiserver/encode/protobuf.ts';
import type { ProtobufWriter } from '../apiserver/encode/protobuf-writer.ts';
import { formatDuration } from '../model/duration.ts';
import { cpuText, memoryText } from '../model/quantity.ts';
import type { Usage } from '../model/sample.ts';
import { timeText } from '../model/time-text.ts';
import { usageResources } from './usage-resources.ts';

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
  out.message(2, (time) => timeFields(sampledAt, time));
  out.message(3, (duration) => duration.int64(1, windowNs));
}

/** A map<string, Quantity> as field `field`. */
export function usageFields(field: number, usage: Usage, out: ProtobufWriter): void {
  for (const { name, amountOf, text } of usageResources) {
    const amount = amountOf(usage);
    if (amount === undefined) continue;
    out.message(field, (entry) => {
      entry.string(1, name);
      entry.message(2, (quantity) => quantity.string(1, text(amount)));
    });
  }
}
