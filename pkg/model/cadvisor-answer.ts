import type { EpochMs } from './units.ts';

/** What `/metrics/cadvisor` said once of what a summary leaves out. Subjects of which it said nothing are missing. */
export interface CadvisorAnswer {
  readonly machine: CadvisorFigures | undefined;
  /** Daemons of the machine, by the names that summaries give them. */
  readonly systemContainers: ReadonlyMap<string, CadvisorFigures>;
  /** By `namespace/name`. */
  readonly pods: ReadonlyMap<string, CadvisorFigures>;
  /** By `namespace/name/container`. */
  readonly containers: ReadonlyMap<string, CadvisorFigures>;
}

/** Figures of one subject; NaN where not said. */
export interface CadvisorFigures {
  /** Bytes of page cache. */
  cache: number;
  /** Tasks that run or wait to, in thousandths; kubelets of today do not measure it and say 0. */
  load: number;
  /** By device. */
  readonly disks: Map<string, DiskFigures>;
}

/** Bytes since the start of the subject. */
export interface DiskFigures {
  sampledAt: EpochMs;
  read: number;
  written: number;
}
