import { join } from 'node:path';
import type { Command } from './program.ts';

/** A pretend cluster to serve. */
export interface Shape {
  readonly name: string;
  readonly nodes: number;
  readonly podsPerNode: number;
  readonly containersPerPod: number;
  /** Between two samples of a container, as the simulator's flag says it. */
  readonly housekeeping: string;
  /** How long the steady state is watched. */
  readonly steadyMs: number;
  /** What the server is told beyond the flags of metrics-server; a server that is not ours knows them not. */
  readonly flags?: readonly string[];
  /** A manifest of what the server may do beyond the base. */
  readonly rights?: string;
}

const manifests = join(import.meta.dirname, '..', 'manifests', 'components');

/** Samples that are always new, as the rows on the first answer want them, and still not taken all at once. */
const fresh = '0.5s-1.5s';

/** Every cluster the bench knows, the smallest first. */
export const shapes: readonly Shape[] = [
  { name: 'empty', nodes: 0, podsPerNode: 0, containersPerPod: 1, housekeeping: fresh, steadyMs: 5_000 },
  { name: 'small', nodes: 100, podsPerNode: 70, containersPerPod: 1, housekeeping: '10s', steadyMs: 30_000 },
  { name: 'medium', nodes: 500, podsPerNode: 30, containersPerPod: 2, housekeeping: fresh, steadyMs: 30_000 },
  { name: 'standard', nodes: 1_000, podsPerNode: 30, containersPerPod: 2, housekeeping: fresh, steadyMs: 30_000 },
  { name: 'limit', nodes: 5_000, podsPerNode: 30, containersPerPod: 2, housekeeping: fresh, steadyMs: 30_000 },
  {
    name: 'catalogue',
    nodes: 1_000,
    podsPerNode: 30,
    containersPerPod: 2,
    housekeeping: fresh,
    // Two of its periods.
    steadyMs: 120_000,
    flags: ['--catalogue'],
    rights: join(manifests, 'catalogue', 'rbac.yaml'),
  },
];

/** How many containers there are at any time, those not yet measured included. */
export const containersOf = ({ nodes, podsPerNode, containersPerPod }: Shape): number =>
  nodes * podsPerNode * containersPerPod;

/** The flags of the simulator. A twentieth of the pods is replaced in each period; half of them share a namespace. */
const simulatorFlags = (shape: Shape): readonly string[] => [
  '--shape=plain',
  `--nodes=${shape.nodes}`,
  `--pods-per-node=${shape.podsPerNode}`,
  `--containers-per-pod=${shape.containersPerPod}`,
  `--housekeeping=${shape.housekeeping}`,
  '--churn=5%/15s',
  '--big-namespace',
  ...(shape.rights === undefined ? [] : [`--rights=${shape.rights}`]),
];

/** The namespace in which half of all pods live. */
export const bigNamespace = 'team-0';

/** The simulator of a shape. The server it leads its aggregation layer to listens on `port`. */
export const simulatorOf = (shape: Shape, directory: string, port: number): Command => ({
  name: 'simulator',
  command: [
    process.execPath,
    // What it makes is short-lived, and a lot of it.
    '--max-semi-space-size=64',
    // Every 64 MB that connections take beside the heap would have all of it marked: at 5,000 nodes some 800 MB, eight times
    // while the server under test makes its first contacts.
    '--external-memory-accounted-in-global-limit',
    join(import.meta.dirname, '..', 'dist', 'cmd', 'simulator', 'main.js'),
    `--directory=${directory}`,
    ...simulatorFlags(shape),
    `--metrics-server-address=127.0.0.1:${port}`,
  ],
});
