import type { CertificatePair } from '../../apiserver/certificates/issue-certificate.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import { runTogether } from '../../lifecycle/together.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { AggregationProxy } from '../aggregation/aggregation-proxy.ts';
import { Availability } from '../aggregation/availability.ts';
import { BackendConnections } from '../aggregation/backend-connections.ts';
import { DiscoveryMerge } from '../aggregation/discovery-merge.ts';
import { NamespaceDeletion } from '../aggregation/namespace-deletion.ts';
import { throughService } from '../aggregation/service-proxy.ts';
import { HttpsDoor, type UnknownCall } from '../kubelets/https-door.ts';
import { noFaults } from './api-server-faults.ts';
import type { Call } from './call.ts';
import { impersonated, recognise, type TokenUsers } from './identity.ts';
import type { NodeProxy } from './node-proxy.ts';
import type { ObjectStore } from './object-store.ts';
import { Pages } from './pages.ts';
import { Reading } from './reading.ts';
import { type Reply, refusal } from './reply.ts';
import { forbiddenMessage, mayDo, type Right } from './rights.ts';
import { Routes } from './routes.ts';
import { Watches } from './watch-stream.ts';

/** What the pretend kube-apiserver is made of and where it listens. */
export interface KubeApiServerOptions {
  readonly store: ObjectStore;
  readonly tokens: TokenUsers;
  readonly rights: readonly Right[];
  readonly serving: CertificatePair;
  /** PEM of the CA that issues users' certificates. */
  readonly clientCa: string;
  readonly frontProxy: CertificatePair;
  readonly clock: Clock;
  readonly log: Logger;
  /** Answers paths under /simulator/; undefined where there is nothing. */
  readonly control: (call: Call) => Promise<Reply | undefined>;
  /** Absent = no kubelet can be asked through it. */
  readonly nodeProxy?: NodeProxy;
}

const bookmarkMs = 60_000;

/** A pretend kube-apiserver with an aggregation layer, and the switches that break it. */
export class KubeApiServer implements AsyncDisposable {
  readonly faults = noFaults();
  readonly #options: KubeApiServerOptions;
  readonly #watches: Watches;
  readonly #pages = new Pages();
  readonly #connections: BackendConnections;
  /** Through a Service the kube-apiserver leads without saying who it is. */
  readonly #strangers = new BackendConnections();
  readonly #availability: Availability;
  readonly #discovery: DiscoveryMerge;
  readonly #namespaces: NamespaceDeletion;
  readonly #routes: Routes;
  readonly #door: HttpsDoor;
  #port = 0;
  #closed = false;

  constructor(options: KubeApiServerOptions) {
    this.#options = options;
    const { store, clock, log, frontProxy, serving, clientCa } = options;
    this.#watches = new Watches({ store, clock, bookmarkMs });
    this.#connections = new BackendConnections(frontProxy);
    const proxy = new AggregationProxy({ store, connections: this.#connections, clock });
    this.#availability = new Availability({ store, connections: this.#connections, clock, log });
    this.#discovery = new DiscoveryMerge({ store, proxy, clock });
    this.#namespaces = new NamespaceDeletion({ store, proxy, clock });
    const reading = new Reading({ store, watches: this.#watches, pages: this.#pages, clock });
    const leading = { store, connections: this.#strangers };
    this.#routes = new Routes({
      ...options,
      proxy,
      reading,
      discovery: this.#discovery,
      faults: this.faults,
      throughService: (call) => throughService(call, leading),
    });
    this.#door = new HttpsDoor({ serving, clientCa, answer: (call) => this.#answer(call) });
  }

  get port(): number {
    return this.#port;
  }

  /** `https://127.0.0.1:<port>`. */
  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** How many watches are open. */
  get watchCount(): number {
    return this.#watches.count;
  }

  /** Starts to listen; on the same port as before when it was down. */
  async up(port = this.#port): Promise<void> {
    if (!this.#closed && !this.#door.isOpen) this.#port = await this.#door.open(port);
  }

  /** Stops to listen and cuts every connection. Objects stay. */
  async down(): Promise<void> {
    await this.#door.close();
  }

  /** Cuts every watch. */
  dropWatches(): void {
    this.#watches.drop();
  }

  /** Every open watch falls silent for ever, as on a half-open connection; new ones work. */
  silenceWatches(): void {
    this.#watches.silence();
  }

  /** Forgets history: open watches end with 410, and neither versions nor continue tokens of before are good any more. */
  expireVersions(): void {
    this.#options.store.compact();
    this.#pages.expire();
    this.#watches.expire();
  }

  /** Looks after aggregated servers until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    await runTogether(signal, [
      (until) => this.#availability.run(until),
      (until) => this.#discovery.run(until),
      (until) => this.#namespaces.run(until),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#door.close();
    this.#connections[Symbol.dispose]();
    this.#strangers[Symbol.dispose]();
  }

  async #answer({ credentials, ...call }: UnknownCall): Promise<Reply> {
    if (this.faults.delayMs > 0) await this.#options.clock.sleep(this.faults.delayMs, call.signal);
    const recognition = recognise(credentials, this.#options.tokens);
    if (recognition.kind === 'refused') return refusal('Unauthorized', 'Unauthorized');
    const { user } = recognition;
    const other = impersonated(call.headers);
    if (other === undefined) return this.#routes.answer({ ...call, user });
    const target = { kind: 'resource', verb: 'impersonate', group: '', version: 'v1', resource: 'users' } as const;
    if (!mayDo(this.#options.rights, user, target)) return refusal('Forbidden', forbiddenMessage(user, target));
    return this.#routes.answer({ ...call, user: other });
  }
}
