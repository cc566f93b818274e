import { troubleWithBundle } from '../../kube/connection/identity/certificate-bundle.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Config } from '../config.ts';
import { isPair, troubleWithKey } from './key-pair.ts';
import { type Trouble, WatchedFile } from './watched-file.ts';

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
    kubeletCa: ['--kubelet-certificate-authority', config.kubelet.certificateAuthority, troubleWithBundle],
    kubeletCertificate: ['--kubelet-client-certificate', config.kubelet.clientCertificate, troubleWithBundle],
    kubeletKey: ['--kubelet-client-key', config.kubelet.clientKey, troubleWithKey],
    clientCa: ['--client-ca-file', config.authentication.clientCaFile, troubleWithBundle],
    requestHeaderCa: ['--requestheader-client-ca-file', config.authentication.requestHeaderCaFile, troubleWithBundle],
  } as const satisfies Record<keyof NamedFiles, readonly [string, string | undefined, Trouble]>;

  const files: Record<string, WatchedFile> = {};
  const problems: string[] = [];
  for (const [name, [flag, path, trouble]] of Object.entries(wanted)) {
    if (path === undefined) continue;
    const outcome = await WatchedFile.open(path, means, trouble);
    if (outcome.kind === 'opened') files[name] = outcome.file;
    else problems.push(`${flag}: ${outcome.message}`);
  }
  const { kubeletCertificate, kubeletKey } = files;
  if (kubeletCertificate && kubeletKey && !isPair(kubeletCertificate.text, kubeletKey.text)) {
    problems.push('--kubelet-client-key: it is not the key of --kubelet-client-certificate');
  }
  return problems.length === 0 ? { kind: 'opened', files } : { kind: 'failed', problems };
}
