import type { User } from '../../model/user.ts';
import type { Call } from './call.ts';
import type { TokenUsers } from './identity.ts';
import { isRecord } from './object-store.ts';
import { isProtobuf, readReview } from './protobuf-review.ts';
import { json, type Reply, refusal } from './reply.ts';
import type { RequestTarget } from './request-target.ts';
import { resourceTypes } from './resource-types.ts';
import { mayDo, type Right } from './rights.ts';
import { parseJson } from './writing.ts';

/** By what tokens and rights are judged. */
export interface ReviewsOptions {
  readonly tokens: TokenUsers;
  readonly rights: readonly Right[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Answers TokenReview, SubjectAccessReview and what callers may ask about themselves. */
export async function answerReview(call: Call, resource: string, options: ReviewsOptions): Promise<Reply> {
  const bytes = await call.readBody();
  const read = isProtobuf(bytes) ? readReview(bytes) : parseJson(bytes);
  if (!isRecord(read))
    return refusal('BadRequest', 'the body of a review must be one JSON object or its protobuf form');
  const spec = isRecord(read.spec) ? read.spec : {};
  const { kind = '', group, version } = resourceTypes.find(({ name }) => name === resource) ?? {};
  const status = statusOf(resource, spec, call.user, options);
  return json({ ...read, kind, apiVersion: `${group}/${version}`, status }, 201);
}

function statusOf(resource: string, spec: Fields, caller: User, { tokens, rights }: ReviewsOptions): object {
  switch (resource) {
    case 'tokenreviews':
      return tokenStatus(textOf(spec, 'token'), tokens);
    case 'subjectaccessreviews':
      return accessStatus(subjectOf(spec), spec, rights);
    case 'selfsubjectaccessreviews':
      return accessStatus(caller, spec, rights);
    default:
      return { userInfo: userInfo(caller) };
  }
}

function tokenStatus(token: string, tokens: TokenUsers): object {
  const user = tokens.get(token);
  if (user === undefined) {
    return { authenticated: false, user: {}, error: '[invalid bearer token, token lookup failed]' };
  }
  return { authenticated: true, user: userInfo(user), audiences: ['https://kubernetes.default.svc.cluster.local'] };
}

function userInfo({ name, uid, groups, extra }: User): object {
  return { username: name, ...(uid !== undefined && { uid }), groups, extra };
}

function accessStatus(user: User, spec: Fields, rights: readonly Right[]): object {
  if (!mayDo(rights, user, targetOf(spec))) return { allowed: false };
  return { allowed: true, reason: `RBAC: allowed by the simulator's table of rights for "${user.name}"` };
}

function subjectOf(spec: Fields): User {
  const groups = Array.isArray(spec.groups) ? spec.groups.map(String) : [];
  return { name: textOf(spec, 'user'), groups, extra: {} };
}

function targetOf(spec: Fields): RequestTarget {
  if (isRecord(spec.nonResourceAttributes)) {
    const { nonResourceAttributes: asked } = spec;
    return { kind: 'path', verb: textOf(asked, 'verb'), path: textOf(asked, 'path') };
  }
  const asked = isRecord(spec.resourceAttributes) ? spec.resourceAttributes : {};
  const optional = (field: 'name' | 'namespace' | 'subresource'): object =>
    textOf(asked, field) === '' ? {} : { [field]: textOf(asked, field) };
  return {
    kind: 'resource',
    verb: textOf(asked, 'verb'),
    group: textOf(asked, 'group'),
    version: textOf(asked, 'version'),
    resource: textOf(asked, 'resource'),
    ...optional('name'),
    ...optional('namespace'),
    ...optional('subresource'),
  };
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}
