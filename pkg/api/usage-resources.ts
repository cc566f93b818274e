import { cpuText, memoryText } from '../model/quantity.ts';
import type { Usage } from '../model/sample.ts';

/** One key of `usage`. */
export interface UsageResource {
  readonly name: string;
  /** Undefined where the kubelet does not report it. */
  amountOf(usage: Usage): number | undefined;
  /** The amount as a canonical quantity. */
  text(amount: number): string;
}

/** Everything `usage` may hold, sorted by name as maps are on the wire. */
export const usageResources: readonly UsageResource[] = [
  { name: 'cpu', amountOf: ({ cpu }) => cpu, text: cpuText },
  { name: 'memory', amountOf: ({ memory }) => memory, text: memoryText },
  { name: 'swap', amountOf: ({ swap }) => swap, text: memoryText },
];
