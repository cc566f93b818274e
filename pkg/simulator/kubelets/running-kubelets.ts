import type { EpochMs, EpochNs } from '../../model/units.ts';
import type { ClusterChange, ClusterShape, ContainerRef, NodeShape, PodRef, PodShape } from '../shape/cluster-shape.ts';
import type { KubeletFault } from './faults.ts';

/** What a kubelet thinks of a bearer token: good, unknown (401), or a user who may not read metrics (403). */
export type TokenVerdict = boolean | { readonly forbiddenFor: string };

/** Asked for every request; a pretend kube-apiserver's TokenReview and SubjectAccessReview fit in. */
export type AcceptToken = (token: string) => TokenVerdict | Promise<TokenVerdict>;

/** Whose true usage is asked for. */
export type Subject =
  | { readonly kind: 'node'; readonly node: string }
  | ({ readonly kind: 'pod' } & PodRef)
  | ({ readonly kind: 'container' } & ContainerRef);

/** What was truly used between two moments. */
export interface TrueUsage {
  /** Mean over the span, in cores. */
  readonly cpuCores: number;
  /** Working set at the end of the span. */
  readonly memoryBytes: number;
}

/** One sample as a kubelet serves it now or served it a while ago. Namespace, pod and container are absent for the node's own. */
export interface ServedSample {
  readonly node: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly container?: string;
  readonly sampledAt: EpochMs;
  readonly startedAt?: EpochNs;
  /** Core-nanoseconds exactly as a reader of the printed text computes them: seconds times 1e9, cut to a whole number. */
  readonly cpu: number;
  readonly memory: number;
}

/** Pretend kubelets at work; disposing of them closes every socket. */
export interface RunningKubelets extends AsyncDisposable {
  /** The cluster as it is now: pods that came and went are counted, on the recorded node too. */
  shape(): ClusterShape;
  /** Calls `listener` for each change after now, until disposed. */
  watch(listener: (change: ClusterChange) => void): Disposable;
  /** The port of a node's kubelet on the bind address. Throws for a node that is not there. */
  portOf(node: string): number;
  /** True usage between two moments; undefined where it is not known: something that did not run throughout, or is replayed. */
  truth(subject: Subject, from: EpochMs, to: EpochMs): TrueUsage | undefined;
  /**
   * Every sample of the node and of the containers that run on it now, that a healthy kubelet has had to offer since
   * `since` (the last five minutes when absent): series by series, oldest first. On the recorded node these are the
   * recorded ones, shifted, so that the exact rate a reader must have computed follows from two of them.
   */
  served(node: string, since?: EpochMs): readonly ServedSample[];
  addNode(node: NodeShape): Promise<void>;
  removeNode(node: string): Promise<void>;
  addPod(node: string, pod: PodShape): void;
  removePod(pod: PodRef): void;
  /** The container begins a new life now: its counter is zero and its first sample is taken at once. */
  restartContainer(container: ContainerRef): void;
  /** From now on the node's kubelet behaves as `fault` says; undefined heals it. */
  fault(node: string, fault: KubeletFault | undefined): Promise<void>;
}
