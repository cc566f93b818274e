import type { IncomingHttpHeaders } from 'node:http';

/** One request to the kube-apiserver. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Percent-escaped path, without the query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** How a PATCH is meant, such as `application/apply-patch+yaml`, of which JSON is a part; absent = application/json. */
  readonly contentType?: string;
  /** Absent = application/json. */
  readonly accept?: string;
  readonly signal: AbortSignal;
}

/**
 * One answer of the kube-apiserver, whatever its status. Its body is read once, by one of `text`, `json` and `lines`;
 * disposing drops what was not read.
 */
export interface KubeResponse extends Disposable {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The whole body; rejects beyond `limit` bytes. */
  text(limit?: number): Promise<string>;
  /** The whole body, parsed; rejects beyond `limit` bytes. */
  json(limit?: number): Promise<unknown>;
  /**
   * Lines as they arrive, those that come together at once, line ends removed, empty lines left out; fails on a line beyond
   * `limit` bytes.
   */
  lines(limit?: number): AsyncIterable<readonly string[]>;
}

/** What talking to a kube-apiserver takes. `request` rejects when no answer came; an answer of any status is an answer. */
export interface KubeTransport {
  /** Base URL, for messages. */
  readonly server: string;
  request(request: KubeRequest): Promise<KubeResponse>;
}

/** What a kubelet is shown, and by what it is recognised: the same identity as towards the kube-apiserver. PEM texts. */
export interface KubeletCredentials {
  readonly token?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The way to one kube-apiserver, shared by everybody who asks it something. Disposing closes its sockets. */
export interface KubeConnection extends KubeTransport, AsyncDisposable {
  /** The namespace we live in: of our pod, or of the kubeconfig's context; absent where neither names one. */
  readonly namespace?: string;
  /** Live: ask again for each use. The same object as long as nothing changed. */
  kubeletCredentials(): KubeletCredentials;
  /** Reads them again, because a kubelet refused `refused`; true when there are others now. */
  renewCredentials(refused: KubeletCredentials): Promise<boolean>;
}
