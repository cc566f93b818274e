import type { CertificateRequestFacts } from '../facts.ts';
import { fine, found, unseen, type Verdict } from '../finding.ts';
import type { Reading } from '../gathering/kube-reader.ts';
import { commandLine } from '../shell.ts';

const mostNamed = 20;

/** Does a kubelet wait for its serving certificate? */
export function checkCertificateRequests(requests: Reading<readonly CertificateRequestFacts[]>): readonly Verdict[] {
  const what = 'requests of kubelets for serving certificates';
  if (requests.kind === 'unseen') return [unseen(what, requests.why)];
  const waiting = requests.kind === 'seen' ? newestPerUser(requests.value.filter(isOfNode)) : [];
  if (waiting.length === 0) return [fine('No kubelet waits for its serving certificate.')];
  const nodes = waiting.map(({ user }) => user.replace('system:node:', ''));
  const more = waiting.length > mostNamed;
  return [
    found({
      code: 'csr-pending',
      severity: 'warning',
      about: `node${nodes.length === 1 ? '' : 's'} ${nodes.slice(0, mostNamed).join(', ')}${more ? ` and ${nodes.length - mostNamed} more` : ''}`,
      what:
        waiting.length === 1
          ? 'Its request for a serving certificate waits for approval.'
          : `${waiting.length} requests for serving certificates wait for approval.`,
      why: 'Kubernetes signs these for nobody by itself: until then the kubelet has no certificate that anybody can verify (or none at all).',
      cure: {
        advice:
          'Each was made by the node it is for. Approve them, and install an approver (such as kubelet-csr-approver) for ' +
          `those to come${more ? '; run doctor again for the others' : ''}.`,
        commands: [
          commandLine('kubectl', 'certificate', 'approve', ...waiting.slice(0, mostNamed).map(({ name }) => name)),
        ],
      },
    }),
  ];
}

/** Only a node may ask for what is a node's: a request of anybody else must not be approved on our advice. */
const isOfNode = ({ pending, user, groups }: CertificateRequestFacts): boolean =>
  pending && user.startsWith('system:node:') && groups.includes('system:nodes');

/** A kubelet asks again every quarter of an hour; one answer is enough. */
function newestPerUser(requests: readonly CertificateRequestFacts[]): readonly CertificateRequestFacts[] {
  const oldestFirst = requests.toSorted((a, b) => a.createdAt - b.createdAt);
  const newest = new Map(oldestFirst.map((request) => [request.user, request]));
  return [...newest.values()].toSorted((a, b) => (a.user < b.user ? -1 : 1));
}
