import type { DeploymentFacts, FlagReading, ObjectRef, PodFacts } from '../facts.ts';
import { fine, found, unseen, type Verdict } from '../finding.ts';
import type { Reading } from '../gathering/kube-reader.ts';
import { commandLine, kubectlIn } from '../shell.ts';
import { type Subject, serverContainer } from '../subject.ts';

/** What is known of what runs the server. */
export interface WorkloadCheck extends Pick<Subject, 'serviceRef' | 'pods' | 'flags' | 'told'> {
  readonly deployments: Reading<readonly DeploymentFacts[]>;
  /** Somebody answers for the group: then there is a server, whether or not we know its pods. */
  readonly isAnswered: boolean;
}

/** Does the server run, once, with flags that it takes, on a port that is free? */
export function checkWorkload(check: WorkloadCheck): readonly Verdict[] {
  const { pods, deployments, serviceRef, told } = check;
  const verdicts = [
    ...installVerdicts(deployments, serviceRef),
    ...(pods.kind === 'seen' ? podVerdicts(pods.value, check) : [unseen('pods of the server', whyOf(pods))]),
    ...(told?.kind === 'refused' ? [flagsRefused(told, serviceRef)] : []),
  ];
  return verdicts;
}

const whyOf = (reading: Reading<unknown>): string => (reading.kind === 'unseen' ? reading.why : 'they are not there');

function installVerdicts(deployments: Reading<readonly DeploymentFacts[]>, ours: ObjectRef): readonly Verdict[] {
  if (deployments.kind !== 'seen') return [unseen('Deployments of the server', whyOf(deployments))];
  const [first, ...more] = deployments.value.toSorted((a, b) => Number(isOurs(b, ours)) - Number(isOurs(a, ours)));
  if (first === undefined) return [];
  return [
    ...more.map((other) => duplicate(other, first)),
    ...(first.replicas === 0 ? [scaledToZero(first)] : []),
    ...(first.labels['addonmanager.kubernetes.io/mode'] === 'Reconcile' ? [reconciled(first)] : []),
  ];
}

const isOurs = ({ namespace, name }: ObjectRef, ours: ObjectRef): boolean =>
  namespace === ours.namespace && name === ours.name;

const nameOf = ({ namespace, name }: ObjectRef): string => `Deployment ${namespace}/${name}`;

function duplicate(other: DeploymentFacts, first: DeploymentFacts): Verdict {
  const release = other.annotations['meta.helm.sh/release-name'];
  return found({
    code: 'workload-duplicate',
    severity: 'warning',
    about: nameOf(other),
    what: `The server is installed twice: this is beside ${first.namespace}/${first.name}.`,
    why: 'Both ask every kubelet, their installers fight for the same APIService and ClusterRoles, and uninstalling one breaks the other.',
    cure: {
      advice: 'Remove the one that is not meant to stay, and then apply the other one again.',
      commands: [
        release === undefined
          ? kubectlIn(other.namespace, 'delete', 'deployment', other.name)
          : commandLine('helm', '-n', other.namespace, 'uninstall', release),
      ],
    },
  });
}

function scaledToZero(deployment: DeploymentFacts): Verdict {
  return found({
    code: 'workload-scaled-to-zero',
    severity: 'error',
    about: nameOf(deployment),
    what: 'It asks for 0 replicas.',
    why: 'Somebody has switched the server off; the APIService stays and is unavailable, which holds up namespaces that are deleted.',
    cure: {
      advice: 'Start it again.',
      commands: [kubectlIn(deployment.namespace, 'scale', 'deployment', deployment.name, '--replicas=1')],
    },
  });
}

function reconciled(deployment: DeploymentFacts): Verdict {
  return found({
    code: 'workload-reconciled',
    severity: 'warning',
    about: nameOf(deployment),
    what: 'The add-on manager of the cluster looks after it (addonmanager.kubernetes.io/mode=Reconcile).',
    why: 'It takes back within a minute whatever else anybody changes, flags and image included.',
    cure: {
      advice:
        'Let it be made if missing, but not be changed back; on a managed cluster, switch the add-on off instead.',
      commands: [
        kubectlIn(
          deployment.namespace,
          'label',
          'deployment',
          deployment.name,
          'addonmanager.kubernetes.io/mode=EnsureExists',
          '--overwrite',
        ),
      ],
    },
  });
}

function podVerdicts(pods: readonly PodFacts[], check: WorkloadCheck): readonly Verdict[] {
  if (pods.length === 0) return missing(check);
  const ill = pods.filter(({ trouble, phase }) => trouble !== '' || phase === 'Pending');
  const [first] = pods;
  return [
    // A server that refuses its flags says so in better words.
    ...(check.told?.kind === 'refused' ? [] : ill.map(failing)),
    ...(first ? portVerdicts(first, check) : []),
    ...(ill.length === 0 ? [fine(runsText(pods))] : []),
  ];
}

