import type { ObjectRef } from '../facts.ts';
import type { Cure } from '../finding.ts';
import type { FindingCode } from '../finding-codes.ts';
import { commandLine, kubectlIn } from '../shell.ts';

/** What a reason of the Available condition comes from, and what would help. */
export interface Explanation {
  readonly code: FindingCode;
  readonly why: string;
  readonly cure: Cure;
}

/** Whose APIService it is, for the cure. */
export interface ApiServiceContext {
  readonly name: string;
  readonly service: ObjectRef & { readonly port: number };
  /** The port that the server listens on. */
  readonly securePort: number;
}

type Rule = readonly [pattern: RegExp, explain: (context: ApiServiceContext) => Explanation];

/** Explains why the kube-apiserver does not find an aggregated server available, by its reason and message. */
export function explain(reason: string, message: string, context: ApiServiceContext): Explanation {
  const byReason = reasons[reason];
  if (byReason !== undefined) return byReason(context);
  const rule = messages.find(([pattern]) => pattern.test(message));
  return rule === undefined ? unknownReason(context) : rule[1](context);
}

const reasons: Readonly<Record<string, (context: ApiServiceContext) => Explanation>> = {
  ServiceNotFound: ({ service }) => ({
    code: 'apiservice-service-not-found',
    why: `The APIService leads to Service ${service.namespace}/${service.name}, which is not there.`,
    cure: { advice: 'Apply the manifests again.', commands: ['kubectl apply -k manifests/base'] },
  }),
  ServicePortError: ({ service }) => ({
    code: 'apiservice-service-port',
    why: `Service ${service.namespace}/${service.name} has no port ${service.port}, which the APIService names.`,
    cure: {
      advice: 'Give the Service that port.',
      commands: [kubectlIn(service.namespace, 'edit', 'service', service.name)],
      manifest: ['spec:', '  ports:', '    - name: https', `      port: ${service.port}`, '      targetPort: https'],
    },
  }),
  EndpointsNotFound: noEndpoints,
  MissingEndpoints: noEndpoints,
};

function noEndpoints({ service }: ApiServiceContext): Explanation {
  return {
    code: 'apiservice-no-endpoints',
    why: 'No pod behind the Service is ready, or its port has another name than that of the Service.',
    cure: {
      advice: 'See below, at the Service and the workload, for what keeps pods from being ready.',
      commands: [
        kubectlIn(service.namespace, 'get', 'endpointslices', '-l', `kubernetes.io/service-name=${service.name}`),
      ],
    },
  };
}

const openThePort = ({ service, securePort }: ApiServiceContext): Cure => ({
  advice:
    `Open port ${securePort} from the control plane to the nodes (security group, firewall rule, NetworkPolicy): on EKS ` +
    `and private GKE it is closed at first. Where the control plane has no route to pods at all (an overlay network), let the ` +
    `server use the node's network, on a port that is free there.`,
  commands: [kubectlIn(service.namespace, 'edit', 'deployment', service.name)],
  manifest: [
    'spec:',
    '  template:',
    '    spec:',
    '      hostNetwork: true',
    '      dnsPolicy: ClusterFirstWithHostNet',
    '      containers:',
    '        - name: metrics-server',
    '          args: ["--secure-port=4443", "…"]',
    '          ports:',
    '            - name: https',
    '              containerPort: 4443',
  ],
});

