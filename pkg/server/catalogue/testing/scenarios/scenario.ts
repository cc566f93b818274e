import type { Entity } from '../../../../heapster/entity.ts';

/** A story of kubelets and clocks, and what the catalogue ought to make of it; see testdata/scenarios/README.md. */
export interface Scenario {
  readonly title: string;
  readonly nodes: ReadonlyMap<string, NodeSize>;
  /** In order of time; minutes between them are rounds in which no kubelet answers. */
  readonly rounds: readonly ScenarioRound[];
  /** Everything that the log says from beginning to end. */
  readonly logged: readonly string[];
}

/** How much a node has: more than that nothing on it can use. */
export interface NodeSize {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** What happens in each minute of a stretch of time, the first and the last one included. */
export interface ScenarioRound {
  readonly from: number;
  readonly to: number;
  /** Before kubelets are asked, in this order. */
  readonly events: readonly ScenarioEvent[];
  /** What each kubelet answers; one that is missing is silent. */
  readonly told: ReadonlyMap<string, ToldNode>;
  /** Checked at the end of the last of these minutes. */
  readonly expected: readonly Expectation[];
}

/** What happens beside what kubelets say. */
export type ScenarioEvent =
  /** From now on the node's clock is so much ahead of what time it is. */
  | { readonly kind: 'kubelet-clock'; readonly node: string; readonly aheadMs: number }
  | { readonly kind: 'our-clock'; readonly byMs: number }
  | { readonly kind: 'deleted'; readonly node: string };

/** Moments are milliseconds since the beginning of the story. Absent ones are whatever is usual. */
export interface ToldNode extends ToldFigures {
  readonly uid: string;
  /** The same answer as the time before, to the byte. */
  readonly repeats: boolean;
  /** Asked twice in the round. */
  readonly twice: boolean;
  /** By `namespace/name`. */
  readonly pods: Map<string, ToldPod>;
}

/** A pod; its own CPU and memory are those of its containers together. */
export interface ToldPod {
  uid?: string;
  startedMs?: number;
  /** Bytes received since the start, whichever that was. */
  rx?: number;
  readonly containers: Map<string, ToldFigures>;
}

/** What a node or a container has used. */
export interface ToldFigures {
  readonly cpuSeconds: number;
  /** So many more for each minute after the first one of the stretch. */
  readonly cpuSecondsPerMinute: number;
  readonly memoryBytes: number;
  /** Bytes read from its one disk, as cAdvisor counts; absent = cAdvisor says nothing of it. */
  readonly readBytes?: number;
  readonly startedMs?: number;
  /** When the kubelet measured; absent = just now. */
  readonly sampledMs?: number;
}

/** What ought to be so, and where the file says that. */
export type Expectation = { readonly line: number; readonly text: string } & (
  | ({ readonly kind: 'value'; readonly value: number | undefined } & Measured)
  | { readonly kind: 'gone'; readonly entity: Entity }
  | ({
      readonly kind: 'points';
      /** Milliseconds since the beginning, and the value. */
      readonly points: readonly (readonly [atMs: number, value: number])[];
    } & Measured)
  | ({ readonly kind: 'count'; readonly history: 'short' | 'long'; readonly count: number } & Measured)
  | { readonly kind: 'names'; readonly of: NameList; readonly names: readonly string[] }
);

/** What a value is of. */
export interface Measured {
  readonly entity: Entity;
  readonly metric: string;
  /** Of a labeled metric what tells its values apart: a device, `/`, `logs`, `Volume:data`. */
  readonly labels?: { readonly resource_id: string };
}

/** A list of names that the model has. */
export type NameList = { readonly kind: 'nodes' } | { readonly kind: 'pods' | 'ended'; readonly namespace: string };
