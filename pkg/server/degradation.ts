import { registerAbsences } from '../api/absence/absence-instruments.ts';
import { Absences } from '../api/absence/absences.ts';
import { degradedNotes } from '../api/absence/degraded.ts';
import { Survey } from '../api/absence/survey.ts';
import type { NodeCatalog } from '../kube/nodes.ts';
import { PodDesk } from '../kube/pod-desk.ts';
import type { PodCatalog } from '../kube/pods.ts';
import type { Storage } from '../storage/storage.ts';
import type { Means } from './means.ts';
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
export function degradationOf(
  { nodes, pods, storage, scraper }: DegradationSubjects,
  { config, connections, clock, registry }: Means,
): Degradation {
  const { metricResolutionMs, kubelet } = config;
  const desk = new PodDesk({ connection: connections.core, clock });
  const scrapes = scrapeStates(scraper, clock);
  const absences = new Absences({ nodes, scrapes, sightings: storage, desk });
  const servesNode = (name: string): boolean => storage.nodeUsage(name) !== undefined;
  const { nodeSelector } = kubelet;
  const watched = { nodes, pods, nodeSelector };
  const survey = new Survey({ ...watched, sightings: storage, servesNode, absences, clock, metricResolutionMs });
  registerAbsences(registry, survey);
  return {
    ofApi: { absences, ...(config.apiWarnings && { survey }) },
    notes: () => degradedNotes(survey.findings),
    loops: [survey],
  };
}
