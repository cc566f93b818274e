import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { catalogue, metricNamed, metricsAt } from './catalogue.ts';
import { levelsOf } from './metric.ts';

/** A line of the table of Heapster's metrics. */
interface Told {
  readonly name: string;
  readonly kind: string;
  readonly value: string;
  readonly unit: string;
  readonly levels: string;
  readonly labels: string;
}

const told: readonly Told[] = readFileSync(join(import.meta.dirname, 'testdata', 'heapster-metrics.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [name = '', kind = '', value = '', unit = '', levels = '', labels = ''] = line
      .split('|')
      .map((field) => field.trim());
    return { name, kind, value, unit, levels, labels };
  });

/** Where we differ from Heapster on purpose: levels that were added, and units that were wrong. */
const added: Readonly<Record<string, string>> = {
  'memory/working_set': 'NS CL',
  'network/rx_rate': 'NS CL',
  'network/tx_rate': 'NS CL',
  'ephemeral_storage/usage': 'NS CL',
  'ephemeral_storage/request': 'NS CL',
  'ephemeral_storage/limit': 'NS CL',
  'disk/io_read_bytes': 'P',
  'disk/io_read_bytes_rate': 'P',
  'disk/io_write_bytes': 'P',
  'disk/io_write_bytes_rate': 'P',
  ...Object.fromEntries(
    ['cpu', 'memory', 'ephemeral_storage'].flatMap((resource) =>
      ['capacity', 'allocatable', 'reservation', 'utilization'].map((what) => [`${resource}/node_${what}`, 'CL']),
    ),
  ),
};
const mendedUnits: Readonly<Record<string, string>> = { 'filesystem/inodes': '', 'filesystem/inodes_free': '' };

describe('the catalogue', () => {
  it("has Heapster's 52 metrics, 40 of them with one value per subject", () => {
    const old = catalogue.filter(({ isNew }) => !isNew);
    assert.equal(old.length, 52);
    assert.equal(old.filter(({ labels }) => labels === undefined).length, 40);
  });

  it('begins with the 52 of testdata/heapster-metrics.txt, in that order', () => {
    const old = catalogue.filter(({ isNew }) => !isNew).map(({ name }) => name);
    assert.deepEqual(
      old,
      told.map(({ name }) => name),
    );
  });

  for (const { name, kind, value, unit, levels, labels } of told)
    it(`has what Heapster had, of its kind, in its unit, at its levels: ${name}`, () => {
      const metric = metricNamed(name);
      assert.ok(metric);
      assert.deepEqual([metric.kind, metric.value], [kind, value]);
      assert.equal(metric.unit, mendedUnits[name] ?? unit);
      assert.equal((metric.labels ?? []).join(' '), labels);
      const wanted = [...levelsOf(levels), ...levelsOf(added[name] ?? '')];
      assert.deepEqual([...metric.levels].sort(), wanted.sort());
    });

  it('names nothing twice, and says of everything what it is', () => {
    assert.equal(new Set(catalogue.map(({ name }) => name)).size, catalogue.length);
    for (const { name, description, levels } of catalogue) {
      assert.match(description, /^[A-Z].*\.$/, name);
      assert.ok(levels.length > 0, name);
    }
  });

  it('makes each rate of a counter that the same subjects have, as far as it is not summed', () => {
    const summed = new Set(['ns', 'cluster']);
    for (const { name, rateOf, levels } of catalogue) {
      if (rateOf === undefined) continue;
      const counter = metricNamed(rateOf);
      assert.equal(counter?.kind, 'cumulative', name);
      assert.deepEqual(
        levels.filter((level) => !summed.has(level)),
        counter?.levels,
        name,
      );
    }
  });

  it("still gives namespaces and the cluster the six sums they had in Heapster's days", () => {
    const six = ['cpu/usage_rate', 'memory/usage', 'cpu/request', 'cpu/limit', 'memory/request', 'memory/limit'];
    for (const type of ['ns', 'cluster'] as const) {
      const names = metricsAt(type).map(({ name }) => name);
      assert.deepEqual(
        six.filter((name) => !names.includes(name)),
        [],
      );
    }
  });
});
