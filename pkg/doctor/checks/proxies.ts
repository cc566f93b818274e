import { isExempt } from '../../kube/connection/proxy/no-proxy.ts';
import type { Labels } from '../../model/cluster.ts';
import type { PodFacts } from '../facts.ts';
import { fine, found, type Verdict } from '../finding.ts';
import { kubectlIn } from '../shell.ts';
import { serverContainer } from '../subject.ts';

/** A pod, and where it sends what must not go through a proxy. */
export interface ProxyCheck {
  readonly pod: PodFacts;
  /** An address; absent = nobody knows it, and only a NO_PROXY that exempts nothing is surely wrong. */
  readonly host: string | undefined;
}

/** Does the server, whose Deployment goes by this name, reach the kube-apiserver without a proxy? */
export function checkServerProxy({ pod, host }: ProxyCheck, deployment: string): readonly Verdict[] {
  const trouble = troubleWith(serverContainer(pod)?.environment ?? {}, host);
  if (trouble === undefined) return [];
  return [
    found({
      code: 'proxy-in-the-way',
      severity: 'error',
      about: `pod ${pod.namespace}/${pod.name}`,
      what: `HTTPS_PROXY is set, and NO_PROXY (${trouble.noProxy || 'empty'}) does not exempt the kube-apiserver${at(host)}.`,
      why: 'Requests to the kube-apiserver go to the proxy, which seldom reaches it. Kubelets are never asked through a proxy.',
      cure: {
        advice: 'Exempt the cluster, or take the proxy away: the server asks nobody outside.',
        commands: [kubectlIn(pod.namespace, 'set', 'env', `deployment/${deployment}`, 'HTTPS_PROXY-', 'HTTP_PROXY-')],
        manifest: ['env:', '  - name: NO_PROXY', '    value: 10.96.0.0/12,.svc,.cluster.local,localhost,127.0.0.1'],
      },
    }),
  ];
}

/** Does the kube-apiserver reach the server without a proxy? */
export function checkApiServerProxy({ pod, host }: ProxyCheck): readonly Verdict[] {
  const [container] = pod.containers;
  const trouble = troubleWith(container?.environment ?? {}, host);
  const about = `pod ${pod.namespace}/${pod.name}`;
  if (trouble === undefined) return [fine(`${about} sends nothing that is meant for the server to a proxy.`)];
  return [
    found({
      code: 'apiserver-proxy-in-the-way',
      severity: 'error',
      about,
      what: `The kube-apiserver has HTTPS_PROXY, and NO_PROXY (${trouble.noProxy || 'empty'}) does not exempt the Service of the server${at(host)}.`,
      why: 'It sends requests for metrics.k8s.io to the proxy, which does not know the network of the cluster.',
      cure: {
        advice:
          'Add the Service CIDR and the pod CIDR to its NO_PROXY (for kubeadm in /etc/kubernetes/manifests/kube-apiserver.yaml ' +
          'on every control plane node):',
        manifest: [
          'env:',
          '  - name: NO_PROXY',
          `    value: ${[trouble.noProxy, '10.96.0.0/12', '10.244.0.0/16', '.svc'].filter(Boolean).join(',')}`,
        ],
      },
    }),
  ];
}

const at = (host: string | undefined): string => (host === undefined ? '' : ` (${host})`);

function troubleWith(environment: Labels, host: string | undefined): { readonly noProxy: string } | undefined {
  const named = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  if (named('HTTPS_PROXY') === '') return undefined;
  const noProxy = named('NO_PROXY');
  const exempt = host === undefined ? noProxy !== '' : isExempt({ host, port: 443 }, noProxy);
  return exempt ? undefined : { noProxy };
}
