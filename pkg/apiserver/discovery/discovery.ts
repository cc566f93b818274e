import { createHash } from 'node:crypto';
import { typeMembers } from '../encode/json/json.ts';
import { jsonValue } from '../encode/json/json-string.ts';
import { protobufBody } from '../encode/protobuf/protobuf.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import {
  type Conversion,
  type MediaType,
  negotiate,
  noConversions,
  type Offers,
  servedMediaTypes,
} from '../negotiate.ts';
import { protobufAnswer, textAnswer } from '../render.ts';
import type { ApiGroupVersion } from '../resource.ts';
import { type Handler, type Route, serviceRoot, serviceRoute } from '../router.ts';
import { onlyServedMediaTypes, statusAnswer } from '../status.ts';
import {
  type AggregatedVersion,
  aggregatedDocument,
  aggregatedVersions,
  type DiscoveryDocument,
  groupDocument,
  groupListDocument,
  resourceListDocument,
} from './discovery-documents.ts';

/**
 * Discovery: `/apis` in the legacy form and, for those who ask, as one aggregated document with an ETag; each group; the
 * resources of each version. `serverAddress` is the `host:port` clients outside the cluster are told.
 */
export function discoveryRoutes(groups: readonly ApiGroupVersion[], serverAddress: string): readonly Route[] {
  const options = { produces: servedMediaTypes, listed: true };
  const versionsOf = Map.groupBy(groups, ({ group }) => group);
  return [
    serviceRoute('/apis', options, apisHandler(groups, serverAddress)),
    ...[...versionsOf].flatMap(([group, versions]) => [
      serviceRoute(`/apis/${group}`, options, documentHandler(groupDocument(group, versions))),
      ...versions.map((api) =>
        serviceRoute(`/apis/${group}/${api.version}`, options, documentHandler(resourceListDocument(api))),
      ),
    ]),
  ];
}

/** Everything else below the groups; to be placed after all of their routes. */
export function groupRoots(groups: readonly ApiGroupVersion[]): readonly Route[] {
  return [...new Set(groups.map(({ group }) => group))].map((group) => serviceRoot(`/apis/${group}`));
}

/** Content-Type parameters by which client and server mean the aggregated form. */
const aggregatedParameters = (version: AggregatedVersion): string =>
  `g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

const wantedVersion = ({ kind, group, version }: Conversion): AggregatedVersion | undefined =>
  aggregatedVersions.find((one) => `g=${group};v=${version};as=${kind}` === aggregatedParameters(one));

const offersAggregated: Offers = (as) => wantedVersion(as) !== undefined;

function apisHandler(groups: readonly ApiGroupVersion[], serverAddress: string): Handler {
  const legacy = documentHandler(groupListDocument(groups, serverAddress));
  const aggregated = {
    v2: aggregatedDocument(groups, 'v2'),
    v2beta1: aggregatedDocument(groups, 'v2beta1'),
  };
  // The reference hashes the document before it gets its type; with equal content our tags are equal too.
  const etag = `"${createHash('sha512').update(jsonValue(aggregated.v2.members)).digest('hex').toUpperCase()}"`;
  return (request, parameters) => {
    const media = negotiate(request, offersAggregated);
    const version = media?.as && wantedVersion(media.as);
    if (media === undefined || version === undefined) return legacy(request, parameters);
    const extra = { ETag: etag, Vary: 'Accept', 'Cache-Control': 'public' };
    if (request.headers['if-none-match'] === etag) return { status: 304, headers: extra, body: '' };
    const answer = documentAnswer(aggregated[version], media);
    const contentType = `${answer.headers['Content-Type']};${aggregatedParameters(version)}`;
    return { ...answer, headers: { ...answer.headers, 'Content-Type': contentType, ...extra } };
  };
}

function documentHandler(document: DiscoveryDocument): Handler {
  return (request: ApiRequest) => {
    const media = negotiate(request, noConversions);
    return media === undefined ? statusAnswer(onlyServedMediaTypes, request) : documentAnswer(document, media);
  };
}

function documentAnswer({ type, members, fields }: DiscoveryDocument, media: MediaType): Answer {
  if (media.encoding === 'protobuf') return protobufAnswer(protobufBody(type, fields));
  return textAnswer([`{${typeMembers(type)}${jsonValue(members).slice(1)}\n`], media);
}
