/** What it costs to find out who asks and whether they may, where both are known already. Run with `make bench-parts`. */
import { systemClock } from '../../lifecycle/clock.ts';
import { bestOf } from '../../lifecycle/testing/best-of.ts';
import type { AccessAttributes, User } from '../../model/user.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { Authorizer } from './authorize.ts';
import { BearerTokens } from './bearer-token.ts';

const never = new AbortController().signal;
const user: User = { name: 'system:serviceaccount:kube-system:hpa', groups: ['system:authenticated'], extra: {} };
const means = { clock: systemClock, log: silentLogger };

const tokens = new BearerTokens({
  reviewer: { review: async () => ({ kind: 'authenticated', user }) },
  ttlMs: 600_000,
  ...means,
});
const authorizer = new Authorizer({
  reviewer: { review: async () => ({ kind: 'allowed', reason: 'RBAC' }) },
  alwaysAllowPaths: ['/livez'],
  authorizedTtlMs: 600_000,
  unauthorizedTtlMs: 600_000,
  ...means,
});
const attributes: AccessAttributes = {
  kind: 'resource',
  verb: 'list',
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  resource: 'pods',
  namespace: 'team-7',
};
const request = { headers: { authorization: `Bearer ${'t'.repeat(900)}` }, signal: never };

const recognised = await bestOf(5_000, () => tokens.identify(request));
const admitted = await bestOf(5_000, () => authorizer.authorize(user, attributes, never));
console.log(`a bearer token that was seen before: ${(recognised * 1000).toFixed(2)} µs`);
console.log(`a right that was asked for before: ${(admitted * 1000).toFixed(2)} µs`);
