import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { load, loadAll } from 'js-yaml';
import { parseOptions } from './options.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
}

interface Deployment extends Manifest {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly args: string[] }[] } };
  };
}

const base = join(import.meta.dirname, '..', '..', 'manifests', 'base');
const read = (file: string): string => readFileSync(join(base, file), 'utf8');
const { resources } = load(read('kustomization.yaml')) as { resources: string[] };
const objects = resources.flatMap((file) => loadAll(read(file)) as unknown as Manifest[]);

describe('manifests/base', () => {
  it('holds the nine objects of the reference under the same names', () => {
    assert.deepEqual(
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      [
        'ServiceAccount metrics-server',
        'ClusterRole system:aggregated-metrics-reader',
        'ClusterRole system:metrics-server',
        'RoleBinding metrics-server-auth-reader',
        'ClusterRoleBinding metrics-server:system:auth-delegator',
        'ClusterRoleBinding system:metrics-server',
        'Service metrics-server',
        'Deployment metrics-server',
        'APIService v1beta1.metrics.k8s.io',
      ],
    );
    assert.ok(objects.every(({ metadata }) => metadata.labels?.['k8s-app'] === 'metrics-server'));
  });

  it('starts the server with flags it accepts', async () => {
    const deployment = objects.find(({ kind }) => kind === 'Deployment') as Deployment;
    const args = deployment.spec.template.spec.containers[0]?.args ?? [];
    assert.ok(args.length > 0);
    assert.equal((await parseOptions(args)).kind, 'run');
  });
});
