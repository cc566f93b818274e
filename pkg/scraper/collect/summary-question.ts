import type { KubeletSummary } from '../../model/kubelet-summary.ts';
import { decodeSummary, summaryPath } from '../summary/decode-summary.ts';
import type { Question } from './question.ts';

/** What a kubelet knows of its node and of everything on it. */
export const summaryQuestion: Question<KubeletSummary> = {
  name: 'summary',
  source: 'summary',
  path: summaryPath,
  accept: 'application/json',
  decode(body) {
    const decoded = decodeSummary(body);
    if (decoded.kind === 'bad-body') return decoded;
    const { summary, skipped } = decoded;
    const containers = summary.pods.reduce((sum, pod) => sum + pod.containers.length, 0);
    return { kind: 'answer', answer: summary, containers, skipped };
  },
};
