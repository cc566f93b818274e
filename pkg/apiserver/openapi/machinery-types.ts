import { objectMetaTypes } from './object-meta-types.ts';
import {
  anyText,
  atomicList,
  flag,
  type GroupVersionKind,
  integer,
  ownType,
  reference,
  required,
  type TypeDescription,
  text,
} from './type-description.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Names by which types of API groups refer to what all Kubernetes APIs have in common. */
export const machineryNames = {
  apiGroup: `${meta}.APIGroup`,
  apiGroupList: `${meta}.APIGroupList`,
  apiResource: `${meta}.APIResource`,
  apiResourceList: `${meta}.APIResourceList`,
  duration: `${meta}.Duration`,
  groupVersion: `${meta}.GroupVersionForDiscovery`,
  listMeta: `${meta}.ListMeta`,
  objectMeta: `${meta}.ObjectMeta`,
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  serverAddress: `${meta}.ServerAddressByClientCIDR`,
  shardInfo: `${meta}.ShardInfo`,
  time: `${meta}.Time`,
  versionInfo: 'io.k8s.apimachinery.pkg.version.Info',
} as const;

const v1 = (kind: string): readonly GroupVersionKind[] => [{ group: '', version: 'v1', kind }];

const referenceTo = (to: string) => ({ kind: 'reference', to }) as const;

const scalarTypes: readonly TypeDescription[] = [
  {
    name: machineryNames.quantity,
    description: [
      'An amount of something, as text: a decimal number and a suffix for its magnitude.',
      'The suffixes n, u, m, k, M, G, T, P and E are powers of 1000 (`250m` is a quarter, `2k` is two thousand); Ki, Mi, Gi, Ti, Pi and Ei are powers of 1024 (`64Mi` is 67108864); `e` or `E` and a whole number is a power of ten.',
      'CPU counts in cores, memory in bytes. No amount is rounded to fit its suffix: the largest suffix that leaves a whole number is used.',
    ].join('\n\n'),
    shape: { kind: 'quantity' },
  },
  {
    name: machineryNames.duration,
    description: 'A length of time as text, numbers with units one after the other: `30s`, `1m0.5s`, `1h0m0s`.',
    shape: { kind: 'string' },
  },
  {
    name: machineryNames.time,
    description: 'A moment in UTC in the form of RFC 3339, to the second: `2006-01-02T15:04:05Z`.',
    shape: { kind: 'string', format: 'date-time' },
  },
];

const listTypes: readonly TypeDescription[] = [
  {
    name: machineryNames.listMeta,
    description: 'What is said of a list as a whole.',
    shape: {
      kind: 'object',
      fields: {
        continue: text(
          'Where the next part of the list begins, for the server to read. Missing when this is all of it.',
        ),
        remainingItemCount: integer(
          'About how many objects follow this part of the list. Missing when that is not known.',
        ),
        resourceVersion: text('The state of the store that this list shows. Only to be compared and handed back.'),
        selfLink: text('No longer used.'),
        shardInfo: reference(machineryNames.shardInfo, 'Which share of the objects this list was limited to.'),
      },
    },
  },
  {
    name: machineryNames.shardInfo,
    description: 'The share of all objects that a list was limited to.',
    shape: {
      kind: 'object',
      fields: { selector: required(text('The selector of the share, as the client sent it.')) },
    },
  },
];

const groupTypes: readonly TypeDescription[] = [
  {
    name: machineryNames.apiGroupList,
    description: 'The API groups of a server.',
    shape: {
      kind: 'object',
      fields: {
        ...ownType,
        groups: required(atomicList(referenceTo(machineryNames.apiGroup), 'The groups.')),
      },
    },
    kinds: v1('APIGroupList'),
  },
  {
    name: machineryNames.apiGroup,
    description: 'One API group and the versions it is served in.',
    shape: {
      kind: 'object',
      fields: {
        ...ownType,
        name: required(text('Name of the group.')),
        preferredVersion: {
          ...reference(machineryNames.groupVersion, 'The version to use by those who do not care.'),
          default: {},
        },
        serverAddressByClientCIDRs: atomicList(
          referenceTo(machineryNames.serverAddress),
          'Where clients find the server, by the network they are in. The entry with the longest matching network counts.',
        ),
        versions: required(atomicList(referenceTo(machineryNames.groupVersion), 'All versions of the group.')),
      },
    },
    kinds: v1('APIGroup'),
  },
  {
    name: machineryNames.groupVersion,
    description: 'A group in one version.',
    shape: {
      kind: 'object',
      fields: {
        groupVersion: required(text('Group and version with a slash between them.')),
        version: required(text('The version alone.')),
      },
    },
  },
  {
    name: machineryNames.serverAddress,
    description: 'Where the clients of one network find the server.',
    shape: {
      kind: 'object',
      fields: {
        clientCIDR: required(text('The network, in CIDR notation.')),
        serverAddress: required(
          text('Host name or address of the server, with a port where that is not the usual one.'),
        ),
      },
    },
  },
];

const resourceTypes: readonly TypeDescription[] = [
  {
    name: machineryNames.apiResourceList,
    description: 'The resources of one version of an API group.',
    shape: {
      kind: 'object',
      fields: {
        ...ownType,
        groupVersion: required(text('Group and version that the resources belong to.')),
        resources: required(atomicList(referenceTo(machineryNames.apiResource), 'The resources.')),
      },
    },
    kinds: v1('APIResourceList'),
  },
  {
    name: machineryNames.apiResource,
    description: 'One resource: what it is called and what can be done with it.',
    shape: {
      kind: 'object',
      fields: {
        name: required(text('Its name in paths: plural, lower case.')),
        singularName: required(text('Its name for one object; empty = the kind in lower case.')),
        namespaced: required(flag('Whether its objects live in namespaces.')),
        kind: required(text('Kind of its objects.')),
        verbs: required({ description: 'What can be done with it.', shape: { kind: 'list', of: anyText } }),
        categories: atomicList(anyText, 'Names under which it is asked for together with others, such as `all`.'),
        group: text('Group of its objects, where that is not the group of the list it stands in.'),
        shortNames: atomicList(anyText, 'Other names that command lines may use.'),
        storageVersionHash: text('Changes when its objects begin to be stored in another version.'),
        version: text('Version of its objects, where that is not the version of the list it stands in.'),
      },
    },
  },
];

const versionType: TypeDescription = {
  name: machineryNames.versionInfo,
  description: 'What a server is made of.',
  shape: {
    kind: 'object',
    fields: {
      major: required(text('Major part of its version.')),
      minor: required(text('Minor part of its version.')),
      gitVersion: required(text('Its version.')),
      gitCommit: required(text('The commit it was built from.')),
      gitTreeState: required(text('Whether the sources were exactly those of the commit.')),
      buildDate: required(text('When it was built.')),
      goVersion: required(text('Version of the language or the runtime.')),
      compiler: required(text('What it was built with.')),
      platform: required(text('Operating system and processor it runs on.')),
      emulationMajor: text('Major part of the version it behaves as.'),
      emulationMinor: text('Minor part of the version it behaves as.'),
      minCompatibilityMajor: text('Major part of the oldest version it gets along with.'),
      minCompatibilityMinor: text('Minor part of the oldest version it gets along with.'),
    },
  },
};

/** What all Kubernetes APIs have in common. */
export const machineryTypes: readonly TypeDescription[] = [
  ...scalarTypes,
  ...listTypes,
  ...groupTypes,
  ...resourceTypes,
  versionType,
  ...objectMetaTypes,
];
