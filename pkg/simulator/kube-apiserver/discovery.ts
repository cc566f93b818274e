import { createHash } from 'node:crypto';
import type { ApiService } from '../aggregation/api-service.ts';
import type { VersionDiscovery } from '../aggregation/discovery-merge.ts';
import { type AcceptClause, acceptClauses } from './negotiation.ts';
import { json, type Reply } from './reply.ts';
import { type ResourceType, resourceTypes } from './resource-types.ts';

/** A group and its versions, the preferred first. */
interface Group {
  readonly name: string;
  readonly versions: readonly VersionDiscovery[];
}

const discoveryGroup = 'apidiscovery.k8s.io';

/** `/api` and `/apis` with everything in one document, if the client understands it, else the legacy documents. */
export function answerRoot(
  path: string,
  headers: { readonly accept?: string | undefined; readonly 'if-none-match'?: string | undefined },
  aggregated: readonly Group[],
): Reply {
  const groups = path === '/api' ? ownGroups().filter(isCore) : [...ownGroups().filter(isNamed), ...aggregated];
  const wanted = acceptClauses(headers.accept).find(isUnderstood);
  if (wanted?.parameters.g === discoveryGroup) return wholeDocument(groups, wanted, headers['if-none-match']);
  return path === '/api' ? json({ kind: 'APIVersions', versions: ['v1'] }) : json(groupList(groups));
}

/** `/apis/<group>`; undefined when there is no such group. */
export function answerGroup(name: string, aggregated: readonly Group[]): Reply | undefined {
  const group = [...ownGroups().filter(isNamed), ...aggregated].find((one) => one.name === name);
  return group && json({ kind: 'APIGroup', apiVersion: 'v1', ...legacyGroup(group) });
}

/** `/api/v1` and `/apis/<group>/<version>` of our own; undefined when it is not ours. */
export function answerVersion(group: string, version: string): Reply | undefined {
  const types = resourceTypes.filter((type) => type.group === group && type.version === version);
  if (types.length === 0) return undefined;
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return json({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: types.map(legacyResource) });
}

/** The groups behind APIServices, each with what its server was found to serve. */
export function aggregatedGroups(
  apiServices: readonly ApiService[],
  found: (apiService: ApiService) => VersionDiscovery,
): readonly Group[] {
  const byGroup = Object.groupBy(apiServices, ({ group }) => group);
  return Object.entries(byGroup).map(([name, services = []]) => {
    const ordered = [...services].sort(
      (a, b) => b.versionPriority - a.versionPriority || (a.version < b.version ? -1 : 1),
    );
    return { name, versions: ordered.map(found) };
  });
}

const isCore = ({ name }: Group): boolean => name === '';
const isNamed = ({ name }: Group): boolean => name !== '';

function isUnderstood({ type, parameters }: AcceptClause): boolean {
  if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') return false;
  if (parameters.as === undefined) return true;
  return parameters.g === discoveryGroup && (parameters.v === 'v2' || parameters.v === 'v2beta1');
}

function wholeDocument(groups: readonly Group[], { parameters }: AcceptClause, known: string | undefined): Reply {
  const version = parameters.v ?? 'v2';
  const items = groups.map(({ name, versions }) => ({ metadata: name === '' ? {} : { name }, versions }));
  const apiVersion = `${discoveryGroup}/${version}`;
  const body = JSON.stringify({ kind: 'APIGroupDiscoveryList', apiVersion, metadata: {}, items });
  const etag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
  const headers = {
    'Content-Type': `application/json;g=${discoveryGroup};v=${version};as=APIGroupDiscoveryList`,
    ETag: etag,
    Vary: 'Accept',
    'Cache-Control': 'public',
  };
  return etag === known ? { status: 304, headers, body: '' } : { status: 200, headers, body };
}

function groupList(groups: readonly Group[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(legacyGroup) };
}

function legacyGroup({ name, versions }: Group): object {
  const listed = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: listed, preferredVersion: listed[0] };
}

function ownGroups(): readonly Group[] {
  const byGroup = Object.groupBy(resourceTypes, ({ group }) => group);
  return Object.entries(byGroup).map(([name, types = []]) => {
    const byVersion = Object.entries(Object.groupBy(types, ({ version }) => version));
    const versions = byVersion.map(([version, served = []]) => {
      return { version, resources: served.map(wholeResource), freshness: 'Current' } as const;
    });
    return { name, versions };
  });
}

function wholeResource({ name, singular, kind, namespaced, shortNames, verbs }: ResourceType): object {
  return {
    resource: name,
    responseKind: { group: '', version: '', kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
  };
}

function legacyResource({ name, singular, kind, namespaced, shortNames, verbs }: ResourceType): object {
  return { name, singularName: singular, namespaced, kind, verbs, ...(shortNames.length > 0 && { shortNames }) };
}
