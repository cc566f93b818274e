import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { type CertificatePair, issueCertificate } from '../../apiserver/certificates/issue-certificate.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import type { AcceptToken, RunningKubelets } from '../kubelets/running-kubelets.ts';
import { startKubelets } from '../kubelets/start-kubelets.ts';
import type { ClusterShape } from '../shape/cluster-shape.ts';

let certificate: Promise<CertificatePair> | undefined;

/** Making keys takes long, so all tests of a file share one certificate, made when first needed. */
export function sharedCertificate(): Promise<CertificatePair> {
  certificate ??= issueCertificate({
    commonName: 'kubelets',
    ipAddresses: ['127.0.0.1'],
    usages: ['server'],
    notBefore: Date.now() - 3_600_000,
    notAfter: Date.now() + 3_600_000,
  });
  return certificate;
}

/** What a test wants otherwise than usual. */
export interface TestKubelets {
  readonly clock?: Clock;
  /** Only the token `good` when absent. */
  readonly acceptToken?: AcceptToken;
}

/** Starts kubelets on a clock of their own. */
export async function startTestKubelets(shape: ClusterShape, options: TestKubelets = {}): Promise<RunningKubelets> {
  return startKubelets({
    shape,
    clock: new WoundClock(),
    certificates: await sharedCertificate(),
    acceptToken: (token) => token === 'good',
    log: silentLogger,
    ...options,
  });
}

/** How to ask. */
export interface Question {
  /** `good` when absent; undefined sends none. */
  readonly token?: string | undefined;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Ask twice on one connection; the second answer counts. */
  readonly twice?: boolean;
  /** Hang up after so many bytes. */
  readonly enough?: number;
}

export interface KubeletAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly body: string;
  /** The connection had carried an answer before. */
  readonly reused: boolean;
}

/** Asks a node's kubelet, or whoever listens on a port, over TLS with the certificate verified. Rejects as the socket does. */
export async function ask(
  kubelets: RunningKubelets,
  node: string | number,
  how: Question = {},
): Promise<KubeletAnswer> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: (await sharedCertificate()).certPem });
  try {
    const port = typeof node === 'number' ? node : kubelets.portOf(node);
    if (how.twice) await once(agent, port, how);
    return await once(agent, port, how);
  } finally {
    agent.destroy();
  }
}

function once(agent: Agent, port: number, how: Question): Promise<KubeletAnswer> {
  const { path = '/metrics/resource', headers = {}, signal = AbortSignal.timeout(20_000), enough = 2 ** 30 } = how;
  const token = 'token' in how ? how.token : 'good';
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, signal, agent, headers: { ...authorization, ...headers } },
      (response) => {
        readUpTo(response, enough).then((raw) => {
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, headers: received, raw, body: raw.toString(), reused: sent.reusedSocket });
        }, reject);
      },
    );
    sent.on('error', reject).end();
  });
}

async function readUpTo(response: IncomingMessage, enough: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size >= enough) break;
  }
  return Buffer.concat(parts);
}
