import { request } from 'node:https';
import { type Reply, refusal } from './reply.ts';

/** How a kube-apiserver reaches kubelets. */
export interface NodeProxyOptions {
  /** The port of a node's kubelet on 127.0.0.1; throws for a node that is not there. */
  readonly portOf: (node: string) => number;
  /** What it shows to kubelets. */
  readonly token: string;
  /** PEM of the CA that signs their certificates. */
  readonly ca: string;
}

/** Asks the kubelet of a node and hands its answer on. */
export type NodeProxy = (node: string, path: string, signal: AbortSignal) => Promise<Reply>;

/** Hands requests for `nodes/<name>/proxy/<path>` on to kubelets, whatever address their Node objects have. */
export function nodeProxy({ portOf, token, ca }: NodeProxyOptions): NodeProxy {
  return (node, path, signal) => {
    const { promise, resolve } = Promise.withResolvers<Reply>();
    const asked = request({
      host: '127.0.0.1',
      port: portOf(node),
      path,
      signal,
      ca,
      agent: false,
      headers: { authorization: `Bearer ${token}` },
    });
    asked.once('response', (response) => {
      const { statusCode: status = 502, headers } = response;
      resolve({ status, headers: { 'Content-Type': headers['content-type'] ?? 'text/plain' }, body: response });
    });
    asked.once('error', ({ message }) =>
      resolve(refusal('ServiceUnavailable', `error trying to reach service: ${message}`)),
    );
    asked.end();
    return promise;
  };
}
