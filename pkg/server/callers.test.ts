import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { madeRequest } from '../apiserver/made-request.ts';
import type { KubeConnection, KubeRequest, KubeResponse } from '../kube/connection/transport.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import type { User } from '../model/user.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { callersOf } from './callers.ts';
import { catalogsOf } from './catalogs.ts';
import { madeConfig } from './testing/made-config.ts';

const jane: User = { name: 'jane', groups: ['system:authenticated'], extra: {} };
const metrics = { kind: 'path', verb: 'get', path: '/metrics' } as const;

describe('callers', () => {
  it('are recognised by asking one kube-apiserver, and allowed by asking another', async () => {
    const { authentication, authorization, means } = twoApiServers();
    const { authenticator, authorizer } = callersOf(means, { current: undefined });
    const request = madeRequest('/metrics', { headers: { authorization: 'Bearer janes-token' } });

    const found = await authenticator.authenticate(request);
    assert.deepEqual(found, { kind: 'user', user: jane });
    assert.deepEqual(pathsOf(authentication), ['/apis/authentication.k8s.io/v1/tokenreviews']);
    assert.deepEqual(pathsOf(authorization), []);

    const verdict = await authorizer.authorize(jane, metrics, request.signal);
    assert.equal(verdict.kind, 'allowed');
    assert.deepEqual(pathsOf(authorization), ['/apis/authorization.k8s.io/v1/subjectaccessreviews']);
  });

  it('are asked about again only when the configured times are over', async () => {
    const { authorization, means } = twoApiServers();
    const { authorizer } = callersOf(means, { current: undefined });
    const { signal } = new AbortController();
    for (let time = 0; time < 3; time++) {
      await authorizer.authorize(jane, metrics, signal);
      await authorizer.authorize(jane, metrics, signal);
      await means.clock.wind(10_001);
    }
    assert.equal(authorization.requests.length, 3);
  });

  it('need nobody to be asked for on paths that are open to all', async () => {
    const { authorization, means } = twoApiServers();
    const { authorizer } = callersOf(means, { current: undefined });
    const attributes = { kind: 'path', verb: 'get', path: '/livez' } as const;
    const verdict = await authorizer.authorize(jane, attributes, new AbortController().signal);
    assert.equal(verdict.kind, 'allowed');
    assert.deepEqual(authorization.requests, []);
  });
});

describe('catalogs', () => {
  it('are empty and ask for nothing before they run', () => {
    const { core, means } = twoApiServers();
    const { nodes, pods, authentication } = catalogsOf(means);
    assert.deepEqual([nodes.synced, pods.synced, authentication.synced], [false, false, false]);
    assert.deepEqual([[...nodes.list()], [...pods.list()]], [[], []]);
    assert.deepEqual(core.requests, []);
  });

  it('do not read the authentication ConfigMap with --authentication-skip-lookup', () => {
    const { means } = twoApiServers();
    const skipping = madeConfig({ authentication: { skipLookup: true } });
    const { authentication } = catalogsOf({ ...means, config: skipping });
    assert.deepEqual([authentication.synced, authentication.current], [true, undefined]);
  });
});

/** Remembers what it was asked, and answers every review with yes. */
class YesSayer implements KubeConnection {
  readonly server = 'https://yes.example';
  readonly requests: KubeRequest[] = [];

  async request(request: KubeRequest): Promise<KubeResponse> {
    this.requests.push(request);
    const user = { username: jane.name, groups: jane.groups };
    const text = JSON.stringify({ status: { authenticated: true, user, allowed: true } });
    return {
      status: 201,
      headers: {},
      text: async () => text,
      json: async () => JSON.parse(text),
      async *lines() {
        yield [text];
      },
      [Symbol.dispose]: () => undefined,
    };
  }

  kubeletCredentials() {
    return {};
  }

  async renewCredentials(): Promise<boolean> {
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

const pathsOf = ({ requests }: YesSayer): string[] => requests.map(({ path }) => path);

function twoApiServers() {
  const [core, authentication, authorization] = [new YesSayer(), new YesSayer(), new YesSayer()];
  const clock = new WoundClock();
  const connections = { core, authentication, authorization };
  return {
    core,
    authentication,
    authorization,
    means: { config: madeConfig(), connections, files: {}, clock, log: silentLogger },
  };
}
