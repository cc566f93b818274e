import type { Sample } from './sample.ts';

/**
 * Which containers one kubelet's answer speaks of, slot by slot.
 *
 * A decoder hands out the *same object* for as long as a node's answers name the same containers in the same order, so
 * that a store compares layouts by identity and copies columns straight into place.
 */
export interface ContainerLayout {
  readonly namespaces: readonly string[];
  readonly pods: readonly string[];
  readonly containers: readonly string[];
}

/**
 * What one kubelet answered once: plain columns, one slot per container of `layout`, cheap to copy and fit to be posted
 * to another thread. NaN means "this kubelet did not say"; zero is a value.
 */
export interface NodeBatch {
  /** Name of the Node object. */
  readonly node: string;
  /** The node's own sample; absent where the kubelet gave none. */
  readonly nodeSample?: Sample;
  readonly layout: ContainerLayout;
  /** The answer ended in the middle of a line: what it does not name may well still be there. */
  readonly cutOff?: boolean;
  /** Epoch milliseconds by the node's clock. */
  readonly sampledAt: Float64Array;
  /** Epoch nanoseconds by the node's clock; NaN where unknown. */
  readonly startedAt: Float64Array;
  /** Core-nanoseconds since the container started. */
  readonly cpu: Float64Array;
  /** Bytes of working set. */
  readonly memory: Float64Array;
  /** Bytes of swap; NaN where not reported. */
  readonly swap: Float64Array;
}
