import type { NodeBatch } from '../model/batch.ts';

/** Whose sample it is. */
export interface Subject {
  readonly node: string;
  readonly container?: { readonly namespace: string; readonly pod: string; readonly name: string };
}

/** What stands for the node itself where slots are told apart. */
export const ownSlot = -1;

/** Whose sample a batch has in this slot. */
export function subjectOf({ node, layout }: NodeBatch, slot: number): Subject {
  if (slot === ownSlot) return { node };
  const { namespaces, pods, containers } = layout;
  const [namespace = '', pod = '', name = ''] = [namespaces[slot], pods[slot], containers[slot]];
  return { node, container: { namespace, pod, name } };
}
