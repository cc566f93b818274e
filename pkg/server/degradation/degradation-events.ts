import { type AbsenceKind, isOrdinary } from '../../api/absence/absence.ts';
import { degradedNotes } from '../../api/absence/degraded.ts';
import type { Findings, MissingNode } from '../../api/absence/survey.ts';
import type { EventSubject, KubeEvent } from '../../kube/events/kube-event.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import type { NodeRecord } from '../../model/cluster.ts';

/** What telling of lost metrics takes. */
export interface DegradationEventsParts {
  readonly survey: { readonly findings: Findings };
  readonly nodes: { get(name: string): NodeRecord | undefined };
  /** Why a node has no metrics, in words that stay the same while nothing changes. */
  readonly reasonOf: (node: NodeRecord) => string;
  readonly recorder: { record(event: KubeEvent): void };
  readonly clock: Clock;
  /** Between two looks. */
  readonly periodMs: number;
}

/** So many nodes get an event each; more at a time have one trouble, and get one together. */
const mostAlone = 3;

/** What an event about many nodes regards: the API that lacks them. */
const api: EventSubject = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  name: 'v1beta1.metrics.k8s.io',
};

/**
 * Tells in Events which nodes lost their metrics and which got them back: once per change, and only what lasted from one
 * survey to the next. A node that is not Ready is told of by others.
 */
export class DegradationEvents {
  readonly #parts: DegradationEventsParts;
  /** What was looked at last: in a large cluster a survey takes longer than a period, and is no news twice. */
  #seen: Findings | undefined;
  /** Nodes found missing by the last survey, and those that were told of, by the reason they had. */
  #suspects = new Map<string, AbsenceKind>();
  readonly #told = new Map<string, AbsenceKind>();

  constructor(parts: DegradationEventsParts) {
    this.#parts = parts;
  }

  /** Looks once per period until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, periodMs } = this.#parts;
    while (!signal.aborted) {
      await clock.sleep(periodMs, signal);
      if (!signal.aborted) this.look();
    }
  }

  /** Tells what has changed since the last survey. */
  look(): void {
    const { findings } = this.#parts.survey;
    if (findings === this.#seen) return;
    this.#seen = findings;
    const missing = findings.missingNodes.filter(isNews);
    const lasting = missing.filter(({ record, kind }) => {
      return this.#suspects.get(record.name) === kind && this.#told.get(record.name) !== kind;
    });
    this.#suspects = new Map(missing.map(({ record, kind }) => [record.name, kind]));
    if (lasting.length > 0) this.#tellLost(lasting);
    const back = [...this.#told.keys()].filter((name) => !this.#suspects.has(name));
    if (back.length > 0) this.#tellBack(back);
  }

  #tellLost(lost: readonly MissingNode[]): void {
    const { recorder, reasonOf, survey } = this.#parts;
    for (const { record, kind } of lost) this.#told.set(record.name, kind);
    const event = { type: 'Warning', reason: 'NodeMetricsMissing', action: 'Scrape' } as const;
    if (lost.length <= mostAlone) {
      for (const { record } of lost) {
        recorder.record({ ...event, regarding: nodeSubject(record), note: `It has no metrics: ${reasonOf(record)}` });
      }
      return;
    }
    const [{ record } = { record: undefined }] = lost;
    if (record === undefined) return;
    const [summary = ''] = degradedNotes(survey.findings);
    const note = `${summary}; the first of them is ${record.name}: ${reasonOf(record)}`;
    recorder.record({ ...event, regarding: api, note });
  }

  /** A node that is there no more has nothing back. */
  #tellBack(names: readonly string[]): void {
    const { recorder, nodes, survey } = this.#parts;
    for (const name of names) this.#told.delete(name);
    const missing = new Set(survey.findings.missingNodes.map(({ record }) => record.name));
    const back = names.flatMap((name) => (missing.has(name) ? [] : (nodes.get(name) ?? [])));
    const event = { type: 'Normal', reason: 'NodeMetricsAvailable', action: 'Scrape' } as const;
    if (back.length > mostAlone) {
      recorder.record({ ...event, regarding: api, note: `${back.length} nodes have metrics again` });
      return;
    }
    for (const node of back) {
      recorder.record({ ...event, regarding: nodeSubject(node), note: 'It has metrics again' });
    }
  }
}

const isNews = ({ kind }: MissingNode): boolean => !isOrdinary({ kind }) && kind !== 'not-ready';

const nodeSubject = ({ name, uid }: NodeRecord): EventSubject => ({
  apiVersion: 'v1',
  kind: 'Node',
  name,
  ...(uid !== '' && { uid }),
});
