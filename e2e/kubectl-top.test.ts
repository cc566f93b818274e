import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { readyNodes } from './inventory.ts';
import { keyOf, namesOf, nodeMetrics, type PodMetrics, podMetrics } from './metrics-api.ts';
import { bytes, nanocores } from './quantity.ts';

const { admin } = await openCluster();

const ofNodes: Readonly<Record<string, () => Promise<void>>> = {
  'no-headers': async () => {
    const printed = first(await admin.table('top', 'nodes', '--no-headers'));
    assert.ok(!printed.includes('NAME'));
    assertAmong(printed, namesOf(await nodeMetrics(admin)));
  },

  selector: async () => {
    const [name = ''] = namesOf(await readyNodes(admin));
    const rows = await admin.rows('top', 'nodes', `--selector=kubernetes.io/hostname in (${name},nobody)`);
    assert.deepEqual(first(rows), [name]);
  },

  'show-capacity': async () => {
    const nodes = await readyNodes(admin);
    for (const [name, cpu = '', share] of await admin.rows('top', 'nodes', '--show-capacity')) {
      const node = nodes.find(({ metadata }) => metadata.name === name);
      if (node === undefined || cpu === '<unknown>') continue;
      const capacity = Number(nanocores(node.status.capacity.cpu)) / 1e6;
      assert.equal(share, `${Math.trunc((Number.parseInt(cpu, 10) / capacity) * 100)}%`, name);
    }
  },

  'sort-by': async () => {
    for (const [column, by] of [
      [1, 'cpu'],
      [3, 'memory'],
    ] as const)
      assertDescending(await admin.rows('top', 'nodes', `--sort-by=${by}`), column);
  },

  'use-protocol-buffers': async () => {
    for (const wanted of [true, false]) {
      const rows = await admin.rows('top', 'nodes', `--use-protocol-buffers=${wanted}`);
      assertAmong(first(rows), namesOf(await nodeMetrics(admin)));
    }
  },

  'show-swap': async () => {
    const [heading = []] = await admin.table('top', 'nodes', '--show-swap');
    assert.match(heading.join(' '), /SWAP/);
  },
};

const ofPods: Readonly<Record<string, () => Promise<void>>> = {
  'all-namespaces': async () => {
    const rows = await admin.rows('top', 'pods', '--all-namespaces');
    assertAmong(keys(rows), (await podMetrics(admin)).map(keyOf));
  },

  containers: async () => {
    const { namespace, name, containers } = await somePod();
    const rows = await admin.rows('top', 'pod', name, '-n', namespace, '--containers');
    assert.deepEqual(rows.map(([, container]) => container).sort(), containers.sort());
  },

  'field-selector': async () => {
    const { namespace, name } = await somePod();
    const rows = await admin.rows('top', 'pods', '-n', namespace, `--field-selector=metadata.name=${name}`);
    assert.deepEqual(first(rows), [name]);
  },

  'no-headers': async () => {
    const { namespace, name } = await somePod();
    assert.deepEqual(first(await admin.table('top', 'pod', name, '-n', namespace, '--no-headers')), [name]);
  },

  selector: async () => {
    const { namespace, name, labels } = await somePod();
    const all = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    const rows = await admin.rows('top', 'pods', '-n', namespace, '--selector', all.join());
    assert.ok(first(rows).includes(name), all.join());
    const { stdout } = await admin.run(['top', 'pods', '-n', namespace, '--selector', `!${Object.keys(labels)[0]}`]);
    assert.ok(!stdout.includes(name));
  },

  'sort-by': async () => {
    for (const [column, by] of [
      [2, 'cpu'],
      [3, 'memory'],
    ] as const)
      assertDescending(await admin.rows('top', 'pods', '-A', `--sort-by=${by}`), column);
  },

  sum: async () => {
    // Asked one after the other: a new sample may come in between, but not every time.
    await eventually('the last line to be the sum of the pods', 30, async () => {
      const [rows, metrics] = await Promise.all([admin.rows('top', 'pods', '-A', '--sum'), podMetrics(admin)]);
      assert.deepEqual(rows.at(-1), sumOf(metrics));
    });
  },

  'use-protocol-buffers': async () => {
    for (const wanted of [true, false]) {
      const rows = await admin.rows('top', 'pods', '-A', `--use-protocol-buffers=${wanted}`);
      assertAmong(keys(rows), (await podMetrics(admin)).map(keyOf));
    }
  },

  'show-swap': async () => {
    const [heading = []] = await admin.table('top', 'pods', '-A', '--show-swap');
    assert.match(heading.join(' '), /SWAP/);
  },
};

for (const [kind, promises] of [
  ['nodes', ofNodes],
  ['pods', ofPods],
] as const) {
  for (const flag of await flagsOf(kind)) {
    const promise = promises[flag];
    if (promise) test(`kubectl top ${kind} --${flag} prints what it says`, promise);
    else console.log(`Not checked: kubectl top ${kind} --${flag}, which this suite does not know`);
  }
}

/** The flags that this kubectl has: versions differ. */
async function flagsOf(kind: string): Promise<readonly string[]> {
  const help = await admin.print('top', kind, '--help');
  const found = [...help.matchAll(/^\s+(?:-\w, )?--([a-z-]+)=/gm)].map(([, name = '']) => name);
  assert.ok(found.includes('no-headers'), help);
  return found;
}

/** The pod with most containers. */
async function somePod() {
  const pod = (await podMetrics(admin)).toSorted((a, b) => b.containers.length - a.containers.length)[0];
  assert.ok(pod, 'no pod has metrics');
  const { namespace, name, labels = {} } = pod.metadata;
  return { namespace, name, labels, containers: pod.containers.map((container) => container.name) };
}

/** As kubectl prints it: CPU rounded up, memory cut. */
function sumOf(pods: readonly PodMetrics[]): readonly string[] {
  const usages = pods.flatMap(({ containers }) => containers.map(({ usage }) => usage));
  const cpu = usages.reduce((sum, usage) => sum + nanocores(usage.cpu), 0n);
  const memory = usages.reduce((sum, usage) => sum + bytes(usage.memory), 0n);
  return [`${(cpu + 999_999n) / 1_000_000n}m`, `${memory / 2n ** 20n}Mi`];
}

function assertDescending(rows: readonly (readonly string[])[], column: number): void {
  const amounts = rows.map((row) => Number.parseInt(row[column] ?? '', 10)).filter((amount) => !Number.isNaN(amount));
  assert.ok(amounts.length > 0);
  assert.deepEqual(
    amounts,
    amounts.toSorted((a, b) => b - a),
  );
}

/** Nothing is missing. There may be more: nodes without metrics, pods that are newer. */
function assertAmong(printed: readonly string[], wanted: readonly string[]): void {
  assert.ok(wanted.length > 0);
  assert.deepEqual(
    wanted.filter((one) => !printed.includes(one)),
    [],
  );
}

function keys(rows: readonly (readonly string[])[]): string[] {
  return rows.map(([namespace, name]) => `${namespace}/${name}`);
}

function first(rows: readonly (readonly string[])[]): string[] {
  return rows.map(([cell = '']) => cell);
}
