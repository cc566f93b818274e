import type { NamedCertificates } from '../apiserver/certificates/named-certificates.ts';
import type { ServingCertificate } from '../apiserver/certificates/serving-certificate.ts';
import type { Clock } from '../lifecycle/clock.ts';
import type { Registry } from '../telemetry/exposition.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { AuditMeans } from './audit.ts';
import type { Config } from './config.ts';
import type { Connections } from './connections.ts';
import type { NamedFiles } from './named-files.ts';

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

/** What there is to build a server from, once everything the configuration names has been opened. */
export interface Means extends Surroundings {
  readonly config: Config;
  readonly connections: Connections;
  readonly files: NamedFiles;
  readonly certificate: ServingCertificate;
  readonly namedCertificates: NamedCertificates;
  readonly registry: Registry;
  /** Undefined = nothing is recorded of requests. */
  readonly audit: AuditMeans | undefined;
}
