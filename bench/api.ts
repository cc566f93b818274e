import { readFile } from 'node:fs/promises';
import { Agent, get, type RequestOptions } from 'node:https';
import { join } from 'node:path';

/** What came of one request. */
export interface Reply {
  readonly status: number;
  readonly bytes: number;
  /** From sending the request to the first byte of the body, and to its last. */
  readonly firstByteMs: number;
  readonly totalMs: number;
}

/** How answers are to be written. */
export const forms = {
  json: 'application/json',
  protobuf: 'application/vnd.kubernetes.protobuf,application/json',
  table: 'application/json;as=Table;g=meta.k8s.io;v=v1,application/json',
} as const;

/** One client of one server, an administrator, over one kept-alive connection. */
export interface Api extends Disposable {
  /** Reads an answer to its end without keeping it. Rejects where there is none. */
  read(path: string, form?: keyof typeof forms): Promise<Reply>;
  /** The body of a good answer; nothing of any other. */
  text(path: string): Promise<string | undefined>;
}

/** The API at `https://127.0.0.1:<port>`. `pki` is where the simulator keeps its certificates. */
export async function apiAt(port: number, pki: string): Promise<Api> {
  const [cert, key] = await Promise.all(['admin.crt', 'admin.key'].map((name) => readFile(join(pki, name))));
  // Whose certificate the server shows is of no interest here: it is a child of ours, on the loopback interface.
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false, cert, key });
  const ask = (path: string, form: keyof typeof forms, keep?: (piece: Buffer) => void): Promise<Reply> =>
    exchange({ host: '127.0.0.1', port, path, agent, headers: { accept: forms[form] } }, keep);
  return {
    read: (path, form = 'json') => ask(path, form),
    async text(path) {
      const pieces: Buffer[] = [];
      const reply = await ask(path, 'json', (piece) => pieces.push(piece)).catch(() => undefined);
      return reply?.status === 200 ? Buffer.concat(pieces).toString('utf8') : undefined;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function exchange(options: RequestOptions, keep: (piece: Buffer) => void = () => undefined): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const since = performance.now();
  let bytes = 0;
  let firstByteMs = Number.NaN;
  const request = get(options, (response) => {
    response.on('data', (piece: Buffer) => {
      if (bytes === 0) firstByteMs = performance.now() - since;
      bytes += piece.length;
      keep(piece);
    });
    response.on('error', reject);
    response.on('end', () => {
      resolve({ status: response.statusCode ?? 0, bytes, firstByteMs, totalMs: performance.now() - since });
    });
  });
  request.on('error', reject);
  return promise;
}

const group = '/apis/metrics.k8s.io/v1beta1';

/** What is asked for, again and again. */
export const paths = {
  nodes: `${group}/nodes`,
  pods: `${group}/pods`,
  podsOf: (namespace: string, app: string): string =>
    `${group}/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(`app=${app}`)}`,
  node: (name: string): string => `${group}/nodes/${name}`,
} as const;
