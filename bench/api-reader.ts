import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { join } from 'node:path';

/** Reads lists of Kubernetes objects as an administrator. */
export interface ApiReader extends Disposable {
  /** How many objects a list holds; nothing when there is no good answer. */
  count(path: string): Promise<number | undefined>;
  /** Whether there is a good answer at all. */
  isWell(path: string): Promise<boolean>;
}

/** A reader of the API at `https://127.0.0.1:<port>`, over one connection. `pki` is where the simulator keeps its certificates. */
export async function apiReader(port: number, pki: string): Promise<ApiReader> {
  const [cert, key] = await Promise.all(['admin.crt', 'admin.key'].map((name) => readFile(join(pki, name))));
  // Whose certificate the server shows is of no interest here: it is a child of ours, on the loopback interface.
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false, cert, key });
  const body = (path: string): Promise<Buffer | undefined> => goodBody({ host: '127.0.0.1', port, path, agent });
  return {
    count: async (path) => itemsIn(await body(path)),
    isWell: async (path) => (await body(path)) !== undefined,
    [Symbol.dispose]: () => agent.destroy(),
  };
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly agent: Agent;
}

/** Nothing when there is no answer, or another than 200. */
function goodBody(place: Place): Promise<Buffer | undefined> {
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const nothing = (): void => resolve(undefined);
  get(place, (response) => {
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece)).on('error', nothing);
    response.on('end', () => resolve(response.statusCode === 200 ? Buffer.concat(pieces) : undefined));
  }).on('error', nothing);
  return promise;
}

function itemsIn(body: Buffer | undefined): number | undefined {
  if (body === undefined) return undefined;
  const { items } = JSON.parse(body.toString('utf8')) as { items: unknown[] };
  return items.length;
}
