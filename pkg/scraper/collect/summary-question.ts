import type { KubeletSummary } from '../../model/kubelet-summary.ts';
import { SummaryDecoder, summaryPath } from '../summary/decode-summary.ts';
import type { Question } from './question.ts';

/** What a kubelet knows of its node and of everything on it. Answers of all nodes are read by one decoder. */
export function summaryQuestion(): Question<KubeletSummary> {
  const decoder = new SummaryDecoder();
  return {
    name: 'summary',
    source: 'summary',
    path: summaryPath,
    accept: 'application/json',
    decode(body) {
      const decoded = decoder.decode(body);
      if (decoded.kind === 'bad-body') return decoded;
      const { summary, skipped } = decoded;
      const containers = summary.pods.reduce((sum, pod) => sum + pod.containers.length, 0);
      return { kind: 'answer', answer: summary, containers, skipped };
    },
  };
}
