import type { Labels } from '../../model/cluster.ts';

/**
 * `of`, remembering its last result: lists hold the pods of one ReplicaSet side by side, and they share one Labels object.
 * Remembering more would keep a text per ReplicaSet in memory for good.
 */
export function rememberingLast<Result>(of: (labels: Labels) => Result): (labels: Labels) => Result {
  let last: { readonly labels: Labels; readonly result: Result } | undefined;
  return (labels) => {
    if (last?.labels !== labels) last = { labels, result: of(labels) };
    return last.result;
  };
}
