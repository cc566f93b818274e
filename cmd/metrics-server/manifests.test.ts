import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { load, loadAll } from 'js-yaml';
import { legacyRoots } from '../../pkg/heapster/model-api/legacy-api.ts';
import { rightsToExamine } from '../../pkg/simulator/kube-apiserver/rights.ts';
import type { Options } from './flags/sections.ts';
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

interface Container {
  readonly args: string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

interface Deployment extends Manifest {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly Container[] } };
  };
}

interface Role extends Manifest {
  readonly rules: readonly {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly resourceNames?: string[];
    readonly verbs: string[];
  }[];
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

  it('gives it the environment in which its memory was measured', async () => {
    const { href } = new URL('../../.config/node-flags.js', import.meta.url);
    const { nodeEnvironment } = (await import(href)) as { readonly nodeEnvironment: Readonly<Record<string, string>> };
    const given = Object.fromEntries(baseContainer().env.map(({ name, value }) => [name, value]));
    assert.deepEqual(given, nodeEnvironment);
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

describe('manifests/components/high-availability', () => {
  const component = join(manifests, 'components', 'high-availability');

  it('keeps one of two replicas whatever is drained, on nodes apart where it can', async () => {
    const [budget, ...others] = objectsIn(component);
    assert.deepEqual([budget?.kind, others], ['PodDisruptionBudget', []]);
    const [patch] = kustomizationIn(component).patches ?? [];
    const changes = load(patch?.patch ?? '') as unknown as readonly { path: string; value: unknown }[];
    const replicas = changes.find(({ path }) => path === '/spec/replicas');
    assert.equal(replicas?.value, 2);
    const flags = changes.flatMap(({ path, value }) => (path.endsWith('/args/-') ? [String(value)] : []));
    const parsed = await parseOptions([...baseArgs(), ...flags]);
    assert.ok(parsed.kind === 'run');
    assert.equal(parsed.options['shutdown-delay-duration'], 10_000);
    assert.equal(parsed.options['goaway-chance'], 0.001);
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

describe('manifests/components/catalogue', () => {
  const directory = join(manifests, 'components', 'catalogue');

  it('switches the catalogue on', async () => {
    const [patch] = kustomizationIn(directory).patches ?? [];
    const [{ value }] = load(patch?.patch ?? '') as unknown as [{ value: string }];
    const parsed = await parseOptions([...baseArgs(), value]);
    assert.ok(parsed.kind === 'run' && parsed.options.catalogue);
  });

  it('grants the server what that takes beyond the base, and nothing that writes', () => {
    const [role, binding] = objectsIn(directory) as [Role, Binding];
    assert.deepEqual(
      role.rules.map(({ resources, verbs }) => [resources, verbs]),
      [
        [['nodes/stats'], ['get']],
        [['namespaces'], ['get', 'list', 'watch']],
      ],
    );
    assert.equal(binding.roleRef.name, role.metadata.name);
  });

  it('has a role for readers that is bound to nobody, and grants what authorization asks about', () => {
    const [, , reader, ...others] = objectsIn(directory) as Role[];
    assert.deepEqual([reader?.kind, others], ['ClusterRole', []]);
    assert.deepEqual(reader?.rules, [
      { nonResourceURLs: legacyRoots.flatMap((root) => [root, `${root}/*`]), verbs: ['list'] },
      { apiGroups: ['metrics.k8s.io'], resources: ['model'], verbs: ['list'] },
    ]);
  });
});

describe('manifests/components/kubelet-pins', () => {
  const component = join(manifests, 'components', 'kubelet-pins');

  it('grants the one Secret that the server uses unless told otherwise, and creating', async () => {
    const parsed = await parseOptions([]);
    assert.ok(parsed.kind === 'run');
    const { name } = parsed.options['kubelet-pins-secret'];
    const [role, binding, ...others] = objectsIn(component) as [Role, Binding];
    assert.deepEqual(others, []);
    assert.deepEqual(role.rules, [
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: [name], verbs: ['get', 'update'] },
    ]);
    assert.equal(binding.roleRef.name, role.metadata.name);
    assert.deepEqual(binding.subjects, [{ kind: 'ServiceAccount', name: 'metrics-server', namespace: 'kube-system' }]);
  });

  it('comes with the flag that uses them', async () => {
    const [patch] = kustomizationIn(component).patches ?? [];
    const [{ value }] = load(patch?.patch ?? '') as unknown as [{ value: string }];
    const parsed = await parseOptions([...baseArgs(), value]);
    assert.ok(parsed.kind === 'run');
    assert.equal(parsed.options['kubelet-tls'], 'pin');
  });
});

describe('manifests/components/doctor', () => {
  it('grants reading alone, of just what the tests of doctor take for granted', () => {
    const [{ rules }] = objectsIn(join(manifests, 'components', 'doctor')) as [Role];
    const granted = rules.map(({ apiGroups: [group], resources, verbs, resourceNames }) => {
      return { who: 'us', verbs, group, resources, ...(resourceNames && { names: resourceNames }) };
    });
    assert.deepEqual(granted, rightsToExamine('us'));
    assert.ok(rules.every(({ verbs }) => verbs.every((verb) => verb === 'get' || verb === 'list')));
  });
});

describe('ways to be verified by the kube-apiserver', () => {
  const ways = {
    'self-managed-ca': (options: Options) => options['serving-ca'] === 'self-managed',
    'cert-manager': (options: Options) => options['tls-cert-file'] !== '' && options['tls-private-key-file'] !== '',
    'existing-certificate': (options: Options) =>
      options['tls-cert-file'] !== '' && options['tls-private-key-file'] !== '',
  };

  for (const [name, holds] of Object.entries(ways)) {
    const patches = kustomizationIn(join(manifests, 'components', name)).patches ?? [];
    const operations = (kind: string) =>
      patches
        .filter(({ target }) => (target as { readonly kind: string }).kind === kind)
        .flatMap(({ patch }) => load(patch) as unknown as { op: string; path: string; value: unknown }[]);

    it(`${name}: starts the server with flags it accepts, beside those of the base`, async () => {
      const args = operations('Deployment')
        .filter(({ path }) => path.endsWith('/args/-'))
        .map(({ value }) => String(value));
      const parsed = await parseOptions([...baseArgs(), ...args]);
      assert.ok(parsed.kind === 'run' && holds(parsed.options));
    });

    it(`${name}: no APIService skips verification any more`, () => {
      const removals = operations('APIService').filter(({ op }) => op === 'remove');
      assert.deepEqual(removals, [{ op: 'remove', path: '/spec/insecureSkipTLSVerify' }]);
    });
  }

  it('self-managed-ca: grants the one Secret and the two APIServices, and creating', () => {
    const grants = (objectsIn(join(manifests, 'components', 'self-managed-ca')) as Role[]).flatMap(
      ({ rules = [] }) => rules,
    );
    assert.deepEqual(grants, [
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['metrics-server-serving-ca'],
        verbs: ['get', 'update'],
      },
      {
        apiGroups: ['apiregistration.k8s.io'],
        resources: ['apiservices'],
        resourceNames: ['v1beta1.metrics.k8s.io', 'v1.metrics.k8s.io'],
        verbs: ['get', 'patch'],
      },
    ]);
  });

  it('self-managed-ca: the Secret it names is the one that the server makes unless told otherwise', async () => {
    const parsed = await parseOptions([]);
    assert.ok(parsed.kind === 'run');
    assert.deepEqual(parsed.options['serving-ca-secret'], { name: 'metrics-server-serving-ca' });
  });

  it('self-managed-ca: the overlay is the base and the component', () => {
    const overlay = join(manifests, 'overlays', 'self-managed-ca');
    const { resources, components = [] } = kustomizationIn(overlay);
    assert.deepEqual(
      [...resources, ...components].map((path) => join(overlay, path)),
      [base, join(manifests, 'components', 'self-managed-ca')],
    );
  });

  it('cert-manager: the certificate is for the Service, and the injector is told where its CA is', () => {
    const directory = join(manifests, 'components', 'cert-manager');
    const leaf = objectsIn(directory).at(-1) as Manifest & { readonly spec: { readonly dnsNames: string[] } };
    assert.ok(leaf.spec.dnsNames.includes('metrics-server.kube-system.svc'));
    const text = readFileSync(join(directory, 'kustomization.yaml'), 'utf8');
    assert.ok(text.includes(`cert-manager.io/inject-ca-from: ${leaf.metadata.namespace}/${leaf.metadata.name}`));
  });
});

function baseContainer(): Container {
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as Deployment;
  const [container] = deployment.spec.template.spec.containers;
  assert.ok(container);
  return container;
}

const baseArgs = (): readonly string[] => baseContainer().args;

function kustomizationIn(directory: string): Kustomization {
  return load(readFileSync(join(directory, 'kustomization.yaml'), 'utf8')) as unknown as Kustomization;
}

/** What the files of a folder hold; folders it takes up are left out. */
function objectsIn(directory: string): readonly Manifest[] {
  return kustomizationIn(directory).resources.flatMap(
    (file) => loadAll(readFileSync(join(directory, file), 'utf8')) as unknown as Manifest[],
  );
}
