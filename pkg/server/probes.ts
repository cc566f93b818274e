import type { Clock } from '../lifecycle/clock.ts';

/** One named question about the server's health; the answer is nothing, or why not. */
export interface Probe {
  readonly name: string;
  check(): string | undefined;
}

/** What the probes look at, each as small as the question. */
export interface ProbeSubjects {
  readonly storage: { readonly ready: { readonly nodes: boolean; readonly pods: boolean } };
  readonly nodes: { readonly synced: boolean };
  readonly pods: { readonly synced: boolean };
  readonly authentication: { readonly synced: boolean };
  /** When the last round over the nodes began, by the monotonic clock; nothing before the first. */
  readonly scraper: {
    lastBeatAt(): number | undefined;
    /** Nodes that answer, or have not been asked yet, and have no usage of everything on them so far. */
    readonly awaited: number;
  };
  /** Aborted from the moment somebody asked us to stop. */
  readonly stopping: AbortSignal;
}

/** What the probes measure by. */
export interface ProbeOptions {
  readonly metricResolutionMs: number;
  readonly clock: Clock;
  /** After so long without having finished its start the server counts as dead; absent or 0 = it may wait for ever. */
  readonly livezGraceMs?: number;
}

/** The checks of each health endpoint, under the reference's names and in its order, which its users' tests compare. */
export interface Probes {
  readonly livez: readonly Probe[];
  readonly readyz: readonly Probe[];
  readonly healthz: readonly Probe[];
}

/** Checks that hold as soon as the process answers; kept because dashboards and tests ask for them by name. */
const answering: readonly Probe[] = [
  'ping',
  'log',
  'poststarthook/max-in-flight-filter',
  'poststarthook/storage-object-count-tracker-hook',
].map((name) => ({ name, check: () => undefined }));

/** After so many periods without metrics the server answers for what it has, instead of holding up the whole cluster. */
const gracePeriods = 2;

/** Builds the checks. The start-up grace counts from this call. */
export function probesOf(subjects: ProbeSubjects, options: ProbeOptions): Probes {
  const synced = informerSync(subjects);
  const alive = startedInTime(synced, options);
  return {
    livez: [...answering, collectionTimely(subjects, options), alive],
    readyz: [
      ...answering,
      storageReady(subjects, options),
      { name: 'metric-informer-sync', check: synced },
      { name: 'metadata-informer-sync', check: synced },
      { name: 'shutdown', check: () => (subjects.stopping.aborted ? 'process is shutting down' : undefined) },
    ],
    healthz: [...answering, alive],
  };
}

/**
 * Fails only while the server is young and has nothing: an APIService that is unavailable stops namespace deletion and
 * discovery in the whole cluster, which no missing metric is worth.
 */
function storageReady({ storage, scraper }: ProbeSubjects, { metricResolutionMs, clock }: ProbeOptions): Probe {
  const graceEnds = clock.monotonic() + gracePeriods * metricResolutionMs;
  const whyNot = (): string | undefined => {
    const { nodes, pods } = storage.ready;
    if (!nodes || !pods) return 'no metrics to serve yet';
    // A replica that takes over from another must not know less: a roll-out would leave a gap.
    return scraper.awaited === 0 ? undefined : `${scraper.awaited} nodes have not been measured twice yet`;
  };
  let wasReady = false;
  return {
    name: 'metric-storage-ready',
    check() {
      const reason = wasReady || clock.monotonic() >= graceEnds ? undefined : whyNot();
      wasReady ||= reason === undefined;
      return reason;
    },
  };
}

function informerSync({ nodes, pods, authentication }: ProbeSubjects): () => string | undefined {
  return () => {
    if (!nodes.synced) return 'the nodes of the cluster have not been listed yet';
    if (!pods.synced) return 'the pods of the cluster have not been listed yet';
    if (!authentication.synced) return 'the authentication ConfigMap has not been read yet';
    return undefined;
  };
}

/**
 * Whoever waits for the kube-apiserver is alive: being killed for it would only lengthen the outage. Who thinks otherwise
 * says for how long. Catalogs that were synced once stay so: an outage later on is no question of life.
 */
function startedInTime(synced: () => string | undefined, { livezGraceMs = 0, clock }: ProbeOptions): Probe {
  const graceEnds = livezGraceMs > 0 ? clock.monotonic() + livezGraceMs : Number.POSITIVE_INFINITY;
  return {
    name: 'metadata-informer-sync',
    check: () => (clock.monotonic() < graceEnds ? undefined : synced()),
  };
}

/** No opinion before the first round: the kube-apiserver may still be away. */
function collectionTimely({ scraper }: ProbeSubjects, { metricResolutionMs, clock }: ProbeOptions): Probe {
  return {
    name: 'metric-collection-timely',
    check() {
      const last = scraper.lastBeatAt();
      if (last === undefined) return undefined;
      const sinceMs = clock.monotonic() - last;
      if (sinceMs <= 1.5 * metricResolutionMs) return undefined;
      return `no round over the nodes has begun for ${Math.round(sinceMs / 1000)}s`;
    },
  };
}
