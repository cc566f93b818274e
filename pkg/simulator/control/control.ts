import type { Clock } from '../../lifecycle/clock.ts';
import type { Call } from '../kube-apiserver/call.ts';
import type { KubeApiServer } from '../kube-apiserver/kube-apiserver.ts';
import { json, type Reply, refusal } from '../kube-apiserver/reply.ts';
import { parseJson } from '../kube-apiserver/writing.ts';
import type { RunningKubelets } from '../kubelets/running-kubelets.ts';
import { misconfigurations } from '../misconfigurations/misconfiguration.ts';
import type { Misconfigurations } from '../misconfigurations/misconfigurations.ts';
import type { MetricsServerAddress } from '../objects/metrics-server-objects.ts';
import type { NodeShape, PodShape } from '../shape/cluster-shape.ts';
import {
  addressOrder,
  apiServerOrder,
  BadBody,
  faultOrder,
  misconfigurationOrder,
  nodeOrder,
  podOrder,
  restartOrder,
} from './control-bodies.ts';
import { truthReport } from './truth-report.ts';

/** What can be controlled. */
export interface ControlOptions {
  readonly kubelets: RunningKubelets;
  readonly clock: Clock;
  readonly apiServer: () => KubeApiServer;
  readonly addNode: (node: NodeShape) => Promise<void>;
  readonly pointMetricsServerAt: (address: MetricsServerAddress | undefined) => void;
  readonly misconfigurations: Misconfigurations;
}

/** One thing that can be asked of the simulator, by method and path; `:x` stands for any segment. */
interface ControlRoute {
  readonly method: string;
  readonly path: string;
  readonly answer: (order: ControlOrder) => Reply | Promise<Reply>;
}

interface ControlOrder {
  readonly query: URLSearchParams;
  /** What the `:x` of the path stood for, in order. */
  readonly names: readonly string[];
  readonly body: unknown;
}

/** Between the answer that announces an outage and the outage. */
const farewellMs = 50;
const defaultSpanMs = 60_000;

