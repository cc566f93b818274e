import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { beats } from '../../lifecycle/beats.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type CertificateFiles, readCertificateFiles } from './certificate-files.ts';
import type { CertificatePair } from './issue-certificate.ts';
import { makeSelfSigned, writePair } from './self-signed-certificate.ts';

/** Where the certificate comes from that the server shows. */
export interface ServingCertificateOptions {
  /** Both or neither. */
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Without files: `apiserver.crt` and `apiserver.key` in here, made when they are not there. */
  readonly certDir: string;
  /** Named in a certificate made here when it is one address and not all. */
  readonly bindAddress: string;
  /** Which suites the server speaks: the key of a certificate made here is of use to them. */
  readonly tls?: { readonly ciphers?: string };
  readonly clock: Clock;
  readonly log: Logger;
}

/** What came of it. */
export type ServingCertificateOutcome =
  | { readonly kind: 'loaded'; readonly certificate: ServingCertificate }
  | { readonly kind: 'failed'; readonly message: string };

/** Loads the pair from its files, or makes a self-signed one and keeps it in `certDir`. */
export async function loadServingCertificate(options: ServingCertificateOptions): Promise<ServingCertificateOutcome> {
  const { certFile, keyFile, certDir } = options;
  if (certFile === undefined && keyFile === undefined) {
    const files = { certFile: join(certDir, 'apiserver.crt'), keyFile: join(certDir, 'apiserver.key') };
    return await loadOrMake(files, options);
  }
  if (certFile === undefined || keyFile === undefined) {
    return { kind: 'failed', message: '--tls-cert-file and --tls-private-key-file must be given together' };
  }
  const outcome = await readCertificateFiles({ certFile, keyFile });
  if (outcome.kind === 'read') return loaded(outcome.pair, { certFile, keyFile }, options);
  const cure = 'check --tls-cert-file and --tls-private-key-file, or give neither for a self-signed certificate';
  return { kind: 'failed', message: `cannot load the serving certificate: ${outcome.message}; ${cure}` };
}

async function loadOrMake(
  files: CertificateFiles,
  options: ServingCertificateOptions,
): Promise<ServingCertificateOutcome> {
  const { bindAddress, tls, clock } = options;
  const outcome = await readCertificateFiles(files);
  if (outcome.kind === 'read') return loaded(outcome.pair, files, options);
  if (outcome.kind === 'unusable') {
    const cure = `remove both files from --cert-dir ${options.certDir} to have new ones made`;
    return { kind: 'failed', message: `cannot load the serving certificate: ${outcome.message}; ${cure}` };
  }

  const pair = await makeSelfSigned({ bindAddress, ciphers: tls?.ciphers, now: clock.now() });
  const problem = await writePair(pair, files);
  if (problem !== undefined) {
    const cure = 'mount a writable directory there, choose another --cert-dir, or give --tls-cert-file';
    return {
      kind: 'failed',
      message: `cannot keep a self-signed certificate in ${options.certDir}: ${problem}; ${cure}`,
    };
  }
  options.log.info('Made a self-signed serving certificate', { file: files.certFile });
  return loaded(pair, files, options);
}

function loaded(
  pair: CertificatePair,
  files: CertificateFiles,
  { clock, log }: ServingCertificateOptions,
): ServingCertificateOutcome {
  warnIfExpired(pair, files, { clock, log });
  return { kind: 'loaded', certificate: new ServingCertificate({ pair, files, clock, log }) };
}

/** It is shown all the same: a kube-apiserver told not to verify it does not mind. */
function warnIfExpired(
  { certPem }: CertificatePair,
  { certFile }: CertificateFiles,
  { clock, log }: Pick<ServingCertificateOptions, 'clock' | 'log'>,
): void {
  const { validToDate } = new X509Certificate(certPem);
  if (validToDate.getTime() >= clock.now()) return;
  log.warn('Serving certificate has expired; renew it, or remove it from --cert-dir to have a new one made', {
    file: certFile,
    expiredAt: validToDate.toISOString(),
  });
}

interface ServingCertificateParts {
  readonly pair: CertificatePair;
  readonly files: CertificateFiles;
  readonly clock: Clock;
  readonly log: Logger;
}

const pollMs = 10_000;

/** The certificate the server shows, which may be renewed on disk at any time. */
export class ServingCertificate {
  readonly #files: CertificateFiles;
  readonly #clock: Clock;
  readonly #log: Logger;
  #pair: CertificatePair;
  /** What was last complained of, so that it is said once and not at every look. */
  #complaint = '';

  constructor({ pair, files, clock, log }: ServingCertificateParts) {
    this.#pair = pair;
    this.#files = files;
    this.#clock = clock;
    this.#log = log;
  }

  /** The last good pair. */
  get pair(): CertificatePair {
    return this.#pair;
  }

  /** Calls `replace` with each new good pair until `signal` aborts. A broken or half-written one changes nothing. */
  async follow(replace: (pair: CertificatePair) => void, signal: AbortSignal): Promise<void> {
    for await (const _ of beats(pollMs, this.#clock, signal)) {
      const outcome = await readCertificateFiles(this.#files);
      if (signal.aborted) return;
      if (outcome.kind === 'read') this.#adopt(outcome.pair, replace);
      else this.#complain(outcome.message);
    }
  }

  #adopt(pair: CertificatePair, replace: (pair: CertificatePair) => void): void {
    this.#complaint = '';
    if (pair.certPem === this.#pair.certPem && pair.keyPem === this.#pair.keyPem) return;
    this.#pair = pair;
    replace(pair);
    warnIfExpired(pair, this.#files, { clock: this.#clock, log: this.#log });
    this.#log.info('Serving certificate renewed', { file: this.#files.certFile });
  }

  #complain(message: string): void {
    if (message === this.#complaint) return;
    this.#complaint = message;
    this.#log.warn('Serving certificate on disk is not usable, the one before stays in use', { reason: message });
  }
}
