/** Ways of not being asked, or of not answering, that keep a node and all its pods without metrics. */
export const scrapeTroubles = [
  /** `--node-selector` does not want the node. */
  'excluded',
  /** Its machine is gone, or about to be. */
  'leaving',
  'no-address',
  'dns',
  'refused',
  'reset',
  'no-route',
  'timed-out',
  'unreachable',
  /** The certificate names nothing that could be verified. */
  'tls-no-name',
  'tls-wrong-name',
  'tls-unknown-authority',
  'tls-expired',
  /** The kubelet shows another key than the one remembered. */
  'tls-changed',
  'tls',
  'unauthorized',
  'forbidden',
  'no-such-path',
  'status',
  'bad-body',
  /** It answered, and had measured nothing. */
  'nothing-measured',
  /** A fault of ours. */
  'broken',
] as const;

/** One of them. */
export type ScrapeTrouble = (typeof scrapeTroubles)[number];

/** Why something has no metrics, in one word: what is counted by. There are few, whatever happens. */
export type AbsenceKind =
  | ScrapeTrouble
  /** Nobody has had the time to ask yet. */
  | 'not-asked'
  /** A rate takes two samples. */
  | 'first-sample'
  /** The node is not Ready, and its kubelet does not answer. */
  | 'not-ready'
  /** There is no such node, or none any more. */
  | 'unknown-node'
  /** The kubelet answers without any container: nothing comes from the runtime. */
  | 'no-containers'
  /** The kubelet answers without this one. */
  | 'not-named'
  | 'standing-still'
  | 'unreadable'
  /** Only Running pods are measured. */
  | 'not-running'
  /** It runs, and no kubelet had the time yet to speak of it. */
  | 'new'
  /** No kubelet speaks of it; it may run on a node that `--node-selector` leaves out. */
  | 'elsewhere'
  | 'unknown';

/** Why something has no metrics: a word to count by, and for people a text that fits behind "not found: ". */
export interface Absence {
  readonly kind: AbsenceKind;
  readonly text: string;
}

/** States that every node and pod goes through: no reason to worry anybody. */
export const isOrdinary = ({ kind }: Pick<Absence, 'kind'>): boolean => ordinary.has(kind);

const ordinary: ReadonlySet<AbsenceKind> = new Set([
  'not-asked',
  'first-sample',
  'new',
  'elsewhere',
  'excluded',
  'leaving',
  'not-running',
]);
