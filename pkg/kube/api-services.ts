import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';
import { problemOf, problemOfFailure } from './connection/problem.ts';
import type { KubeResponse, KubeTransport } from './connection/transport.ts';

/** An APIService, as far as it says who serves a version and how they are verified. */
export interface ApiServiceTrust {
  readonly name: string;
  /** Absent = the kube-apiserver itself. */
  readonly service?: { readonly namespace: string; readonly name: string };
  /** PEM; empty = there is none. */
  readonly caBundle: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Why nothing came of a request; the message says what would help. */
export type ApiServiceRefusal =
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'unavailable'; readonly message: string };

/** What reading or applying gave. */
export type ApiServiceReading =
  | { readonly kind: 'found'; readonly apiService: ApiServiceTrust }
  | { readonly kind: 'absent' }
  | ApiServiceRefusal;

/** What asking for APIServices takes. */
export interface ApiServiceClientOptions {
  readonly connection: KubeTransport;
  readonly clock: Clock;
}

/** Under this name the kube-apiserver keeps which fields are ours. */
export const fieldManager = 'metrics-server-serving-ca';

const timeLimitMs = 10_000;
const answerLimit = 1024 * 1024;
const group = 'apiregistration.k8s.io';

/** Reads single APIServices by name, and applies the field by which the kube-apiserver verifies their servers. */
export class ApiServiceClient {
  readonly #options: ApiServiceClientOptions;

  constructor(options: ApiServiceClientOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async read(name: string, signal: AbortSignal): Promise<ApiServiceReading> {
    return await this.#submit(name, undefined, signal);
  }

  /**
   * Server-side apply of `spec.caBundle` and nothing else, by force: whoever else writes it loses it. Only where
   * verification is off, `insecureSkipTLSVerify: false` goes with it, as a kube-apiserver refuses to have both. Never
   * rejects, and never makes an APIService: our rights do not allow that.
   */
  async applyCaBundle(
    { name, insecureSkipTlsVerify }: ApiServiceTrust,
    caBundle: string,
    signal: AbortSignal,
  ): Promise<ApiServiceReading> {
    const spec = {
      caBundle: Buffer.from(caBundle, 'utf8').toString('base64'),
      ...(insecureSkipTlsVerify && { insecureSkipTLSVerify: false }),
    };
    return await this.#submit(
      name,
      { apiVersion: `${group}/v1`, kind: 'APIService', metadata: { name }, spec },
      signal,
    );
  }

  async #submit(name: string, patch: object | undefined, signal: AbortSignal): Promise<ApiServiceReading> {
    const { connection, clock } = this.#options;
    const path = `/apis/${group}/v1/apiservices/${encodeURIComponent(name)}`;
    const verb = patch === undefined ? 'get' : 'patch';
    using limit = deadline(signal, timeLimitMs, clock);
    try {
      using response = await connection.request(
        patch === undefined
          ? { method: 'GET', path, signal: limit.signal }
          : {
              method: 'PATCH',
              path,
              query: { fieldManager, force: 'true' },
              contentType: 'application/apply-patch+yaml',
              body: patch,
              signal: limit.signal,
            },
      );
      return await readingOf(response, verb, name);
    } catch (cause) {
      return {
        kind: 'unavailable',
        message: `cannot ${verb} APIService ${name}: ${problemOfFailure(cause, connection).message}`,
      };
    }
  }
}

async function readingOf(response: KubeResponse, verb: 'get' | 'patch', name: string): Promise<ApiServiceReading> {
  const what = `cannot ${verb} APIService ${name}`;
  if (response.status === 200 || response.status === 201) {
    const apiService = decodeApiService(await response.json(answerLimit), name);
    return apiService ? { kind: 'found', apiService } : { kind: 'unavailable', message: `${what}: the answer is none` };
  }
  if (response.status === 404) return { kind: 'absent' };
  const { message, status } = await problemOf(response);
  if (status !== 403) return { kind: 'unavailable', message: `${what}: ${message}` };
  const rule = `{apiGroups: ["${group}"], resources: ["apiservices"], resourceNames: ["${name}"], verbs: ["get", "patch"]}`;
  return { kind: 'forbidden', message: `${what}: ${message}; it takes a ClusterRole with the rule ${rule}` };
}

function decodeApiService(object: unknown, name: string): ApiServiceTrust | undefined {
  const { kind, metadata, spec } = fieldsOf(object);
  if (kind !== 'APIService') return undefined;
  const { service, caBundle, insecureSkipTLSVerify } = fieldsOf(spec);
  const { namespace, name: serviceName } = fieldsOf(service);
  const annotations = Object.entries(fieldsOf(fieldsOf(metadata)['annotations']));
  return {
    name,
    ...(typeof namespace === 'string' &&
      typeof serviceName === 'string' && { service: { namespace, name: serviceName } }),
    caBundle: typeof caBundle === 'string' ? Buffer.from(caBundle, 'base64').toString('utf8') : '',
    insecureSkipTlsVerify: insecureSkipTLSVerify === true,
    annotations: Object.fromEntries(
      annotations.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  };
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
