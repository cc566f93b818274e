import type { ObjectRef, ServedNodes, ServerHealth } from '../facts.ts';
import { fine, found, unseen, type Verdict } from '../finding.ts';
import type { Reading } from '../gathering/kube-reader.ts';
import { kubectlIn } from '../shell.ts';
import { namesOf } from './nodes.ts';

/** What the server says of itself, and what it serves. */
export interface ServedMetricsCheck {
  readonly serviceRef: ObjectRef;
  readonly health: Reading<ServerHealth>;
  readonly served: Reading<ServedNodes>;
  /** Nodes of which something was found already: that they are missing is no news. */
  readonly explained: ReadonlySet<string>;
  /** The APIService has a finding: whatever comes of asking through it is no news. */
  readonly isCutOff: boolean;
}

/** Does the server call itself ready, and has it something of every node? */
export function checkServedMetrics(check: ServedMetricsCheck): readonly Verdict[] {
  if (check.isCutOff) return [unseen('metrics.k8s.io', 'the kube-apiserver does not reach the server, see above')];
  return [...healthVerdicts(check), ...servedVerdicts(check)];
}

function healthVerdicts({ health, serviceRef }: ServedMetricsCheck): readonly Verdict[] {
  if (health.kind !== 'seen') {
    return [unseen('readyz of the server', health.kind === 'unseen' ? health.why : 'it is not there')];
  }
  const { ready, failing, degraded } = health.value;
  const notes = degraded.length > 0 ? `; it says: ${degraded.join('; ')}` : '';
  if (ready) return [fine(`The server says that it is ready${notes}.`)];
  return [
    found({
      code: 'server-not-ready',
      severity: 'error',
      about: 'readyz of the server',
      what: `The server says that it is not ready: ${failing.join('; ')}${notes}`,
      why: 'A pod that is not ready is not asked, and the APIService is unavailable. In its first half minute this is normal.',
      cure: {
        advice: 'Wait a minute after a start; then see its log.',
        commands: [kubectlIn(serviceRef.namespace, 'logs', `deployment/${serviceRef.name}`, '--tail=50')],
      },
    }),
  ];
}

function servedVerdicts({ served, explained, serviceRef }: ServedMetricsCheck): readonly Verdict[] {
  if (served.kind !== 'seen') {
    return [unseen('nodes in metrics.k8s.io', served.kind === 'unseen' ? served.why : 'the group is not there')];
  }
  const { names, missing } = served.value;
  const unexplained = missing.filter(({ node }) => node.ready && !explained.has(node.name));
  if (unexplained.length === 0) return [fine(`metrics.k8s.io has ${names.size} node${names.size === 1 ? '' : 's'}.`)];
  const reasons = unexplained.flatMap(({ reason }) => reason ?? []);
  const list = namesOf(unexplained.map(({ node }) => node.name));
  return [
    found({
      code: 'node-without-metrics',
      severity: 'error',
      about: `node${unexplained.length === 1 ? '' : 's'} ${list}`,
      what: `metrics.k8s.io has nothing of ${unexplained.length === 1 ? 'it' : 'them'}.`,
      why: reasons.length > 0 ? `The server says: ${reasons.join('; ')}` : 'The server does not say why.',
      cure: {
        advice: 'Run doctor in the pod, from where kubelets can be reached, to have each of them looked at.',
        commands: [
          `${kubectlIn(serviceRef.namespace, 'exec', `deployment/${serviceRef.name}`)} -- metrics-server doctor --only=nodes`,
        ],
      },
    }),
  ];
}
