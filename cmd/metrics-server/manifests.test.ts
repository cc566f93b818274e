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

interface ApiService extends Manifest {
  readonly spec: { readonly version: string; readonly versionPriority: number };
}

interface Kustomization {
  readonly resources: string[];
  readonly components?: string[];
  readonly patches?: { readonly target: object; readonly patch: string }[];
}

interface Deployment extends Manifest {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly args: string[] }[] } };
  };
}

interface Role extends Manifest {
  readonly rules: readonly { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] }[];
}

interface Binding extends Manifest {
  readonly roleRef: { readonly name: string };
  readonly subjects: readonly object[];
}

const manifests = join(import.meta.dirname, '..', '..', 'manifests');
const base = join(manifests, 'base');
const objects = objectsIn(base);

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
    assert.ok(baseArgs().length > 0);
    assert.equal((await parseOptions(baseArgs())).kind, 'run');
  });
});

describe('manifests/overlays/v1', () => {
  const overlay = join(manifests, 'overlays', 'v1');
  const component = join(manifests, 'components', 'v1');

  it('is the base and the component', () => {
    const { resources, components = [] } = kustomizationIn(overlay);
    assert.deepEqual(
      [...resources, ...components].map((path) => join(overlay, path)),
      [base, component],
    );
  });

  it('registers v1 at the same service, before v1beta1 in the order of versions', () => {
    const [v1, ...others] = objectsIn(component) as ApiService[];
    const beta = objects.find(({ kind }) => kind === 'APIService') as ApiService;
    assert.ok(v1);
    assert.deepEqual(others, []);
    assert.ok(v1.spec.versionPriority > beta.spec.versionPriority);
    const renamed = { ...v1.metadata, name: 'v1beta1.metrics.k8s.io' };
    const { versionPriority } = beta.spec;
    assert.deepEqual({ ...v1, metadata: renamed, spec: { ...v1.spec, version: 'v1beta1', versionPriority } }, beta);
  });

  it('tells the server to serve both, with a flag it accepts', async () => {
    const [patch, ...others] = kustomizationIn(component).patches ?? [];
    assert.ok(patch);
    assert.deepEqual(others, []);
    assert.deepEqual(patch.target, { kind: 'Deployment', name: 'metrics-server' });
    const [{ op, path, value }] = load(patch.patch) as unknown as [{ op: string; path: string; value: string }];
    assert.deepEqual([op, path], ['add', '/spec/template/spec/containers/0/args/-']);
    const parsed = await parseOptions([...baseArgs(), value]);
    assert.ok(parsed.kind === 'run');
    assert.deepEqual(parsed.options['api-versions'], ['v1beta1', 'v1']);
  });
});

describe('rights beyond the reference', () => {
  const components = [
    ['kubelet-summary', 'nodes/stats'],
    ['node-proxy', 'nodes/proxy'],
  ] as const;

  for (const [name, resource] of components) {
    it(`are a component each, which grants one of them to the server alone: ${resource}`, () => {
      const [role, binding, ...others] = objectsIn(join(manifests, 'components', name)) as [Role, Binding];
      assert.deepEqual(others, []);
      assert.deepEqual(role.rules, [{ apiGroups: [''], resources: [resource], verbs: ['get'] }]);
      assert.equal(binding.roleRef.name, role.metadata.name);
      assert.deepEqual(binding.subjects, [
        { kind: 'ServiceAccount', name: 'metrics-server', namespace: 'kube-system' },
      ]);
    });
  }

  it('are not in the base', () => {
    const granted = objects.filter(({ kind }) => kind === 'ClusterRole') as Role[];
    const resources = granted.flatMap(({ rules }) => rules.flatMap((rule) => rule.resources));
    for (const [, resource] of components) assert.ok(!resources.includes(resource), resource);
  });

  it('to the node proxy come with the flag that uses them', async () => {
    const [patch] = kustomizationIn(join(manifests, 'components', 'node-proxy')).patches ?? [];
    const [{ value }] = load(patch?.patch ?? '') as unknown as [{ value: string }];
    const parsed = await parseOptions([...baseArgs(), value]);
    assert.ok(parsed.kind === 'run' && parsed.options['kubelet-via-node-proxy']);
  });
});

function baseArgs(): readonly string[] {
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as Deployment;
  return deployment.spec.template.spec.containers[0]?.args ?? [];
}

function kustomizationIn(directory: string): Kustomization {
  return load(readFileSync(join(directory, 'kustomization.yaml'), 'utf8')) as unknown as Kustomization;
}

/** What the files of a folder hold; folders it takes up are left out. */
function objectsIn(directory: string): readonly Manifest[] {
  return kustomizationIn(directory).resources.flatMap(
    (file) => loadAll(readFileSync(join(directory, file), 'utf8')) as unknown as Manifest[],
  );
}
