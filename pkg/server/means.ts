import type { NamedCertificates } from '../apiserver/certificates/named-certificates.ts';
import type { ServingCertificate } from '../apiserver/certificates/serving-certificate.ts';
import type { Registry } from '../telemetry/exposition.ts';
import type { AuditMeans } from './audit.ts';
import type { Config } from './config.ts';
import type { Connections } from './connections.ts';
import type { Surroundings } from './surroundings.ts';
import type { NamedFiles } from './trust/named-files.ts';

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