function runsText(pods: readonly PodFacts[]): string {
  const images = [...new Set(pods.map((pod) => serverContainer(pod)?.image ?? ''))];
  return `${pods.length} pod${pods.length === 1 ? ' runs' : 's run'} the server (${images.join(', ')}).`;
}

/** A Deployment that asks for none, or that is not there, is all there is to say. */
function missing(check: WorkloadCheck): readonly Verdict[] {
  const { deployments, serviceRef } = check;
  const { namespace, name } = serviceRef;
  const deployment = deployments.kind === 'seen' ? deployments.value.find((one) => isOurs(one, serviceRef)) : undefined;
  if (deployment?.replicas === 0) return [];
  if (check.isAnswered) return [unseen('pods of the server', 'none bears its labels, though somebody answers for it')];
  return [
    found({
      code: 'workload-missing',
      severity: 'error',
      about: `pods of ${namespace}/${name}`,
      what: deployment ? 'Its Deployment has made no pod.' : 'No pod bears the labels of metrics-server.',
      why: deployment
        ? 'Something keeps pods from being made: a quota, an admission webhook, a ServiceAccount that is not there.'
        : 'The server is not installed in this namespace.',
      cure: {
        advice: deployment ? 'See what is told of it.' : 'Install it, or name the namespace it is in with --namespace.',
        commands: deployment
          ? [kubectlIn(namespace, 'describe', 'deployment', name), kubectlIn(namespace, 'get', 'events')]
          : ['kubectl apply -k manifests/base', 'kubectl get pods -A -l k8s-app=metrics-server'],
      },
    }),
  ];
}

function failing(pod: PodFacts): Verdict {
  const said = pod.trouble || `it is ${pod.phase}${pod.nodeName === '' ? ', and on no node yet' : ''}`;
  return found({
    code: 'pod-failing',
    severity: 'error',
    about: `pod ${pod.namespace}/${pod.name}`,
    what: `It does not run: ${said}`,
    why: failingWhy(said),
    cure: {
      advice: 'See what it said last.',
      commands: [
        kubectlIn(pod.namespace, 'logs', pod.name, '--previous', '--tail=20'),
        kubectlIn(pod.namespace, 'describe', 'pod', pod.name),
      ],
    },
  });
}

function failingWhy(said: string): string {
  if (/OOMKilled/.test(said)) {
    return 'It used more memory than its limit allows: it takes about 2 MiB per node, and more where pods are many.';
  }
  if (/bind|EADDRINUSE|in use/i.test(said)) {
    return 'Its port is taken on the node: with hostNetwork the kubelet has 10250.';
  }
  return 'The server cannot answer before its container runs.';
}

function flagsRefused(
  { problems }: Extract<FlagReading, { kind: 'refused' }>,
  { namespace, name }: ObjectRef,
): Verdict {
  return found({
    code: 'flags-refused',
    severity: 'error',
    about: nameOf({ namespace, name }),
    what: `The server does not start with its flags: ${problems.join('; ')}`,
    why: 'A flag that is misspelt, or has a value that cannot be, ends the program at once.',
    cure: { advice: 'Correct the args.', commands: [kubectlIn(namespace, 'edit', 'deployment', name)] },
  });
}

const kubeletPort = 10_250;

function portVerdicts(pod: PodFacts, { flags, serviceRef }: WorkloadCheck): readonly Verdict[] {
  const { securePort } = flags;
  const ports = serverContainer(pod)?.ports ?? [];
  const [https = ports[0]] = ports.filter(({ name }) => name === 'https');
  if (pod.hostNetwork && securePort === kubeletPort) return [portClash(pod, serviceRef)];
  if (https === undefined || https.containerPort === securePort) return [];
  return [
    found({
      code: 'port-mismatch',
      severity: 'error',
      about: `pod ${pod.namespace}/${pod.name}`,
      what: `Its container declares port ${https.containerPort}, but the server listens on ${securePort} (--secure-port).`,
      why: 'Service and probes follow the declared port, on which nobody listens: the pod never becomes ready.',
      cure: {
        advice: 'Write the same number in both places.',
        commands: [kubectlIn(pod.namespace, 'edit', 'deployment', serviceRef.name)],
        manifest: [
          `args: ["--secure-port=${securePort}", "…"]`,
          'ports:',
          '  - name: https',
          `    containerPort: ${securePort}`,
        ],
      },
    }),
  ];
}

function portClash(pod: PodFacts, { name }: ObjectRef): Verdict {
  return found({
    code: 'host-network-port-clash',
    severity: 'error',
    about: `pod ${pod.namespace}/${pod.name}`,
    what: `It uses the network of its node, and port ${kubeletPort} of it, which is the kubelet's.`,
    why: 'Either the server cannot listen (address already in use), or whoever asks it reaches the kubelet, which answers 401 or 404.',
    cure: {
      advice: 'Take another port, in the flag and in the container; the Service follows its name.',
      commands: [kubectlIn(pod.namespace, 'edit', 'deployment', name)],
      manifest: ['args: ["--secure-port=4443", "…"]', 'ports:', '  - name: https', '    containerPort: 4443'],
    },
  });
}
