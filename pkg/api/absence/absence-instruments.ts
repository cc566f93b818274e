import type { Registry } from '../../telemetry/exposition.ts';
import { type Family, Gauge, type Series } from '../../telemetry/instruments.ts';
import type { AbsenceKind } from './absence.ts';
import { countByKind } from './degraded.ts';
import type { Findings, MissingNode, Survey } from './survey.ts';

/** Nodes named one by one; a cluster in which more are missing has one trouble, not many. */
const mostNamed = 100;

/** Puts into a registry how many nodes and pods have no metrics, and why; all read when somebody looks. */
export function registerAbsences(registry: Registry, survey: Pick<Survey, 'findings'>): void {
  registry.register(
    gaugeOf('tacho_nodes_without_metrics', 'Nodes that have no metrics, by reason.', () => {
      return countByKind([survey.findings.missingNodes]);
    }),
  );
  registry.register(
    gaugeOf('tacho_pods_without_metrics', 'Running pods that have no metrics, by reason.', () => {
      return countByKind(survey.findings.missingPods.values());
    }),
  );
  registry.register(new NamedNodes(() => survey.findings));
}

/** A reason that is over stays, with zero: so it can be seen to be over. */
function gaugeOf(name: string, help: string, count: () => ReadonlyMap<AbsenceKind, number>): Gauge {
  const seen = new Set<AbsenceKind>();
  return new Gauge({
    name,
    help,
    labels: ['reason'],
    read: (gauge) => {
      const counts = count();
      for (const kind of counts.keys()) seen.add(kind);
      for (const reason of seen) gauge.set(counts.get(reason) ?? 0, { reason });
    },
  });
}

/** Which nodes it is. */
class NamedNodes implements Family {
  readonly name = 'tacho_node_without_metrics';
  readonly help = `Always 1: a node that has no metrics, and why. At most ${mostNamed} nodes are named.`;
  readonly type = 'gauge';
  readonly #findings: () => Findings;

  constructor(findings: () => Findings) {
    this.#findings = findings;
  }

  *series(): Iterable<Series> {
    yield* this.#findings().missingNodes.slice(0, mostNamed).map(seriesOf);
  }
}

const seriesOf = ({ record, kind }: MissingNode): Series => ({
  suffix: '',
  labels: { node: record.name, reason: kind },
  value: 1,
});
