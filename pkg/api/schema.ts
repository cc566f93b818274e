import { machineryNames } from '../apiserver/openapi/machinery-types.ts';
import {
  atomicList,
  type Field,
  type Fields,
  type GroupVersionKind,
  ownType,
  reference,
  required,
  type TypeDescription,
  text,
} from '../apiserver/openapi/type-description.ts';

/** The types of metrics.k8s.io in one version: all versions have the same fields. */
export function metricsTypes(version: string): readonly TypeDescription[] {
  const nameOf = (type: string): string => `io.k8s.metrics.pkg.apis.metrics.${version}.${type}`;
  const kinds = (kind: string): readonly GroupVersionKind[] => [{ group: 'metrics.k8s.io', version, kind }];
  const listOf = (kind: string): TypeDescription => ({
    name: nameOf(`${kind}List`),
    description: `A list of ${kind}.`,
    shape: { kind: 'object', fields: listFields(nameOf(kind)) },
    kinds: kinds(`${kind}List`),
  });
  const containers = atomicList({ kind: 'reference', to: nameOf('ContainerMetrics') }, containersText);

  return [
    {
      name: nameOf('NodeMetrics'),
      description:
        'What one node uses: CPU as the mean over a window of time, memory as of the end of that window. Everything on the node counts, in pods or not.',
      shape: { kind: 'object', fields: { ...measuredFields, usage: required(usage('node')) } },
      kinds: kinds('NodeMetrics'),
    },
    listOf('NodeMetrics'),
    {
      name: nameOf('PodMetrics'),
      description:
        'What the containers of one running pod use: CPU as the mean over a window of time, memory as of the end of that window.',
      shape: { kind: 'object', fields: { ...measuredFields, containers: required(containers) } },
      kinds: kinds('PodMetrics'),
    },
    listOf('PodMetrics'),
    {
      name: nameOf('ContainerMetrics'),
      description: 'What one container of a pod uses.',
      shape: { kind: 'object', fields: containerFields() },
    },
  ];
}

const containersText =
  'One entry for each container that was measured. They were measured together: one timestamp and one window stand for all of them.';

const measuredFields: Fields = {
  ...ownType,
  metadata: {
    ...reference(
      machineryNames.objectMeta,
      'Name, namespace and labels are those of the node or pod; creationTimestamp is the moment of this answer.',
    ),
    default: {},
  },
  timestamp: required(reference(machineryNames.time, 'When the window ended: the moment of the newer measurement.')),
  window: required(
    reference(
      machineryNames.duration,
      'How long the window is: the time between the two measurements CPU was taken from.',
    ),
  ),
};

const containerFields = (): Fields => ({
  name: required(text('Name of the container, as in the spec of the pod.')),
  usage: required(usage('container')),
});

/** What one subject uses, resource by resource. */
const usage = (subject: string): Field => ({
  description: `What the ${subject} uses, by the name of the resource. \`cpu\` is in cores, mean over the window. \`memory\` is the working set in bytes: what cannot be reclaimed when memory runs short. \`swap\`, in bytes, is there where it was measured.`,
  shape: { kind: 'map', of: { kind: 'reference', to: machineryNames.quantity } },
});

const listFields = (item: string): Fields => ({
  ...ownType,
  items: required({ description: 'The objects.', shape: { kind: 'list', of: { kind: 'reference', to: item } } }),
  metadata: { ...reference(machineryNames.listMeta, 'What is said of the list as a whole.'), default: {} },
});
