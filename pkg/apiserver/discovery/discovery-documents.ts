import type { TypeMeta } from '../encode/json/json.ts';
import { listMetadataFields, metadataFields } from '../encode/protobuf/protobuf.ts';
import type { ProtobufWriter } from '../encode/protobuf/protobuf-writer.ts';
import type { ApiGroupVersion, Resource } from '../resource.ts';
import { inVersionOrder } from './version-order.ts';

/** A document in every form it travels in. */
export interface DiscoveryDocument {
  readonly type: TypeMeta;
  /** What follows kind and apiVersion in JSON. */
  readonly members: object;
  /** Writes the fields of the protobuf message. */
  readonly fields: (out: ProtobufWriter) => void;
}

/** `v1` APIGroupList of `/apis`: the one document that says its kind and not its version, as in the reference. */
export function groupListDocument(groups: readonly ApiGroupVersion[], serverAddress: string): DiscoveryDocument {
  const byCidr = [{ clientCIDR: '0.0.0.0/0', serverAddress }];
  const members = byGroup(groups).map(([group, versions]) => ({
    ...groupMembers(group, versions),
    serverAddressByClientCIDRs: byCidr,
  }));
  return {
    type: { kind: 'APIGroupList', apiVersion: '' },
    members: { groups: members },
    fields: (out) => {
      for (const group of members) out.message(1, (inner) => groupFields(group, inner));
    },
  };
}

/** `v1` APIGroup of one group; the first version is the preferred one. */
export function groupDocument(group: string, versions: readonly ApiGroupVersion[]): DiscoveryDocument {
  const members = groupMembers(group, versions);
  return { type: { kind: 'APIGroup', apiVersion: 'v1' }, members, fields: (out) => groupFields(members, out) };
}

/** `v1` APIResourceList of one version. */
export function resourceListDocument({ group, version, resources }: ApiGroupVersion): DiscoveryDocument {
  const groupVersion = `${group}/${version}`;
  return {
    type: { kind: 'APIResourceList', apiVersion: 'v1' },
    members: {
      groupVersion,
      resources: resources.map(({ name, namespaced, kind, verbs }) => ({
        name,
        singularName: '',
        namespaced,
        kind,
        verbs,
      })),
    },
    fields: (out) => {
      out.string(1, groupVersion);
      for (const resource of resources) out.message(2, (inner) => resourceFields(resource, inner));
    },
  };
}

/** Versions of `apidiscovery.k8s.io` that say the same, the one liked most first. */
export const aggregatedVersions = ['v2', 'v2beta1'] as const;

/** One of them. */
export type AggregatedVersion = (typeof aggregatedVersions)[number];

/** `apidiscovery.k8s.io` APIGroupDiscoveryList: everything at once, the versions of a group as Kubernetes orders them. */
export function aggregatedDocument(groups: readonly ApiGroupVersion[], as: AggregatedVersion): DiscoveryDocument {
  const sorted = byGroup(groups).map(
    ([group, versions]) => [group, versions.toSorted((a, b) => inVersionOrder(a.version, b.version))] as const,
  );
  return {
    type: { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${as}` },
    members: {
      metadata: {},
      items: sorted.map(([group, versions]) => ({
        metadata: { name: group },
        versions: versions.map(({ version, resources }) => ({
          version,
          resources: resources.map(aggregatedResource),
          freshness: 'Current',
        })),
      })),
    },
    fields: (out) => {
      out.message(1, listMetadataFields);
      for (const [group, versions] of sorted) {
        out.message(2, (inner) => aggregatedGroupFields(group, versions, inner));
      }
    },
  };
}

interface GroupMembers {
  readonly name: string;
  readonly versions: readonly GroupVersionMember[];
  readonly preferredVersion: GroupVersionMember;
  readonly serverAddressByClientCIDRs?: readonly { readonly clientCIDR: string; readonly serverAddress: string }[];
}

interface GroupVersionMember {
  readonly groupVersion: string;
  readonly version: string;
}

const byGroup = (groups: readonly ApiGroupVersion[]): readonly [string, readonly ApiGroupVersion[]][] => [
  ...Map.groupBy(groups, ({ group }) => group),
];

function groupMembers(name: string, apis: readonly ApiGroupVersion[]): GroupMembers {
  const versions = apis.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  const [preferredVersion = { groupVersion: '', version: '' }] = versions;
  return { name, versions, preferredVersion };
}

function groupFields(group: GroupMembers, out: ProtobufWriter): void {
  const pair = ({ groupVersion, version }: GroupVersionMember, inner: ProtobufWriter): void => {
    inner.string(1, groupVersion);
    inner.string(2, version);
  };
  out.string(1, group.name);
  for (const version of group.versions) out.message(2, (inner) => pair(version, inner));
  out.message(3, (inner) => pair(group.preferredVersion, inner));
  for (const { clientCIDR, serverAddress } of group.serverAddressByClientCIDRs ?? []) {
    out.message(4, (inner) => {
      inner.string(1, clientCIDR);
      inner.string(2, serverAddress);
    });
  }
}

function resourceFields({ name, namespaced, kind, verbs }: Resource<unknown>, out: ProtobufWriter): void {
  out.string(1, name);
  out.int64(2, Number(namespaced));
  out.string(3, kind);
  out.message(4, (inner) => {
    for (const verb of verbs) inner.string(1, verb);
  });
  for (const field of [6, 8, 9, 10]) out.string(field, ''); // singularName, group, version, storageVersionHash
}

const scopeOf = ({ namespaced }: Resource<unknown>): string => (namespaced ? 'Namespaced' : 'Cluster');

function aggregatedResource(resource: Resource<unknown>): object {
  return {
    resource: resource.name,
    // Empty: the same group and version as around it.
    responseKind: { group: '', version: '', kind: resource.kind },
    scope: scopeOf(resource),
    singularResource: '',
    verbs: resource.verbs,
  };
}

function aggregatedGroupFields(group: string, versions: readonly ApiGroupVersion[], out: ProtobufWriter): void {
  out.message(1, (metadata) => metadataFields({ name: group, labels: {}, creationTimestamp: 0 }, metadata));
  for (const { version, resources } of versions) {
    out.message(2, (inner) => {
      inner.string(1, version);
      for (const resource of resources) inner.message(2, (innermost) => aggregatedFields(resource, innermost));
      inner.string(3, 'Current');
    });
  }
}

function aggregatedFields(resource: Resource<unknown>, out: ProtobufWriter): void {
  out.string(1, resource.name);
  out.message(2, (kind) => {
    kind.string(1, '');
    kind.string(2, '');
    kind.string(3, resource.kind);
  });
  out.string(3, scopeOf(resource));
  out.string(4, ''); // singularResource
  for (const verb of resource.verbs) out.string(5, verb);
}
