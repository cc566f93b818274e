/** What an event is about. */
export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for objects of the cluster, whose events are kept in the namespace `default`. */
  readonly namespace?: string;
  readonly uid?: string;
}

/** Something that happened, told to whoever runs the cluster. */
export interface KubeEvent {
  readonly regarding: EventSubject;
  readonly type: 'Normal' | 'Warning';
  /** `NodeMetricsMissing`: what tools filter by. */
  readonly reason: string;
  /** `Scrape`: what was done when it happened. */
  readonly action: string;
  /** For people, at most a kilobyte of it is kept. Equal notes are one event that happens again. */
  readonly note: string;
}

/** Who tells it. */
export interface Reporter {
  /** `metrics-server`. */
  readonly controller: string;
  /** Which of several replicas. */
  readonly instance: string;
}

/** One event and the other times it happened, as the kube-apiserver keeps it. */
export interface KeptEvent {
  readonly name: string;
  readonly namespace: string;
  count: number;
}

const longestNote = 1_024;

/** Where its events are kept. */
export const namespaceOf = ({ namespace }: EventSubject): string => namespace ?? 'default';

/** The object to create (events.k8s.io/v1). `name` is unique; `at` epoch milliseconds. */
export function eventObject(
  { regarding, type, reason, action, note }: KubeEvent,
  { name, at, reporter }: { readonly name: string; readonly at: number; readonly reporter: Reporter },
): object {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace: namespaceOf(regarding) },
    eventTime: microTime(at),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance.slice(0, 128),
    ...{ action, reason, regarding, type },
    note: shortened(note),
  };
}

/** The change of an event that happened again: nothing else of it may change. */
export const seriesPatch = (count: number, at: number): object => ({
  series: { count, lastObservedTime: microTime(at) },
});

/** Bytes count, and half a character is none. */
function shortened(note: string): string {
  if (Buffer.byteLength(note) <= longestNote) return note;
  return `${Buffer.from(note)
    .subarray(0, longestNote - 8)
    .toString('utf8')
    .replace(/\ufffd+$/, '')}...`;
}

/** metav1.MicroTime. */
const microTime = (at: number): string => new Date(at).toISOString().replace('Z', '000Z');
