import type { AccessVerdict, User } from '../../model/user.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { ApiServer, type ApiServerOptions } from '../api-server.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { madeRequest } from '../made-request.ts';
import { answerOf } from '../testing/every-protocol.ts';
import { bodyBytes } from './body-bytes.ts';
import { type RecordedExchange, recordedExchanges } from './recorded-exchange.ts';
import { recordedResource } from './recorded-resource.ts';

/** An answer with its body drawn to the end. */
export interface Served {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** The sentences of `Warning` headers. */
  readonly warnings: readonly string[];
}

/** Where the tests' API lives. */
export const root = '/apis/metrics.k8s.io/v1beta1';

/** A caller who may do everything. */
export const alice: User = { name: 'alice', groups: ['system:authenticated'], extra: {} };

/** Asks a server of the recorded nodes and pods; `changes` are to the server. */
export async function ask(
  target: string,
  request: Partial<ApiRequest> = {},
  changes: Partial<ApiServerOptions> = {},
): Promise<Served> {
  const answer: Answer = await answerOf(metricsServer(changes), madeRequest(target, request));
  const bytes = await bodyBytes(answer.body);
  const { status, headers, warnings = [] } = answer;
  return { status, headers, bytes, text: bytes.toString(), warnings };
}

/** The request of somebody who accepts this. */
export const accepting = (accept: string): Partial<ApiRequest> => ({ headers: { accept } });

/** A Status in compact JSON, as it stands in a body. */
export function statusText(code: number, reason: string, message: string, details?: object): string {
  const said = { message, reason, ...(details && { details }), code };
  return `${JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...said })}\n`;
}

const exchanges = recordedExchanges();

function recorded(capture: string): RecordedExchange {
  const found = exchanges.find((each) => each.capture === capture);
  if (found === undefined) throw new Error(`no capture ${capture}`);
  return found;
}

/** A server of the recorded nodes and pods, its one caller allowed everything. */
export function metricsServer(changes: Partial<ApiServerOptions> = {}): ApiServer {
  const [nodes, pods] = [recorded('059'), recorded('063')];
  const allowed: AccessVerdict = { kind: 'allowed', reason: '' };
  const ping = [{ name: 'ping', check: () => undefined }];
  return new ApiServer({
    groups: [
      {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        resources: [
          recordedResource({ name: 'nodes', kind: 'NodeMetrics', namespaced: false, list: nodes }, nodes),
          recordedResource({ name: 'pods', kind: 'PodMetrics', namespaced: true, list: pods }, pods),
        ],
      },
    ],
    authenticator: { authenticate: async () => ({ kind: 'user', user: alice }) },
    authorizer: { authorize: async () => allowed },
    health: { livez: ping, readyz: ping, healthz: ping },
    expose: () => '',
    version: {
      major: '1',
      minor: '36',
      gitVersion: 'v1.36.0',
      gitCommit: '',
      gitTreeState: '',
      buildDate: '1970-01-01T00:00:00Z',
      goVersion: '',
      compiler: '',
      platform: 'linux/amd64',
    },
    log: silentLogger,
    newId: () => 'made-id',
    serverAddress: ':443',
    ...changes,
  });
}
