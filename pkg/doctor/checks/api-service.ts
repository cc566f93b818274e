import { X509Certificate } from 'node:crypto';
import type { EpochMs } from '../../model/units.ts';
import type { ApiServiceFacts, ObjectRef, ServerFlags } from '../facts.ts';
import { fine, found, unseen, type Verdict } from '../finding.ts';
import type { Reading } from '../gathering/kube-reader.ts';
import { commandLine, kubectlIn } from '../shell.ts';
import { explain } from './api-service-reasons.ts';

/** What is known of the APIService of one version. */
export interface ApiServiceCheck {
  readonly version: string;
  readonly apiService: Reading<ApiServiceFacts>;
  /** What comes of asking for its discovery document: all that those know who may not read APIServices. */
  readonly discovery: Reading<{ readonly status: number; readonly text: string }>;
  /** Our Service. */
  readonly ours: ObjectRef;
  readonly flags: ServerFlags;
  readonly now: EpochMs;
}

/** Is the group registered, is it ours, and does the kube-apiserver reach who serves it? */
export function checkApiService(check: ApiServiceCheck): readonly Verdict[] {
  const { apiService } = check;
  // v1 is nobody's duty.
  if (apiService.kind !== 'seen' && check.version !== 'v1beta1') return [];
  if (apiService.kind === 'unseen') return [judgedByDiscovery(check, apiService.why)];
  if (apiService.kind === 'absent') return [missing(check)];
  const { service } = apiService.value;
  if (service === undefined) return [local(apiService.value)];
  const isOurs = service.namespace === check.ours.namespace && service.name === check.ours.name;
  if (!isOurs) return [otherOwner(apiService.value, service, check.ours)];
  // Each of these explains the ones behind it.
  const explanations = [
    versionServed(apiService.value, check),
    expiredCas(apiService.value, check.now),
    availability(apiService.value, service, check),
  ];
  return explanations.find((verdicts) => verdicts.length > 0) ?? [];
}

const nameOf = (version: string): string => `${version}.metrics.k8s.io`;

function missing({ version, ours }: ApiServiceCheck): Verdict {
  return found({
    code: 'apiservice-missing',
    severity: 'error',
    about: `APIService ${nameOf(version)}`,
    what: 'It is not there: kubectl top says "Metrics API not available", and no HorizontalPodAutoscaler sees usage.',
    why: 'Nobody has told the kube-apiserver who serves metrics.k8s.io.',
    cure: {
      advice: 'Apply it, as it is in manifests/base/apiservice.yaml:',
      manifest: [
        'apiVersion: apiregistration.k8s.io/v1',
        'kind: APIService',
        'metadata:',
        `  name: ${nameOf(version)}`,
        'spec:',
        '  group: metrics.k8s.io',
        `  version: ${version}`,
        '  groupPriorityMinimum: 100',
        '  versionPriority: 100',
        '  insecureSkipTLSVerify: true',
        '  service:',
        `    name: ${ours.name}`,
        `    namespace: ${ours.namespace}`,
      ],
      commands: ['kubectl apply -f manifests/base/apiservice.yaml'],
    },
  });
}

function local({ name }: ApiServiceFacts): Verdict {
  return found({
    code: 'apiservice-local',
    severity: 'error',
    about: `APIService ${name}`,
    what: 'It names no Service.',
    why: 'The kube-apiserver then looks for the group within itself, where it is not: a CustomResourceDefinition may have made it.',
    cure: {
      advice: 'See whether a CustomResourceDefinition claims the group, delete it, and apply the manifests again.',
      commands: ['kubectl get crd -o name', 'kubectl apply -f manifests/base/apiservice.yaml'],
    },
  });
}

/** Helm's annotation, and labels by which installers sign what is theirs. */
function installerOf({ labels, annotations }: Pick<ApiServiceFacts, 'labels' | 'annotations'>): string {
  const release = annotations['meta.helm.sh/release-name'];
  if (release !== undefined) return ` It belongs to the Helm release ${release}.`;
  const manager = labels['app.kubernetes.io/managed-by'] ?? labels['addonmanager.kubernetes.io/mode'];
  return manager === undefined ? '' : ` It is managed by ${manager}.`;
}

function otherOwner(apiService: ApiServiceFacts, service: ObjectRef, ours: ObjectRef): Verdict {
  const { name } = apiService;
  const spec = { spec: { service: { namespace: ours.namespace, name: ours.name } } };
  return found({
    code: 'apiservice-other-owner',
    severity: 'error',
    about: `APIService ${name}`,
    what: `Another server owns the group: Service ${service.namespace}/${service.name}.${installerOf(apiService)}`,
    why: 'An APIService leads to one Service only, and whoever applied it last has it. This server is not asked at all.',
    cure: {
      advice:
        'Keep one. Remove the other server (or switch its resource metrics off), so that its installer does not take the ' +
        'APIService back, and then point it here:',
      commands: [
        kubectlIn(service.namespace, 'get', 'all', '-l', `app.kubernetes.io/name=${service.name}`),
        commandLine('kubectl', 'patch', 'apiservice', name, '--type=merge', '-p', JSON.stringify(spec)),
      ],
    },
  });
}

