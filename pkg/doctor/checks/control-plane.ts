import type { EpochMs } from '../../model/units.ts';
import type { PodFacts } from '../facts.ts';
import { fine, found, unseen, type Verdict } from '../finding.ts';
import type { Reading } from '../gathering/kube-reader.ts';
import { commandLine, kubectlIn } from '../shell.ts';
import { certificatesIn } from './api-service.ts';

const configMap = 'ConfigMap kube-system/extension-apiserver-authentication';
const requestHeaderCa = 'requestheader-client-ca-file';

const aggregationFlags = [
  '--requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt',
  '--requestheader-allowed-names=front-proxy-client',
  '--requestheader-username-headers=X-Remote-User',
  '--requestheader-group-headers=X-Remote-Group',
  '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  '--proxy-client-cert-file=/etc/kubernetes/pki/front-proxy-client.crt',
  '--proxy-client-key-file=/etc/kubernetes/pki/front-proxy-client.key',
] as const;

/** Does the kube-apiserver say how its front proxy proves itself? */
export function checkAuthenticationConfig(
  config: Reading<Readonly<Record<string, string>>>,
  now: EpochMs,
): readonly Verdict[] {
  if (config.kind === 'unseen') return [unseen(configMap, config.why)];
  const pem = config.kind === 'seen' ? (config.value[requestHeaderCa] ?? '') : '';
  const certificates = certificatesIn(pem);
  if (certificates.length === 0) return [nothingSaid(config.kind === 'absent')];
  const valid = certificates.filter(({ validToDate }) => validToDate.getTime() >= now);
  if (valid.length === 0) return [expired(certificates.at(-1)?.validTo ?? '')];
  return [fine('The kube-apiserver says how its front proxy proves itself, with a CA that is valid.')];
}

function nothingSaid(isAbsent: boolean): Verdict {
  return found({
    code: 'requestheader-missing',
    severity: 'error',
    about: configMap,
    what: isAbsent ? 'It is not there.' : `It has no ${requestHeaderCa}.`,
    why: 'The aggregation layer is not configured: the server cannot tell the kube-apiserver from a stranger, and refuses both.',
    cure: {
      advice: 'Start the kube-apiserver with the flags of the aggregation layer (for kubeadm they are there):',
      manifest: aggregationFlags.map((flag) => `- ${flag}`),
      commands: [kubectlIn('kube-system', 'get', 'configmap', 'extension-apiserver-authentication', '-o', 'yaml')],
    },
  });
}

function expired(validTo: string): Verdict {
  return found({
    code: 'requestheader-ca-expired',
    severity: 'error',
    about: configMap,
    what: `The CA of the front proxy has expired on ${validTo}.`,
    why: 'No aggregated API server accepts requests that the kube-apiserver hands on any more.',
    cure: {
      advice:
        'Renew the front-proxy CA and its client certificate, and restart the kube-apiserver, which writes the ConfigMap.',
      commands: [
        commandLine('kubeadm', 'certs', 'check-expiration'),
        commandLine('kubeadm', 'certs', 'renew', 'front-proxy-client'),
      ],
    },
  });
}

/** Does the kube-apiserver have the flags of the aggregation layer? Only where it runs as a pod that may be seen. */
export function checkAggregationFlags(pods: readonly PodFacts[]): readonly Verdict[] {
  return pods.flatMap((pod) => {
    const args = pod.containers.flatMap((container) => container.args);
    const wanted = ['--requestheader-client-ca-file', '--proxy-client-cert-file', '--proxy-client-key-file'];
    const missing = wanted.filter((flag) => !args.some((arg) => arg === flag || arg.startsWith(`${flag}=`)));
    if (missing.length === 0 || args.length === 0) return [];
    return [
      found({
        code: 'aggregation-flags-missing',
        severity: 'error',
        about: `pod ${pod.namespace}/${pod.name}`,
        what: `The kube-apiserver runs without ${missing.join(', ')}.`,
        why: 'It then has no certificate by which aggregated servers know it.',
        cure: {
          advice: 'Add them in /etc/kubernetes/manifests/kube-apiserver.yaml on every control plane node:',
          manifest: aggregationFlags.map((flag) => `- ${flag}`),
        },
      }),
    ];
  });
}