/** What a kube-apiserver says, in the words of Go. The first that fits wins. */
const messages: readonly Rule[] = [
  [
    /proxyconnect|HTTP response to HTTPS client|: (Forbidden|Bad Gateway|Proxy Authentication Required)$/i,
    ({ service }) => ({
      code: 'apiservice-proxied',
      why: 'The kube-apiserver runs with HTTPS_PROXY, and NO_PROXY does not exempt the addresses of Services and pods.',
      cure: {
        advice:
          'Add the Service CIDR, the pod CIDR and .svc to NO_PROXY of the kube-apiserver (for kubeadm in ' +
          '/etc/kubernetes/manifests/kube-apiserver.yaml), for example:',
        manifest: ['env:', '  - name: NO_PROXY', '    value: 10.96.0.0/12,10.244.0.0/16,.svc,.cluster.local,localhost'],
        commands: [kubectlIn(service.namespace, 'get', 'service', service.name, '-o', 'wide')],
      },
    }),
  ],
  [/x509|certificate|tls:/i, certificateRefused],
  [
    /connection refused/i,
    (context) => ({
      code: 'apiservice-refused',
      why: `Nothing listens at the address and port that Service ${context.service.namespace}/${context.service.name} leads to.`,
      cure: {
        advice: `The targetPort of the Service, the containerPort and --secure-port (${context.securePort}) must be the same; is the server running?`,
        commands: [
          kubectlIn(context.service.namespace, 'logs', `deployment/${context.service.name}`, '--tail=20'),
          kubectlIn(context.service.namespace, 'get', 'endpoints', context.service.name),
        ],
      },
    }),
  ],
  [
    /deadline exceeded|i\/o timeout|no route to host|network is unreachable|Client\.Timeout|TLS handshake timeout/i,
    (context) => ({
      code: 'apiservice-timeout',
      why: 'The kube-apiserver sends requests to the pod and hears nothing: the way from the control plane is closed.',
      cure: openThePort(context),
    }),
  ],
  [
    /bad status.*: (401|403)|unauthorized|forbidden/i,
    () => ({
      code: 'apiservice-not-trusted',
      why:
        'The server does not accept the client certificate of the front proxy: the kube-apiserver has no aggregation flags, ' +
        'or its front-proxy CA was renewed and the ConfigMap still holds the old one.',
      cure: {
        advice:
          'Compare requestheader-client-ca-file in the ConfigMap with --requestheader-client-ca-file of the kube-apiserver, ' +
          'and restart what holds the old one.',
        commands: [kubectlIn('kube-system', 'get', 'configmap', 'extension-apiserver-authentication', '-o', 'yaml')],
      },
    }),
  ],
  [
    /bad status.*: 404/i,
    (context) => ({
      code: 'apiservice-other-listener',
      why:
        'Something answers, but not with this API: with hostNetwork it is often the kubelet, which listens on 10250 too; or the ' +
        'server is not told to serve this version.',
      cure: openOtherPort(context),
    }),
  ],
];

const openOtherPort = ({ service }: ApiServiceContext): Cure => ({
  advice:
    'Give the server a port of its own, in its flag and in its container, and see that --api-versions names the version.',
  commands: [kubectlIn(service.namespace, 'edit', 'deployment', service.name)],
  manifest: ['args: ["--secure-port=4443", "…"]', 'ports:', '  - name: https', '    containerPort: 4443'],
});

function certificateRefused({ name, service }: ApiServiceContext): Explanation {
  const dnsName = `${service.name}.${service.namespace}.svc`;
  return {
    code: 'apiservice-certificate',
    why:
      `The APIService wants the serving certificate verified, and it is not one for ${dnsName} that a CA in caBundle has ` +
      'signed, or it has expired.',
    cure: {
      advice:
        'Let the server keep both in step itself with --serving-ca=self-managed, or put the CA that signed its ' +
        'certificate into caBundle. Until then, verification can be switched off, as the plain manifests have it:',
      commands: [
        commandLine(
          'kubectl',
          'patch',
          'apiservice',
          name,
          '--type=merge',
          '-p',
          '{"spec":{"caBundle":null,"insecureSkipTLSVerify":true}}',
        ),
      ],
    },
  };
}

function unknownReason({ name, service }: ApiServiceContext): Explanation {
  return {
    code: 'apiservice-unavailable',
    why: 'While an APIService is unavailable, namespaces cannot be deleted and discovery fails in the whole cluster.',
    cure: {
      advice: 'Look at what both sides say.',
      commands: [
        commandLine('kubectl', 'describe', 'apiservice', name),
        kubectlIn(service.namespace, 'logs', `deployment/${service.name}`, '--tail=50'),
      ],
    },
  };
}
