import { keyChanged, keyNotPinned } from '../../scraper/kubelet/trust/acceptance.ts';
import { type Outcome, outcomeText } from '../../scraper/outcome.ts';
import type { Cure } from '../finding.ts';
import type { FindingCode } from '../finding-codes.ts';
import type { KubeletFacts } from '../kubelets/kubelet-facts.ts';
import type { SeenCertificate } from '../kubelets/seen-certificate.ts';

/** What a failed asking is called, what it comes from, and what would help; the same for all nodes that fail alike. */
export interface Diagnosis {
  readonly code: FindingCode;
  readonly what: string;
  readonly why: string;
  readonly cure: Cure;
}

/** Undefined where a kubelet gave usage of its containers. */
export function diagnose(facts: KubeletFacts): Diagnosis | undefined {
  const { outcome } = facts;
  switch (outcome.kind) {
    case 'scraped':
      return outcome.containers > 0 ? undefined : noContainers;
    case 'tls':
      return tlsDiagnosis(outcome, facts.certificate);
    case 'status':
      return { what: sentence(outcome), ...statusDiagnosis(outcome.code) };
    default:
      return { what: sentence(outcome), ...others[outcome.kind] };
  }
}

const sentence = (outcome: Outcome): string => ended(capital(outcomeText(outcome)));
const ended = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

type Background = Omit<Diagnosis, 'what'>;

const noContainers: Diagnosis = {
  code: 'kubelet-no-containers',
  what: 'The kubelet reports its node, but no container.',
  why: 'The container runtime tells the kubelet nothing: often cgroup v1 and v2 mixed, or a CRI that does not fit (cri-dockerd, an old containerd).',
  cure: {
    advice:
      'Check on the node that kubelet and runtime use the same cgroup driver and version, and update the runtime. Where its ' +
      'summary has the containers, the server reads that if it may (manifests/components/kubelet-summary).',
    commands: ['kubectl get nodes -o wide', 'kubectl apply -f manifests/components/kubelet-summary/rbac.yaml'],
  },
};

const unreachable: Background = {
  code: 'kubelet-unreachable',
  why: 'The server asks every kubelet at its node address: pods of that node have no metrics.',
  cure: {
    advice: 'Open port 10250 of the nodes to the pod network, and see that the kubelet runs.',
    commands: ['kubectl get nodes -o wide'],
  },
};

const badAnswer: Background = {
  code: 'kubelet-bad-answer',
  why: 'Something else than a kubelet may listen there, or something on the way changes what it says.',
  cure: {
    advice: 'See what it answers through the kube-apiserver.',
    commands: ['kubectl get --raw /api/v1/nodes/NODE/proxy/metrics/resource'],
  },
};

const others: Readonly<Record<Exclude<Outcome['kind'], 'scraped' | 'tls' | 'status'>, Background>> = {
  'nothing-measured': badAnswer,
  'bad-body': badAnswer,
  'too-large': badAnswer,
  broken: badAnswer,
  unreachable,
  'timed-out': {
    ...unreachable,
    code: 'kubelet-timed-out',
    why: 'A firewall that swallows packets, or a kubelet that is overloaded: pods of that node have no metrics.',
  },
  'no-address': {
    code: 'kubelet-no-address',
    why: 'The server only uses addresses of the types it is told to.',
    cure: {
      advice: 'Name a type that the nodes have:',
      manifest: ['args: ["--kubelet-preferred-address-types=InternalIP,Hostname,ExternalIP", "…"]'],
      commands: ['kubectl get nodes -o custom-columns=NODE:.metadata.name,ADDRESSES:.status.addresses'],
    },
  },
};

function statusDiagnosis(status: number): Background {
  if (status === 401) {
    return {
      code: 'kubelet-unauthorized',
      why: 'The kubelet does not ask the kube-apiserver whose token it is.',
      cure: {
        advice:
          'Switch it on in the configuration of the kubelet (/var/lib/kubelet/config.yaml), and restart the kubelet.',
        manifest: ['authentication:', '  webhook:', '    enabled: true', 'authorization:', '  mode: Webhook'],
      },
    };
  }
  if (status === 403) {
    return {
      code: 'kubelet-forbidden',
      why: 'The kubelet knows us and asked the kube-apiserver, which said that we may not.',
      cure: {
        advice: 'ClusterRole system:metrics-server needs the rule, and must be bound to the account of the server:',
        manifest: ['- apiGroups: [""]', '  resources: ["nodes/metrics"]', '  verbs: ["get"]'],
        commands: ['kubectl apply -f manifests/base/rbac.yaml'],
      },
    };
  }
  if (status === 404) {
    return {
      code: 'kubelet-no-resource-metrics',
      why: 'Virtual kubelets (Fargate, virtual-kubelet) and very old ones have /stats/summary only.',
      cure: {
        advice: 'Let the server read that instead:',
        commands: ['kubectl apply -f manifests/components/kubelet-summary/rbac.yaml'],
      },
    };
  }
  return badAnswer;
}

