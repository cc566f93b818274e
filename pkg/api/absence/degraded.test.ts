import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Registry } from '../../telemetry/exposition.ts';
import type { AbsenceKind } from './absence.ts';
import { registerAbsences } from './absence-instruments.ts';
import { degradedNotes } from './degraded.ts';
import type { Findings } from './survey.ts';

describe('what is said of health', () => {
  it('is nothing when nothing is missing, and when what is missing is ordinary', () => {
    assert.deepEqual(degradedNotes(findings({})), []);
    const ordinary = ['first-sample', 'not-asked', 'new', 'elsewhere', 'leaving', 'excluded', 'not-running'] as const;
    assert.deepEqual(degradedNotes(findings({ nodes: ordinary, pods: ordinary })), []);
  });

  it('counts nodes and pods by reason, the most frequent first, and names nobody', () => {
    const notes = degradedNotes(
      findings({ nodes: ['refused', 'forbidden', 'forbidden', 'first-sample'], pods: ['unknown'] }),
    );
    assert.deepEqual(notes, [
      '3 of 40 nodes have no metrics (forbidden: 2, refused: 1)',
      '1 of 300 running pods have no metrics (unknown: 1)',
    ]);
  });
});

describe('the instruments', () => {
  it('count by reason, name the nodes, and show a reason that is over with zero', () => {
    const registry = new Registry();
    const survey = { findings: findings({ nodes: ['refused', 'forbidden'], pods: ['forbidden', 'forbidden'] }) };
    registerAbsences(registry, survey);
    assert.deepEqual(seriesIn(registry), [
      'tacho_node_without_metrics{node="n0",reason="refused"} 1',
      'tacho_node_without_metrics{node="n1",reason="forbidden"} 1',
      'tacho_nodes_without_metrics{reason="refused"} 1',
      'tacho_nodes_without_metrics{reason="forbidden"} 1',
      'tacho_pods_without_metrics{reason="forbidden"} 2',
    ]);
    survey.findings = findings({});
    assert.deepEqual(seriesIn(registry), [
      'tacho_nodes_without_metrics{reason="refused"} 0',
      'tacho_nodes_without_metrics{reason="forbidden"} 0',
      'tacho_pods_without_metrics{reason="forbidden"} 0',
    ]);
  });

  it('name a hundred nodes at most', () => {
    const registry = new Registry();
    const nodes = Array.from({ length: 5_000 }, () => 'refused' as const);
    registerAbsences(registry, { findings: findings({ nodes }) });
    assert.equal(seriesIn(registry).filter((line) => line.startsWith('tacho_node_without')).length, 100);
  });
});

interface Kinds {
  readonly nodes?: readonly AbsenceKind[];
  readonly pods?: readonly AbsenceKind[];
}

function findings({ nodes = [], pods = [] }: Kinds): Findings {
  const missingNodes = nodes.map((kind, index) => ({
    record: { name: `n${index}`, uid: '', labels: {}, addresses: [], kubeletPort: 0, ready: true },
    kind,
  }));
  const missing = pods.map((kind, index) => ({ record: { namespace: 'ns', name: `p${index}`, labels: {} }, kind }));
  return { nodes: 40, pods: 300, missingNodes, missingPods: new Map(missing.length > 0 ? [['ns', missing]] : []) };
}

const seriesIn = (registry: Registry): readonly string[] =>
  registry
    .expose()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
