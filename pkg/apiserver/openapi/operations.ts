import type { ApiGroupVersion, Resource } from '../resource.ts';
import { machineryNames } from './machinery-types.ts';
import { listParameters, nameParameter, namespaceParameter, type Parameter, prettyParameter } from './parameters.ts';
import type { GroupVersionKind } from './type-description.ts';

/** One thing that can be asked of the server: a GET of `path`. */
export interface Operation {
  /** With `{name}` where a parameter stands. */
  readonly path: string;
  /** The OpenAPI v3 document it belongs to: `apis/metrics.k8s.io/v1beta1`. */
  readonly document: string;
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  /** Media types it can be answered in, most liked first. */
  readonly produces: readonly string[];
  /** Name of the type that is answered. */
  readonly answer: string;
  /** Absent for what is no resource. */
  readonly about?: { readonly action: 'get' | 'list'; readonly kind: GroupVersionKind };
}

/** Everything that can be asked of a server of these groups, by path. */
export function operationsOf(groups: readonly ApiGroupVersion[]): readonly Operation[] {
  const names = [...new Set(groups.map(({ group }) => group))];
  return [
    groupListOperation,
    ...names.map(groupOperation),
    ...groups.flatMap(versionOperations),
    versionOperation,
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

const objects: readonly string[] = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const lists: readonly string[] = [
  ...objects,
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
];

const groupListOperation: Operation = {
  path: '/apis/',
  document: 'apis',
  id: 'getAPIVersions',
  tag: 'apis',
  description: 'List the API groups.',
  parameters: [],
  produces: objects,
  answer: machineryNames.apiGroupList,
};

const versionOperation: Operation = {
  path: '/version/',
  document: 'version',
  id: 'getCodeVersion',
  tag: 'version',
  description: 'Tell which version of the server this is.',
  parameters: [],
  produces: ['application/json'],
  answer: machineryNames.versionInfo,
};

function groupOperation(group: string): Operation {
  return {
    path: `/apis/${group}/`,
    document: `apis/${group}`,
    id: `get${shortName(group)}APIGroup`,
    tag: shortName(group).toLowerCase(),
    description: 'Tell the versions of the group.',
    parameters: [],
    produces: objects,
    answer: machineryNames.apiGroup,
  };
}

function versionOperations(api: ApiGroupVersion): readonly Operation[] {
  const { group, version, resources } = api;
  const resourceList: Operation = {
    path: `/apis/${group}/${version}/`,
    document: `apis/${group}/${version}`,
    id: `get${operationNames(api)}APIResources`,
    tag: tagOf(api),
    description: 'List the resources of this version.',
    parameters: [],
    produces: objects,
    answer: machineryNames.apiResourceList,
  };
  return [resourceList, ...resources.flatMap((resource) => resourceOperations(api, resource))];
}

function resourceOperations(api: ApiGroupVersion, { name, kind, namespaced }: Resource<unknown>): readonly Operation[] {
  const root = `/apis/${api.group}/${api.version}`;
  const home = namespaced ? `${root}/namespaces/{namespace}/${name}` : `${root}/${name}`;
  const place = namespaced ? [namespaceParameter] : [];
  const names = operationNames(api);
  const scope = namespaced ? 'Namespaced' : '';
  const everywhere = listOperation(api, kind, { path: `${root}/${name}`, id: `list${names}${kind}ForAllNamespaces` });
  const here = listOperation(api, kind, { path: home, id: `list${names}${scope}${kind}`, parameters: place });
  const one: Operation = {
    ...here,
    path: `${home}/{name}`,
    id: `read${names}${scope}${kind}`,
    description: `Read one ${kind}.`,
    parameters: [nameParameter(kind), ...place, prettyParameter],
    produces: objects,
    answer: answerOf(api, kind),
    about: { action: 'get', kind: { group: api.group, version: api.version, kind } },
  };
  return namespaced ? [everywhere, here, one] : [here, one];
}

interface ListPlace {
  readonly path: string;
  readonly id: string;
  /** Beyond those that all lists have. */
  readonly parameters?: readonly Parameter[];
}

function listOperation(api: ApiGroupVersion, kind: string, { path, id, parameters = [] }: ListPlace): Operation {
  return {
    path,
    document: `apis/${api.group}/${api.version}`,
    id,
    tag: tagOf(api),
    description: `List objects of kind ${kind}.`,
    parameters: [...parameters, ...listParameters].sort((a, b) => (a.name < b.name ? -1 : 1)),
    produces: lists,
    answer: answerOf(api, `${kind}List`),
    about: { action: 'list', kind: { group: api.group, version: api.version, kind } },
  };
}

/** Name of the described type of a kind; where nobody described it, any name leads nowhere. */
function answerOf({ group, version, types = [] }: ApiGroupVersion, kind: string): string {
  const isIt = (each: GroupVersionKind): boolean =>
    each.group === group && each.version === version && each.kind === kind;
  return types.find(({ kinds = [] }) => kinds.some(isIt))?.name ?? `${group}.${version}.${kind}`;
}

/** `Metrics` of `metrics.k8s.io`. */
const shortName = (group: string): string => capitalized(group.split('.', 1).join(''));

/** `MetricsV1beta1`. */
const operationNames = ({ group, version }: ApiGroupVersion): string => shortName(group) + capitalized(version);

/** `metrics_v1beta1`. */
const tagOf = ({ group, version }: ApiGroupVersion): string => `${shortName(group).toLowerCase()}_${version}`;

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
