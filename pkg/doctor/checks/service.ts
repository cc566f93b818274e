import type { ContainerFacts, EndpointFacts, ObjectRef, PodFacts, ServerFlags, ServicePort } from '../facts.ts';
import { fine, found, unseen, type Verdict } from '../finding.ts';
import type { Reading } from '../gathering/kube-reader.ts';
import { kubectlIn } from '../shell.ts';
import { type Subject, serverContainer } from '../subject.ts';

/** What is known of the way from the Service to the pods. */
export interface ServiceCheck extends Pick<Subject, 'serviceRef' | 'service' | 'pods' | 'flags'> {
  readonly endpoints: Reading<readonly EndpointFacts[]>;
}

/** Is there a Service, does it select pods, and does it lead to the port they listen on? */
export function checkService({ serviceRef, service, pods, endpoints, flags }: ServiceCheck): readonly Verdict[] {
  const about = `Service ${serviceRef.namespace}/${serviceRef.name}`;
  if (service.kind === 'unseen') return [unseen(about, service.why)];
  if (service.kind === 'absent') return [missing(about)];
  const { selector = {}, ports } = service.value;
  const selected = pods.kind === 'seen' ? pods.value.filter((pod) => fits(selector, pod.labels)) : [];
  if (pods.kind === 'seen' && pods.value.length > 0 && selected.length === 0)
    return [selectsNothing(about, service.value, pods.value)];
  const wrongTargets = ports.flatMap((port) => targetVerdicts(port, selected, { about, serviceRef, flags }));
  if (wrongTargets.length > 0) return wrongTargets;
  return [endpointsVerdict(endpoints, selected, { about, serviceRef })];
}

const fits = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

function missing(about: string): Verdict {
  return found({
    code: 'service-missing',
    severity: 'error',
    about,
    what: 'It is not there.',
    why: 'The APIService leads to a Service, and the kube-apiserver finds nobody to ask.',
    cure: { advice: 'Apply it again.', commands: ['kubectl apply -f manifests/base/service.yaml'] },
  });
}

function selectsNothing(
  about: string,
  { namespace, name, selector = {} }: ObjectRef & { readonly selector?: Readonly<Record<string, string>> },
  pods: readonly PodFacts[],
): Verdict {
  const labels = pods[0]?.labels ?? {};
  const mark = labels['k8s-app'] === undefined ? 'app.kubernetes.io/name' : 'k8s-app';
  return found({
    code: 'service-selects-nothing',
    severity: 'error',
    about,
    what: `Its selector ${textOf(selector)} fits no pod, though there are ${pods.length} of the server.`,
    why: 'The selector and the labels of the pods do not go together: a Service has no endpoints then.',
    cure: {
      advice: 'Select the pods by what they bear:',
      commands: [kubectlIn(namespace, 'edit', 'service', name)],
      manifest: ['spec:', '  selector:', `    ${mark}: ${labels[mark] ?? ''}`],
    },
  });
}

const textOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

interface Context {
  readonly about: string;
  readonly serviceRef: ObjectRef;
  readonly flags: ServerFlags;
}

/** A target by number must be what the server listens on; one by name a port of the container. */
function targetVerdicts(port: ServicePort, pods: readonly PodFacts[], context: Context): readonly Verdict[] {
  const [pod] = pods;
  const declared = pod && (serverContainer(pod)?.ports ?? []);
  const { securePort } = context.flags;
  if (declared === undefined || port.targetPort === String(securePort)) return [];
  // Whether the server listens on what its container declares is another question, see workload.
  if (declared.some(({ name }) => name === port.targetPort)) return [];
  return [wrongTarget(port, declared, context)];
}

function wrongTarget(
  { name, port, targetPort }: ServicePort,
  declared: ContainerFacts['ports'],
  { about, serviceRef, flags }: Context,
): Verdict {
  const list = declared.map((one) => `${one.name || '(no name)'} ${one.containerPort}`).join(', ') || 'none';
  const fitting = declared.find(({ containerPort }) => containerPort === flags.securePort)?.name;
  return found({
    code: 'service-target-port',
    severity: 'error',
    about,
    what: `Its port ${port} leads to ${targetPort}; the container declares ${list}, and the server listens on ${flags.securePort}.`,
    why: 'The kube-apiserver is led to a port on which nobody listens.',
    cure: {
      advice: 'Let targetPort be the name of the container port:',
      commands: [kubectlIn(serviceRef.namespace, 'edit', 'service', serviceRef.name)],
      manifest: [
        'spec:',
        '  ports:',
        `    - name: ${name || 'https'}`,
        `      port: ${port}`,
        `      targetPort: ${fitting || flags.securePort}`,
      ],
    },
  });
}

function endpointsVerdict(
  endpoints: Reading<readonly EndpointFacts[]>,
  pods: readonly PodFacts[],
  { about, serviceRef }: Omit<Context, 'flags'>,
): Verdict {
  if (endpoints.kind === 'unseen') return unseen(`endpoints of ${about}`, endpoints.why);
  const all = endpoints.kind === 'seen' ? endpoints.value : [];
  const ready = all.filter((endpoint) => endpoint.ready);
  if (ready.length > 0) return fine(`${about} has ${ready.length} ready endpoint${ready.length === 1 ? '' : 's'}.`);
  // Without a pod there is nothing to be ready: that is the workload's to say.
  if (pods.length === 0) return unseen(`endpoints of ${about}`, 'there is no pod yet that could be one');
  return found({
    code: 'endpoints-not-ready',
    severity: 'error',
    about,
    what: `None of its ${all.length || pods.length} endpoints is ready.`,
    why: 'Pods that are not ready are not asked: the APIService is unavailable, and with it discovery in the whole cluster.',
    cure: {
      advice: 'See what the pods say of themselves; findings about the workload are below.',
      commands: [
        kubectlIn(serviceRef.namespace, 'describe', 'pods', '-l', 'k8s-app=metrics-server'),
        kubectlIn(serviceRef.namespace, 'logs', `deployment/${serviceRef.name}`, '--tail=50'),
      ],
    },
  });
}
