import { BodyTooLarge } from '../kube/connection/http/response-body.ts';
import type { KubeTransport } from '../kube/connection/transport.ts';
import { bodyLimit } from '../scraper/kubelet/answer/unpack.ts';
import type { KubeletAnswer } from '../scraper/kubelet/kubelet-client.ts';
import { failureOf, printable } from '../scraper/kubelet/network-failure.ts';
import type { NodeProxy } from '../scraper/sources/node-proxy-source.ts';

/** Enough of a refusal to say what it is about. */
const refusalLimit = 64 * 1024;

/** Asks kubelets through the kube-apiserver at the other end of `connection`. */
export function nodeProxy(connection: Pick<KubeTransport, 'request'>): NodeProxy {
  return {
    async get(path, signal) {
      try {
        using response = await connection.request({ method: 'GET', path, accept: 'text/plain', signal });
        const { status } = response;
        if (status === 200) return { kind: 'ok', body: Buffer.from(await response.text(bodyLimit)) };
        return refusal(status, await response.text(refusalLimit).catch(() => ''));
      } catch (error) {
        return signal.aborted ? { kind: 'timed-out' } : failure(error);
      }
    },
  };
}

function refusal(code: number, text: string): KubeletAnswer {
  const detail = printable(statusMessage(text) ?? text);
  return { kind: 'status', code, ...(detail && { detail }) };
}

function failure(error: unknown): KubeletAnswer {
  if (error instanceof BodyTooLarge) return { kind: 'too-large', limitBytes: bodyLimit };
  const failed = failureOf(error instanceof Error && error.cause instanceof Error ? error.cause : error);
  if (failed.kind !== 'unreachable') return failed;
  // How the client of the kube-apiserver says that the other side speaks something else.
  return failed.code.startsWith('HPE_') ? { kind: 'bad-body', message: `it is not HTTP (${failed.code})` } : failed;
}

/** The kube-apiserver's own refusals are Status objects; a kubelet's are plain text. */
function statusMessage(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
