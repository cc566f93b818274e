import type { AutoscalerFacts } from '../facts.ts';
import { fine, found, unseen, type Verdict } from '../finding.ts';
import type { Reading } from '../gathering/kube-reader.ts';
import { kubectlIn } from '../shell.ts';

/** Example amounts: what is right, only the application knows. */
const examples: Readonly<Record<string, string>> = { cpu: '100m', memory: '128Mi' };

/** Does every autoscaler that divides by requests find them? */
export function checkAutoscalers(autoscalers: Reading<readonly AutoscalerFacts[]>): readonly Verdict[] {
  if (autoscalers.kind === 'unseen') return [unseen('HorizontalPodAutoscalers', autoscalers.why)];
  const all = autoscalers.kind === 'seen' ? autoscalers.value : [];
  const lacking = all.filter(({ missing }) => missing.length > 0);
  if (lacking.length > 0) return lacking.map(missingRequest);
  return all.length === 0 ? [] : [fine(`${all.length} HorizontalPodAutoscalers find the requests they divide by.`)];
}

function missingRequest({ namespace, name, targetKind, target, missing }: AutoscalerFacts): Verdict {
  const list = missing.map(({ container, resource }) => `${container} has no request for ${resource}`).join(', ');
  const containers = [...new Set(missing.map(({ container }) => container))];
  return found({
    code: 'hpa-missing-request',
    severity: 'error',
    about: `HorizontalPodAutoscaler ${namespace}/${name}`,
    what: `It scales ${targetKind} ${target} by utilization, but container ${list}.`,
    why: 'Utilization is usage divided by requests: without one for every container it shows <unknown> and does not scale.',
    cure: {
      advice: 'Give the containers requests (these amounts are examples), or scale by an average value instead.',
      commands: containers.map((container) => {
        const resources = missing.filter((one) => one.container === container).map(({ resource }) => resource);
        const amounts = resources.map((resource) => `${resource}=${examples[resource] ?? '1'}`).join(',');
        return kubectlIn(
          namespace,
          'set',
          'resources',
          `${targetKind.toLowerCase()}/${target}`,
          '-c',
          container,
          `--requests=${amounts}`,
        );
      }),
      manifest: [
        'spec:',
        '  template:',
        '    spec:',
        '      containers:',
        ...containers.flatMap((container) => [
          `        - name: ${container}`,
          '          resources:',
          '            requests:',
          ...missing
            .filter((one) => one.container === container)
            .map(({ resource }) => `              ${resource}: ${examples[resource] ?? '1'}`),
        ]),
      ],
    },
  });
}
