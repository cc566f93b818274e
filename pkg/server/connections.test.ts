import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { silentLogger } from '../telemetry/logger.ts';
import type { Config } from './config.ts';
import { type Connections, openConnections } from './connections.ts';

const inCluster = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

let folder: string;
let one: string;
let two: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tacho-'));
  [one, two] = [join(folder, 'one.kubeconfig'), join(folder, 'two.kubeconfig')];
  await writeFile(one, kubeconfig('https://one.example:6443'));
  await writeFile(two, kubeconfig('https://two.example:6443'));
});

after(() => rm(folder, { recursive: true, force: true }));

describe('connections to the kube-apiserver', () => {
  it('are one and the same for everything when all flags name the same kubeconfig', async () => {
    const { core, authentication, authorization } = await connections({
      core: one,
      authentication: one,
      authorization: one,
    });
    assert.equal(core.server, 'https://one.example:6443');
    assert.equal(authentication, core);
    assert.equal(authorization, core);
  });

  it('are as many as there are kubeconfigs', async () => {
    const { core, authentication, authorization } = await connections({ core: one, authorization: two });
    assert.equal(authentication, core);
    assert.equal(authorization.server, 'https://two.example:6443');
  });

  it('outside a cluster all use --kubeconfig where no other is named', async () => {
    const { core, authentication, authorization } = await connections({ core: one });
    assert.deepEqual([authentication, authorization], [core, core]);
  });

  it('inside a cluster reviews use the identity of the pod where no kubeconfig is named', async () => {
    const problems = await problemsOf({ core: one }, inCluster);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /^--authentication-kubeconfig, --authorization-kubeconfig: .*serviceaccount/);
  });

  it('that cannot be opened are all named, each file once', async () => {
    const problems = await problemsOf({ core: join(folder, 'none'), authorization: join(folder, 'neither') });
    assert.equal(problems.length, 2);
    assert.match(problems[0] ?? '', /^--kubeconfig: .*none/);
    assert.match(problems[1] ?? '', /^--authorization-kubeconfig: .*neither/);
  });

  it('need an identity: without kubeconfig and outside a cluster the flag to use is named', async () => {
    const problems = await problemsOf({});
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /^--kubeconfig: .*name a kubeconfig file with --kubeconfig/);
  });
});

interface Named {
  readonly core?: string;
  readonly authentication?: string;
  readonly authorization?: string;
}

async function connections(named: Named): Promise<Connections> {
  const outcome = await opened(named, {});
  assert.ok(outcome.kind === 'opened');
  return outcome.connections;
}

async function problemsOf(named: Named, environment: Record<string, string> = {}): Promise<readonly string[]> {
  const outcome = await opened(named, environment);
  assert.ok(outcome.kind === 'failed');
  return outcome.problems;
}

async function opened(named: Named, environment: Record<string, string>) {
  await using stack = new AsyncDisposableStack();
  const release = { version: 'v0.0.0', runtime: 'node', platform: 'linux/amd64' };
  return await openConnections(
    configOf(named),
    { clock: new WoundClock(), log: silentLogger, environment, release },
    stack,
  );
}

function configOf({ core, authentication, authorization }: Named): Parameters<typeof openConnections>[0] {
  return {
    ...(core && { kubeconfig: core }),
    authentication: { ...(authentication && { kubeconfig: authentication }) },
    authorization: { ...(authorization && { kubeconfig: authorization }) },
  } satisfies DeepPartial<Config>;
}

type DeepPartial<T> = { readonly [Key in keyof T]?: DeepPartial<T[Key]> };

function kubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'it',
    clusters: [{ name: 'it', cluster: { server } }],
    users: [{ name: 'it', user: { token: 'secret' } }],
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
  });
}
