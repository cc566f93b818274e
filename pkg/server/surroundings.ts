import type { Clock } from '../lifecycle/clock.ts';
import type { Logger } from '../telemetry/logger.ts';

/** What the server finds around itself. */
export interface Surroundings {
  readonly clock: Clock;
  readonly log: Logger;
  /** Changes how much `log` says while it runs; absent where it cannot. */
  readonly setVerbosity?: (verbosity: number) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly release: Release;
  /** Where `--audit-log-path=-` writes; absent where there is no such place. */
  readonly output?: NodeJS.WritableStream;
}

/** Which release this is and what it runs on. */
export interface Release {
  /** `v1.2.3`, as `--version` prints it. */
  readonly version: string;
  /** `node24.21.0`. */
  readonly runtime: string;
  /** `linux/amd64`, in Go's words. */
  readonly platform: string;
}