const kubeletConfig = ['serverTLSBootstrap: true'];

/** What signing by the cluster takes. */
const signedByCluster: Cure = {
  advice:
    'Best: let the cluster sign it. Set this in the configuration of the kubelet (for kubeadm in ConfigMap kube-system/kubelet-config ' +
    'and on each node), restart the kubelet, and approve its request. Or start the server with --kubelet-tls=pin, which ' +
    "remembers each node's key on first contact and refuses another one later: weaker than a CA, much better than --kubelet-insecure-tls.",
  manifest: kubeletConfig,
  commands: ['kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving'],
};

function tlsDiagnosis(outcome: Extract<Outcome, { kind: 'tls' }>, certificate: SeenCertificate | undefined): Diagnosis {
  const background = tlsBackground(outcome.code, certificate);
  return { what: sentence(outcome), ...background, why: `${background.why}${shown(certificate, background.code)}` };
}

/** What differs from node to node is left out, so that those who fail alike are told of together. */
function shown(certificate: SeenCertificate | undefined, code: FindingCode): string {
  if (certificate === undefined || code === 'kubelet-self-signed') return '';
  const { names, issuer, notAfter } = certificate;
  if (code === 'kubelet-certificate-expired') return ` It was valid until ${notAfter}.`;
  if (code === 'kubelet-name-mismatch') return ` It names ${names || 'nothing'}.`;
  return ` Its issuer is ${issuer}.`;
}

const unknownIssuer: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** A kubelet that has no certificate makes a CA of its own for one, and calls it so. */
const isKubeletsOwnCa = (issuer: string): boolean => /-ca@\d+$/.test(issuer);

function tlsBackground(code: string, certificate: SeenCertificate | undefined): Background {
  const isOwn = unknownIssuer.has(code) && isKubeletsOwnCa(certificate?.issuer ?? '');
  const byCode = ownCodes[code];
  if (byCode !== undefined) return byCode;
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT' || isOwn) return selfSigned;
  if (unknownIssuer.has(code)) return unknownCa;
  if (code === 'CERT_HAS_EXPIRED') return expired;
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? nameMismatch : noHandshake;
}

/** Codes of the scraper's own. */
const ownCodes: Readonly<Record<string, Background>> = {
  [keyChanged]: {
    code: 'kubelet-key-changed',
    why: 'The node was installed anew under the same name, its kubelet made a new key, or somebody else answers in its place.',
    cure: {
      advice:
        'Find out which. If the new key is meant, take the pin out with the command above: the server takes the next key ' +
        'it meets within a minute.',
      commands: ['kubectl get nodes -o custom-columns=NODE:.metadata.name,UID:.metadata.uid'],
    },
  },
  [keyNotPinned]: {
    code: 'kubelet-key-not-pinned',
    why: 'The server knows kubelets by their keys (--kubelet-tls=pin), and asks none whose key is not written down.',
    cure: {
      advice:
        'A node that has just joined is pinned within seconds. Otherwise see what the server logs of its Secret of pins.',
    },
  },
};

const selfSigned: Background = {
  code: 'kubelet-self-signed',
  why: 'As kubeadm, kind and minikube leave it: the kubelet made its certificate itself, and nobody can vouch for it.',
  cure: signedByCluster,
};

const unknownCa: Background = {
  code: 'kubelet-unknown-ca',
  why: 'The server knows the CA of the cluster only, and this certificate is of another.',
  cure: {
    ...signedByCluster,
    advice: `If that CA is yours, mount it and name it with --kubelet-certificate-authority. ${signedByCluster.advice}`,
  },
};

const listRequests = 'kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving';

const expired: Background = {
  code: 'kubelet-certificate-expired',
  why: 'The kubelet did not get a new one in time.',
  cure: {
    advice: 'Approve its newest request, see that rotation is on, and restart the kubelet.',
    manifest: ['rotateCertificates: true', ...kubeletConfig],
    commands: [listRequests],
  },
};

const nameMismatch: Background = {
  code: 'kubelet-name-mismatch',
  why: 'The certificate is signed by a CA we trust, but for another name or address.',
  cure: {
    advice: 'Use an address that it names, or have the kubelet request a certificate with its addresses:',
    manifest: ['args: ["--kubelet-preferred-address-types=Hostname,InternalDNS,InternalIP", "…"]', ...kubeletConfig],
  },
};

const noHandshake: Background = {
  code: 'kubelet-tls',
  why: 'A kubelet that waits for its first serving certificate ends the handshake; so does one that speaks no TLS 1.2.',
  cure: { advice: 'Approve its request for a certificate, if there is one.', commands: [listRequests] },
};
