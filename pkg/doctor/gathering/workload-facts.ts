import type { ContainerFacts, DeploymentFacts, EndpointFacts, PodFacts, ServiceFacts } from '../facts.ts';
import { type Fields, fieldsAt, isTrueAt, listAt, numberAt, pairsAt, textAt, textsAt } from './fields.ts';

/** What a Service says. */
export function serviceFacts(object: Fields): ServiceFacts {
  const selector = pairsAt(object, 'spec', 'selector');
  return {
    ...refOf(object),
    labels: pairsAt(object, 'metadata', 'labels'),
    clusterIp: textAt(object, 'spec', 'clusterIP').replace('None', ''),
    ...(Object.keys(selector).length > 0 && { selector }),
    ports: listAt(object, 'spec', 'ports').map((port) => {
      const number = numberAt(port, 'port') ?? 0;
      const target = textAt(port, 'targetPort') || String(numberAt(port, 'targetPort') ?? number);
      return { name: textAt(port, 'name'), port: number, targetPort: target };
    }),
  };
}

/** The addresses of EndpointSlices. */
export function endpointFacts(slices: readonly Fields[]): readonly EndpointFacts[] {
  return slices.flatMap((slice) => {
    const portNames = listAt(slice, 'ports').map((port) => textAt(port, 'name'));
    return listAt(slice, 'endpoints').flatMap((endpoint) => {
      // Nobody said that it is not ready: it is.
      const ready = fieldsAt(endpoint, 'conditions')['ready'] !== false;
      return textsAt(endpoint, 'addresses').map((address) => ({ address, ready, portNames }));
    });
  });
}

/** What a Deployment says. */
export function deploymentFacts(object: Fields): DeploymentFacts {
  return {
    ...refOf(object),
    labels: pairsAt(object, 'metadata', 'labels'),
    annotations: pairsAt(object, 'metadata', 'annotations'),
    replicas: numberAt(object, 'spec', 'replicas') ?? 1,
    podLabels: pairsAt(object, 'spec', 'template', 'metadata', 'labels'),
  };
}

/** What a pod says. */
export function podFacts(object: Fields): PodFacts {
  const conditions = listAt(object, 'status', 'conditions');
  return {
    ...refOf(object),
    labels: pairsAt(object, 'metadata', 'labels'),
    hostNetwork: isTrueAt(object, 'spec', 'hostNetwork'),
    serviceAccount: textAt(object, 'spec', 'serviceAccountName') || 'default',
    nodeName: textAt(object, 'spec', 'nodeName'),
    phase: textAt(object, 'status', 'phase'),
    ready: conditions.some((one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True'),
    trouble: troubleOf(object),
    containers: containersOf(fieldsAt(object, 'spec')),
  };
}

/** The containers of a pod's spec that live as long as the pod: sidecars among the init containers are of them. */
export function containersOf(spec: Fields): readonly ContainerFacts[] {
  const sidecars = listAt(spec, 'initContainers').filter((one) => textAt(one, 'restartPolicy') === 'Always');
  return [...listAt(spec, 'containers'), ...sidecars].map(containerFacts);
}

function containerFacts(container: Fields): ContainerFacts {
  const variables = listAt(container, 'env').map((one) => [textAt(one, 'name'), textAt(one, 'value')] as const);
  const given = (list: string): readonly string[] => Object.keys(fieldsAt(container, 'resources', list));
  return {
    name: textAt(container, 'name'),
    image: textAt(container, 'image'),
    args: [...textsAt(container, 'command').slice(1), ...textsAt(container, 'args')],
    ports: listAt(container, 'ports').map((port) => {
      return { name: textAt(port, 'name'), containerPort: numberAt(port, 'containerPort') ?? 0 };
    }),
    environment: Object.fromEntries(variables.filter(([, value]) => value !== '')),
    requests: [...new Set([...given('requests'), ...given('limits')])],
  };
}

function troubleOf(pod: Fields): string {
  for (const status of listAt(pod, 'status', 'containerStatuses')) {
    const waiting = fieldsAt(status, 'state', 'waiting');
    const ended = fieldsAt(status, 'lastState', 'terminated');
    const reason = textAt(waiting, 'reason');
    if (reason === '' || reason === 'ContainerCreating') continue;
    const said = textAt(waiting, 'message') || textAt(ended, 'message');
    const code = numberAt(ended, 'exitCode');
    const because = textAt(ended, 'reason');
    const end = code === undefined ? '' : `exit code ${code}${because === '' ? '' : ` (${because})`}`;
    return [reason, said, end].filter(Boolean).join(': ');
  }
  return '';
}

/** Namespace and name of an object. */
export function refOf(object: Fields): { readonly namespace: string; readonly name: string } {
  return { namespace: textAt(object, 'metadata', 'namespace'), name: textAt(object, 'metadata', 'name') };
}
