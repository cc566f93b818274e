import type { CadvisorAnswer } from '../../model/cadvisor-answer.ts';
import { cadvisorPath, decodeCadvisor } from '../cadvisor/decode-cadvisor.ts';
import type { Question } from './question.ts';

/** What a summary leaves out: page caches and disks. */
export const cadvisorQuestion: Question<CadvisorAnswer> = {
  name: 'cadvisor',
  source: 'resource',
  path: cadvisorPath,
  decode(body) {
    const { answer, skipped } = decodeCadvisor(body);
    if (answer.machine === undefined && answer.containers.size === 0)
      return { kind: 'bad-body', message: "it has none of cAdvisor's metrics" };
    return { kind: 'answer', answer, containers: answer.containers.size, skipped };
  },
};
