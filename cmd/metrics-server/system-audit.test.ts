import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem } from './testing/running-system.ts';

const nodesPath = '/apis/metrics.k8s.io/v1beta1/nodes';
const policy = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  nonResourceURLs: [/livez*, /readyz*, /healthz*]
- level: Metadata
  resources: [{group: metrics.k8s.io}]
`;

interface Line {
  readonly auditID: string;
  readonly user: { readonly username?: string };
  readonly responseStatus: { readonly code: number; readonly reason?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

let system: RunningSystem;
let path: string;

before(async () => {
  const housekeeping = { minMs: 10_000, maxMs: 10_000 };
  const shape = plainCluster({ nodes: 1, podsPerNode: 1, containersPerPod: 1, seed: 1, housekeeping });
  const flags = ({ directory }: { readonly directory: string }): readonly string[] => {
    const policyFile = join(directory, 'policy.yaml');
    path = join(directory, 'audit', 'audit.log');
    writeFileSync(policyFile, policy);
    return [`--audit-policy-file=${policyFile}`, `--audit-log-path=${path}`, '--audit-log-mode=batch'];
  };
  system = await RunningSystem.start({ shape, flags });
});

after(() => system[Symbol.asyncDispose]());

describe('the audit log of a running server', () => {
  it('tells who asked for what and how it ended, once the server has stopped at the latest', async () => {
    const { certificates } = system.simulator;
    const admin = { certificate: certificates.admin };
    await system.ask(nodesPath, admin, { 'Audit-ID': 'by-admin' });
    await system.ask(nodesPath, { token: certificates.tokens.nobody }, { 'Audit-ID': 'by-nobody' });
    await system.ask(nodesPath, { token: 'a-token-that-nobody-knows' }, { 'Audit-ID': 'by-a-stranger' });
    await system.ask('/livez', admin, { 'Audit-ID': 'not-recorded' });
    await system.ask('/version', admin, { 'Audit-ID': 'not-recorded' });
    await system.stop();

    const text = await readFile(path, 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line): Line => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ auditID, user, responseStatus, annotations }) => [
        auditID,
        user.username,
        responseStatus.code,
        responseStatus.reason,
        annotations?.['authorization.k8s.io/decision'],
      ]),
      [
        ['by-admin', 'kubernetes-admin', 200, undefined, 'allow'],
        ['by-nobody', 'nobody', 403, 'Forbidden', 'forbid'],
        ['by-a-stranger', undefined, 401, 'Unauthorized', undefined],
      ],
    );
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    for (const secret of [...Object.values(certificates.tokens), 'a-token-that-nobody-knows', 'Bearer']) {
      assert.ok(!text.includes(secret), 'a secret is in the audit log');
    }
  });
});
