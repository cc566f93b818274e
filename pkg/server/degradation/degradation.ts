import { randomBytes } from 'node:crypto';
import { registerAbsences } from '../../api/absence/absence-instruments.ts';
import { Absences } from '../../api/absence/absences.ts';
import { degradedNotes } from '../../api/absence/degraded.ts';
import type { ScrapeStates } from '../../api/absence/ports.ts';
import { Survey } from '../../api/absence/survey.ts';
import { EventRecorder } from '../../kube/events/event-recorder.ts';
import type { NodeCatalog } from '../../kube/nodes.ts';
import { PodDesk } from '../../kube/pod-desk.ts';
import type { PodCatalog } from '../../kube/pods.ts';
import type { NodeRecord } from '../../model/cluster.ts';
import type { Storage } from '../../storage/storage.ts';
import { Counter } from '../../telemetry/instruments.ts';
import type { Means } from '../means.ts';
import { DegradationEvents } from './degradation-events.ts';
import { type Scrapes, scrapeStates } from './scrape-states.ts';

/** What follows from things having no metrics. */
export interface Degradation {
  /** For the API: whom to ask why, and, where lists may warn, who is missing. */
  readonly ofApi: { readonly absences: Absences; readonly survey?: Survey };
  /** What readyz says of it. */
  readonly notes: () => readonly string[];
  readonly loops: readonly { run(signal: AbortSignal): Promise<void> }[];
}

/** Who knows of things. */
export interface DegradationSubjects {
  readonly nodes: NodeCatalog;
  readonly pods: PodCatalog;
  readonly storage: Storage;
  readonly scraper: Scrapes;
}

/** Finds out who has no metrics and why, while its loops run. */
export function degradationOf({ nodes, pods, storage, scraper }: DegradationSubjects, means: Means): Degradation {
  const { config, connections, clock, registry } = means;
  const { metricResolutionMs, kubelet } = config;
  const desk = new PodDesk({ connection: connections.core, clock });
  const scrapes = scrapeStates(scraper, clock);
  const absences = new Absences({ nodes, scrapes, sightings: storage, desk });
  const servesNode = (name: string): boolean => storage.servesNode(name);
  const { nodeSelector } = kubelet;
  const watched = { nodes, pods, nodeSelector };
  const survey = new Survey({ ...watched, sightings: storage, servesNode, absences, clock, metricResolutionMs });
  registerAbsences(registry, survey);
  return {
    ofApi: { absences, ...(config.apiWarnings && { survey }) },
    notes: () => degradedNotes(survey.findings),
    loops: [survey, ...(config.events ? eventLoops({ survey, nodes, scrapes, absences }, means) : [])],
  };
}

interface EventSources {
  readonly survey: Survey;
  readonly nodes: NodeCatalog;
  readonly scrapes: ScrapeStates;
  readonly absences: Absences;
}

/** Those who find out what to tell, and those who write it. */
function eventLoops({ survey, nodes, scrapes, absences }: EventSources, means: Means): Degradation['loops'] {
  const { config, connections, clock, log, registry, environment } = means;
  const events = registry.register(
    new Counter({
      name: 'tacho_events_total',
      help: 'Events to be written, by what became of them.',
      labels: ['result'],
    }),
  );
  const recorder = new EventRecorder({
    connection: connections.core,
    reporter: { controller: 'metrics-server', instance: environment['HOSTNAME'] || 'metrics-server' },
    clock,
    log: log.named('events'),
    newSuffix: () => randomBytes(8).toString('hex'),
    onEnded: (result) => events.add({ result }),
  });
  const reasonOf = (node: NodeRecord): string => {
    const state = scrapes.stateOf(node.name);
    return state === undefined || state.kind === 'scraped' ? absences.ofNode(node).text : state.text;
  };
  const periodMs = config.metricResolutionMs;
  return [new DegradationEvents({ survey, nodes, reasonOf, recorder, clock, periodMs }), recorder];
}