function versionServed({ name, version }: ApiServiceFacts, { flags, ours }: ApiServiceCheck): readonly Verdict[] {
  if (flags.apiVersions.includes(version)) return [];
  return [
    found({
      code: 'apiservice-version-not-served',
      severity: 'error',
      about: `APIService ${name}`,
      what: `It promises ${version}, but the server is told --api-versions=${flags.apiVersions.join(',')}.`,
      why: 'The server answers 404 for a version it is not told to serve, and discovery fails for everybody.',
      cure: {
        advice: 'Tell the server to serve it (manifests/components/v1 has both parts), or delete the APIService.',
        commands: [
          kubectlIn(ours.namespace, 'edit', 'deployment', ours.name),
          commandLine('kubectl', 'delete', 'apiservice', name),
        ],
        manifest: [`args: ["--api-versions=${[...flags.apiVersions, version].join(',')}", "…"]`],
      },
    }),
  ];
}

function availability(
  apiService: ApiServiceFacts,
  service: ObjectRef & { readonly port: number },
  { flags }: ApiServiceCheck,
): readonly Verdict[] {
  const { name, available } = apiService;
  const where = `Service ${service.namespace}/${service.name}`;
  if (available === undefined) {
    return [unseen(`APIService ${name}`, 'the kube-apiserver has not looked at it yet: ask again in a minute')];
  }
  if (available.status === 'True') return [fine(`${name} is Available, and leads to ${where}${trustOf(apiService)}.`)];
  const { reason, message } = available;
  const { code, why, cure } = explain(reason, message, { name, service, securePort: flags.securePort });
  return [
    found({
      code,
      severity: 'error',
      about: `APIService ${name}`,
      what: `It is not Available (${reason}): ${message}`,
      why,
      cure,
    }),
  ];
}

function trustOf({ insecureSkipTlsVerify, caBundle }: ApiServiceFacts): string {
  if (insecureSkipTlsVerify) return '; its certificate is not verified (see --serving-ca=self-managed)';
  return caBundle === '' ? '' : '; its certificate is verified';
}

function expiredCas({ name, caBundle }: ApiServiceFacts, now: EpochMs): readonly Verdict[] {
  const expired = certificatesIn(caBundle).filter(({ validToDate }) => validToDate.getTime() < now);
  if (expired.length === 0 || expired.length < certificatesIn(caBundle).length) return [];
  return [
    found({
      code: 'apiservice-ca-expired',
      severity: 'error',
      about: `APIService ${name}`,
      what: `Every CA in caBundle has expired, the last on ${expired.at(-1)?.validTo}.`,
      why: 'The kube-apiserver verifies nothing with an expired CA: it stops asking this server at its next connection.',
      cure: {
        advice: 'Renew the CA and put it into caBundle, or let the server do both with --serving-ca=self-managed.',
        commands: [commandLine('kubectl', 'get', 'apiservice', name, '-o', 'jsonpath={.spec.caBundle}')],
      },
    }),
  ];
}

/** The certificates of a PEM text that can be read. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      // Not a certificate: a kube-apiserver passes it over too.
      return [];
    }
  });
}

function judgedByDiscovery({ version, discovery }: ApiServiceCheck, why: string): Verdict {
  const name = nameOf(version);
  if (discovery.kind !== 'seen') return unseen(`APIService ${name}`, why);
  const { status, text } = discovery.value;
  if (status === 200) return fine(`${name} is registered and answers (who serves it cannot be seen from here).`);
  if (status === 404) return found({ ...missingByDiscovery, about: `APIService ${name}` });
  const [first = ''] = text.split('\n', 1);
  return found({
    code: 'apiservice-unavailable',
    severity: 'error',
    about: `APIService ${name}`,
    what: `The kube-apiserver answers ${status} for the group: ${first.slice(0, 200)}`,
    why: 'It does not reach who serves it; the condition Available of the APIService, which we may not read, says why.',
    cure: {
      advice: 'Look with an account that may read APIServices.',
      commands: [commandLine('kubectl', 'describe', 'apiservice', name)],
    },
  });
}

const missingByDiscovery = {
  code: 'apiservice-missing',
  severity: 'error',
  what: 'The kube-apiserver does not know the group metrics.k8s.io.',
  why: 'Nobody has told the kube-apiserver who serves it.',
  cure: {
    advice: 'Apply the APIService.',
    commands: ['kubectl apply -f manifests/base/apiservice.yaml'],
  },
} as const;
