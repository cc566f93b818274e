import type { IncomingHttpHeaders } from 'node:http';
import type { AccessAttributes, AccessVerdict, User } from '../../model/user.ts';
import type { ApiRequest } from '../exchange.ts';
import { forbidden } from '../forbidden.ts';
import { badRequest, type Status } from '../status.ts';
import { headerValues } from './header-values.ts';
import { serviceAccountOf } from './service-account.ts';

/** Who decides what may be claimed. */
export interface ClaimReviewer {
  authorize(user: User, attributes: AccessAttributes, signal: AbortSignal): Promise<AccessVerdict>;
}

/** As whom a request is answered. */
export type Impersonation =
  /** Nobody else was asked for. */
  | { readonly kind: 'none' }
  /** `request` is what was sent without the claims. */
  | { readonly kind: 'acting'; readonly user: User; readonly request: ApiRequest }
  | { readonly kind: 'refused'; readonly status: Status };

/** Reads whom a request wants to act as (`Impersonate-*`) and asks, claim by claim, whether `user` may. */
export async function impersonate(request: ApiRequest, user: User, reviewer: ClaimReviewer): Promise<Impersonation> {
  const claims = claimsIn(request.headers);
  if (claims.length === 0) return { kind: 'none' };
  const name = userNameIn(request.headers);
  if (name === '')
    return refused(badRequest(`requested [${claims.map(textOf).join(' ')}] without impersonating a user`));

  for (const claim of claims) {
    const attributes = attributesOf(claim);
    const verdict = await reviewer.authorize(user, attributes, request.signal);
    // As in the reference, also when nobody could be asked: the claim is not allowed then.
    const reason = verdict.kind === 'unavailable' ? '' : verdict.reason;
    if (verdict.kind !== 'allowed') return refused(forbidden(user, attributes, reason));
  }
  return { kind: 'acting', user: claimed(name, claims), request: withoutClaims(request) };
}

const refused = (status: Status): Impersonation => ({ kind: 'refused', status });

/** One thing somebody claims to be, in the fields of an ObjectReference. */
interface Claim {
  readonly kind: 'User' | 'ServiceAccount' | 'Group' | 'UserExtra' | 'UID';
  readonly namespace?: string;
  readonly name: string;
  /** Of a `UserExtra`. */
  readonly key?: string;
}

const prefix = 'impersonate-';
const extraPrefix = 'impersonate-extra-';

const userNameIn = (headers: IncomingHttpHeaders): string => headerValues(headers, 'impersonate-user')[0] ?? '';

/** In the order in which the reference asks. */
function claimsIn(headers: IncomingHttpHeaders): readonly Claim[] {
  const name = userNameIn(headers);
  const account = serviceAccountOf(name);
  const user: Claim = account === undefined ? { kind: 'User', name } : { kind: 'ServiceAccount', ...account };
  const groups = headerValues(headers, 'impersonate-group').map((group): Claim => ({ kind: 'Group', name: group }));
  const extras = Object.keys(headers)
    .filter((header) => header.startsWith(extraPrefix))
    .flatMap((header) =>
      headerValues(headers, header).map(
        (value): Claim => ({ kind: 'UserExtra', name: value, key: unescaped(header.slice(extraPrefix.length)) }),
      ),
    );
  const [uid = ''] = headerValues(headers, 'impersonate-uid');
  return [
    ...(name === '' ? [] : [user]),
    ...groups,
    ...extras,
    ...(uid === '' ? [] : [{ kind: 'UID', name: uid } as const]),
  ];
}

/** Keys are percent-escaped, because a header name cannot hold every character; one badly escaped is taken as it is. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // The only thing decoding can say is that it cannot.
  }
}

/** As Go prints an ObjectReference. */
function textOf({ kind, namespace = '', name, key = '' }: Claim): string {
  const version = kind === 'UserExtra' || kind === 'UID' ? 'authentication.k8s.io/v1' : '';
  return `{${[kind, namespace, name, '', version, '', key].join(' ')}}`;
}

const resources = {
  User: 'users',
  ServiceAccount: 'serviceaccounts',
  Group: 'groups',
  UserExtra: 'userextras',
  UID: 'uids',
} as const;

function attributesOf({ kind, namespace, name, key }: Claim): AccessAttributes {
  const isAboutIdentity = kind === 'UserExtra' || kind === 'UID';
  return {
    kind: 'resource',
    verb: 'impersonate',
    group: isAboutIdentity ? 'authentication.k8s.io' : '',
    version: isAboutIdentity ? 'v1' : '',
    resource: resources[kind],
    ...(key !== undefined && { subresource: key }),
    ...(namespace !== undefined && { namespace }),
    name,
  };
}

function claimed(name: string, claims: readonly Claim[]): User {
  const asked = claims.filter(({ kind }) => kind === 'Group').map((claim) => claim.name);
  const account = serviceAccountOf(name);
  const own = account === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`];
  const extra = Map.groupBy(
    claims.filter(({ kind }) => kind === 'UserExtra'),
    ({ key = '' }) => key,
  );
  const uid = claims.find(({ kind }) => kind === 'UID')?.name;
  return {
    name,
    ...(uid !== undefined && { uid }),
    groups: withStanding(name, asked.length > 0 ? asked : own),
    extra: Object.fromEntries([...extra].map(([key, values]) => [key, values.map((claim) => claim.name)])),
  };
}

const known = 'system:authenticated';
const unknown = 'system:unauthenticated';

/** Everybody is known or is not; who claims to be nobody in particular cannot be known. */
function withStanding(name: string, groups: readonly string[]): readonly string[] {
  if (name === 'system:anonymous') return groups.includes(unknown) ? groups : [...groups, unknown];
  return groups.includes(known) || groups.includes(unknown) ? groups : [...groups, known];
}

/** What follows sees the claimed user only, and no claims. */
function withoutClaims(request: ApiRequest): ApiRequest {
  const headers = Object.entries(request.headers).filter(([name]) => !name.startsWith(prefix));
  return { ...request, headers: Object.fromEntries(headers) };
}