/** The simulator's own paths: what is true, and what shall go wrong. JSON in and out, for administrators only. */
export class Control {
  readonly #options: ControlOptions;
  readonly #routes: readonly ControlRoute[];

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#routes = [
      { method: 'GET', path: '', answer: () => this.#contents() },
      { method: 'GET', path: '/cluster', answer: () => this.#cluster() },
      { method: 'GET', path: '/truth', answer: (order) => this.#truth(order) },
      { method: 'GET', path: '/samples/:node', answer: (order) => this.#samples(order) },
      { method: 'POST', path: '/faults', answer: (order) => this.#fault(order) },
      { method: 'POST', path: '/apiserver', answer: (order) => this.#apiServer(order) },
      { method: 'POST', path: '/metrics-server', answer: (order) => this.#metricsServer(order) },
      { method: 'POST', path: '/nodes', answer: (order) => this.#addNode(order) },
      { method: 'DELETE', path: '/nodes/:node', answer: (order) => this.#removeNode(order) },
      { method: 'POST', path: '/pods', answer: (order) => this.#addPod(order) },
      { method: 'DELETE', path: '/pods/:namespace/:pod', answer: (order) => this.#removePod(order) },
      { method: 'POST', path: '/restarts', answer: (order) => this.#restart(order) },
      { method: 'GET', path: '/misconfigurations', answer: () => json(misconfigurations) },
      { method: 'POST', path: '/misconfigurations', answer: (order) => this.#misconfigure(order) },
      { method: 'POST', path: '/installation', answer: () => this.#install() },
    ];
  }

  /** Answers a path under /simulator; undefined where there is nothing. */
  async answer(call: Call): Promise<Reply | undefined> {
    const path = call.path.replace(/^\/simulator/, '').replace(/\/$/, '');
    const fitting = this.#routes.map((route) => ({ route, names: namesIn(route.path, path) }));
    const atPath = fitting.filter(({ names }) => names !== undefined);
    const found = atPath.find(({ route }) => route.method === call.method);
    if (found === undefined) {
      const others = atPath.map(({ route }) => route.method).join(', ');
      return others === '' ? undefined : refusal('MethodNotAllowed', `${call.path} takes ${others}`);
    }
    try {
      const body = call.method === 'POST' ? parseJson(await call.readBody()) : undefined;
      return await found.route.answer({ query: call.query, names: found.names ?? [], body });
    } catch (error) {
      if (error instanceof BadBody) return refusal('BadRequest', `${call.method} ${call.path}: ${error.message}`);
      throw error;
    }
  }

  #contents(): Reply {
    return json({ paths: this.#routes.map(({ method, path }) => `${method} /simulator${path}`) });
  }

  #cluster(): Reply {
    const { kubelets } = this.#options;
    const { seed, nodes } = kubelets.shape();
    return json({ seed, nodes: nodes.map((node) => ({ ...node, kubeletPort: kubelets.portOf(node.name) })) });
  }

  #truth({ query }: ControlOrder): Reply {
    const to = momentOf(query, 'to', this.#options.clock.now());
    const from = momentOf(query, 'from', to - defaultSpanMs);
    if (from >= to) throw new BadBody('from must be before to');
    return json(truthReport(this.#options.kubelets, from, to));
  }

  #samples({ names: [node = ''] }: ControlOrder): Reply {
    if (!this.#hasNode(node)) return noNode(node);
    return json({ node, samples: this.#options.kubelets.served(node) });
  }

  async #fault({ body }: ControlOrder): Promise<Reply> {
    const { node, fault } = faultOrder(body);
    if (!this.#hasNode(node)) return noNode(node);
    await this.#options.kubelets.fault(node, fault);
    return json({ node, fault: fault ?? null });
  }

  #apiServer({ body }: ControlOrder): Reply {
    const order = apiServerOrder(body);
    const apiServer = this.#options.apiServer();
    switch (order.action) {
      case 'down':
        this.#outage(apiServer, order.forMs);
        break;
      case 'drop-watches':
        apiServer.dropWatches();
        break;
      case 'silence-watches':
        apiServer.silenceWatches();
        break;
      case 'expire-versions':
        apiServer.expireVersions();
        break;
      case 'misbehave':
        Object.assign(apiServer.faults, order);
    }
    return json(order);
  }

  /** The answer to this very request still goes out. */
  #outage(apiServer: KubeApiServer, forMs: number): void {
    const { clock } = this.#options;
    clock.timer(farewellMs, () => void apiServer.down());
    clock.timer(farewellMs + forMs, () => void apiServer.up());
  }

  #metricsServer({ body }: ControlOrder): Reply {
    const address = addressOrder(body);
    this.#options.pointMetricsServerAt(address);
    return json(address ?? null);
  }

  async #addNode({ body }: ControlOrder): Promise<Reply> {
    const node = nodeOrder(body);
    if (this.#hasNode(node.name)) return refusal('AlreadyExists', `node ${node.name} is there already`);
    await this.#options.addNode(node);
    return json(node, 201);
  }

  async #removeNode({ names: [node = ''] }: ControlOrder): Promise<Reply> {
    if (!this.#hasNode(node)) return noNode(node);
    await this.#options.kubelets.removeNode(node);
    return json({ node });
  }

  #addPod({ body }: ControlOrder): Reply {
    const { node, pod } = podOrder(body);
    const on = this.#options.kubelets.shape().nodes.find(({ name }) => name === node);
    if (on === undefined) return noNode(node);
    if (on.replay) return refusal('Conflict', `node ${node} replays a recording: its pods are what was recorded`);
    if (this.#pod(pod.namespace, pod.name) !== undefined) {
      return refusal('AlreadyExists', `pod ${pod.namespace}/${pod.name} is there already`);
    }
    this.#options.kubelets.addPod(node, pod);
    return json(pod, 201);
  }

  #removePod({ names: [namespace = '', pod = ''] }: ControlOrder): Reply {
    if (this.#pod(namespace, pod) === undefined) return noPod(namespace, pod);
    this.#options.kubelets.removePod({ namespace, pod });
    return json({ namespace, pod });
  }

  #restart({ body }: ControlOrder): Reply {
    const ref = restartOrder(body);
    const pod = this.#pod(ref.namespace, ref.pod);
    if (pod === undefined) return noPod(ref.namespace, ref.pod);
    if (!pod.containers.some(({ name }) => name === ref.container)) {
      return refusal('NotFound', `pod ${ref.namespace}/${ref.pod} has no container ${ref.container}`);
    }
    this.#options.kubelets.restartContainer(ref);
    return json(ref);
  }

  async #misconfigure({ body }: ControlOrder): Promise<Reply> {
    const name = misconfigurationOrder(body);
    await this.#options.misconfigurations.heal();
    if (name !== undefined) await this.#options.misconfigurations.cause(name);
    return json({ name: name ?? null });
  }

  #install(): Reply {
    this.#options.misconfigurations.install();
    return json({}, 201);
  }

  #hasNode(node: string): boolean {
    return this.#options.kubelets.shape().nodes.some(({ name }) => name === node);
  }

  /** Among the pods that can be changed: those of a replayed node cannot. */
  #pod(namespace: string, name: string): PodShape | undefined {
    const changeable = this.#options.kubelets.shape().nodes.filter(({ replay }) => replay !== true);
    const pods = changeable.flatMap((node) => node.pods);
    return pods.find((pod) => pod.namespace === namespace && pod.name === name);
  }
}

const noNode = (node: string): Reply => refusal('NotFound', `there is no node ${JSON.stringify(node)}`);
const noPod = (namespace: string, pod: string): Reply =>
  refusal('NotFound', `there is no pod ${namespace}/${pod} that can be changed`);

/** The segments a pattern's `:x` stand for, or undefined when the path does not fit. */
function namesIn(pattern: string, path: string): readonly string[] | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const fits = wanted.length === given.length && wanted.every((one, at) => one.startsWith(':') || one === given[at]);
  return fits ? given.filter((_, at) => wanted[at]?.startsWith(':')) : undefined;
}

function momentOf(query: URLSearchParams, name: string, otherwise: number): number {
  const given = query.get(name);
  const moment = given === null ? otherwise : Number(given);
  if (!Number.isFinite(moment)) throw new BadBody(`${name} must be epoch milliseconds, got ${given}`);
  return moment;
}
