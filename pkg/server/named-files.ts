import type { Clock } from '../lifecycle/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Config } from './config.ts';
import { WatchedFile } from './watched-file.ts';

/** The files that flags may name, followed while the server runs; absent = the flag was not given. */
export interface NamedFiles {
  readonly kubeletCa?: WatchedFile;
  readonly kubeletCertificate?: WatchedFile;
  readonly kubeletKey?: WatchedFile;
  readonly clientCa?: WatchedFile;
  readonly requestHeaderCa?: WatchedFile;
}

/** Reads every file the configuration names; every one that cannot be read is a problem that names its flag. */
export async function openNamedFiles(
  config: Config,
  means: { readonly clock: Clock; readonly log: Logger },
): Promise<
  { readonly kind: 'opened'; readonly files: NamedFiles } | { readonly kind: 'failed'; readonly problems: string[] }
> {
  const wanted = {
    kubeletCa: ['--kubelet-certificate-authority', config.kubelet.certificateAuthority],
    kubeletCertificate: ['--kubelet-client-certificate', config.kubelet.clientCertificate],
    kubeletKey: ['--kubelet-client-key', config.kubelet.clientKey],
    clientCa: ['--client-ca-file', config.authentication.clientCaFile],
    requestHeaderCa: ['--requestheader-client-ca-file', config.authentication.requestHeaderCaFile],
  } as const satisfies Record<keyof NamedFiles, readonly [string, string | undefined]>;

  const files: Record<string, WatchedFile> = {};
  const problems: string[] = [];
  for (const [name, [flag, path]] of Object.entries(wanted)) {
    if (path === undefined) continue;
    const outcome = await WatchedFile.open(path, means);
    if (outcome.kind === 'opened') files[name] = outcome.file;
    else problems.push(`${flag}: ${outcome.message}`);
  }
  return problems.length === 0 ? { kind: 'opened', files } : { kind: 'failed', problems };
}
