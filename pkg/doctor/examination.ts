import type { KubeConnection } from '../kube/connection/transport.ts';
import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';
import type { NodeRecord } from '../model/cluster.ts';
import type { KeyMemory } from '../scraper/kubelet/trust/key-memory.ts';
import type { AreaName } from './areas.ts';
import { checkApiService } from './checks/api-service.ts';
import { checkAutoscalers } from './checks/autoscalers.ts';
import { checkCertificateRequests } from './checks/certificate-requests.ts';
import { checkAggregationFlags, checkAuthenticationConfig } from './checks/control-plane.ts';
import { checkNodes } from './checks/nodes.ts';
import { checkApiServerProxy, checkServerProxy } from './checks/proxies.ts';
import { checkRights } from './checks/rights.ts';
import { checkServedMetrics } from './checks/served-metrics.ts';
import { checkService } from './checks/service.ts';
import { checkWorkload } from './checks/workload.ts';
import type { Cluster } from './cluster.ts';
import type { FlagReading, Place, ServerHealth } from './facts.ts';
import { unseen, type Verdict } from './finding.ts';
import type { KubeReader, Reading } from './gathering/kube-reader.ts';
import { judgeRights, rightsFor, userOf } from './gathering/rights.ts';
import { readServedNodes } from './gathering/served-nodes.ts';
import { readHealthInPod, readServerHealth } from './gathering/server-health.ts';
import { askKubelets } from './kubelets/ask-kubelets.ts';
import type { KubeletFacts, Speaker } from './kubelets/kubelet-facts.ts';
import { RememberedKeys } from './kubelets/remembered-keys.ts';
import type { Subject } from './subject.ts';

/** What a doctor needs to look at a cluster. */
export interface ExamineOptions {
  readonly connection: KubeConnection;
  readonly place: Place;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** For each request. */
  readonly timeoutMs: number;
  /** Absent = where the APIService leads, else kube-system. */
  readonly namespace?: string;
  /** Absent = all. */
  readonly only?: readonly AreaName[];
  /** Reads the flags of a pod as the server does. */
  readonly readFlags: (args: readonly string[]) => Promise<FlagReading>;
  /** The text of a file of the pod we are in; undefined where it cannot be read. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  /** Told what is being looked at. */
  readonly onProgress: (text: string) => void;
}

/** What looking takes. */
export interface ExaminationOptions extends ExamineOptions {
  readonly reader: KubeReader;
  readonly cluster: Cluster;
  readonly subject: Subject;
  /** Our name to the kube-apiserver; empty = it does not say. */
  readonly user: string;
}

const versions = ['v1beta1', 'v1'] as const;

/** One look at everything, area by area: gathers what a check needs, and remembers what explains what comes later. */
export class Examination {
  readonly #options: ExaminationOptions;
  readonly #explained = new Set<string>();
  #isCutOff = false;

  constructor(options: ExaminationOptions) {
    this.#options = options;
  }

  /** What is found in one area. */
  async lookAt(area: AreaName): Promise<readonly Verdict[]> {
    return await this.#looks[area]();
  }

  readonly #looks: Readonly<Record<AreaName, () => Promise<readonly Verdict[]>>> = {
    apiservice: () => this.#apiServices(),
    service: () => this.#service(),
    workload: () => this.#workload(),
    'control-plane': () => this.#controlPlane(),
    rights: () => this.#rights(),
    nodes: () => this.#nodes(),
    certificates: async () => checkCertificateRequests(await this.#options.cluster.certificateRequests()),
    metrics: () => this.#metrics(),
    autoscalers: async () => checkAutoscalers(await this.#options.cluster.autoscalers()),
  };

  async #apiServices(): Promise<readonly Verdict[]> {
    const { cluster, subject, clock } = this.#options;
    const { serviceRef: ours, flags } = subject;
    const verdicts = await Promise.all(
      versions.map(async (version) => {
        const [apiService, discovery] = await Promise.all([cluster.apiService(version), cluster.discovery(version)]);
        return checkApiService({ version, apiService, discovery, ours, flags, now: clock.now() });
      }),
    );
    this.#isCutOff = verdicts[0]?.some(({ kind }) => kind === 'finding') === true;
    return verdicts.flat();
  }

  async #service(): Promise<readonly Verdict[]> {
    const { cluster, subject } = this.#options;
    return checkService({ ...subject, endpoints: await cluster.endpoints(subject.serviceRef) });
  }

  async #workload(): Promise<readonly Verdict[]> {
    const { cluster, subject, place, connection } = this.#options;
    const [deployments, discovery] = await Promise.all([cluster.deployments(), cluster.discovery('v1beta1')]);
    const isAnswered = discovery.kind === 'seen' && discovery.value.status === 200;
    const verdicts = checkWorkload({ ...subject, deployments, isAnswered });
    const [pod] = subject.pods.kind === 'seen' ? subject.pods.value : [];
    if (pod === undefined) return verdicts;
    const kubernetes = await cluster.service({ namespace: 'default', name: 'kubernetes' });
    const known = kubernetes.kind === 'seen' ? kubernetes.value.clusterIp : '';
    const ours = place === 'pod' ? new URL(connection.server).hostname.replace(/^\[(.*)\]$/, '$1') : '';
    return [...verdicts, ...checkServerProxy({ pod, host: known || ours || undefined }, subject.serviceRef.name)];
  }

  async #controlPlane(): Promise<readonly Verdict[]> {
    const { cluster, subject, clock } = this.#options;
    const pods = await cluster.apiServerPods();
    const seen = pods.kind === 'seen' ? pods.value : [];
    const service = subject.service.kind === 'seen' ? subject.service.value.clusterIp : '';
    return [
      ...checkAuthenticationConfig(await cluster.authenticationConfig(), clock.now()),
      ...checkAggregationFlags(seen),
      ...seen.flatMap((pod) => checkApiServerProxy({ pod, host: service || undefined })),
    ];
  }

  async #rights(): Promise<readonly Verdict[]> {
    const { reader, subject } = this.#options;
    const { account, flags } = subject;
    const who = this.#speaker === 'server' ? 'ourselves' : account;
    return checkRights(await judgeRights(reader, rightsFor(flags, account.namespace), who), account);
  }

  /** In its pod, and with its kubeconfig, we are the server to everybody else too. */
  get #speaker(): Speaker {
    const { user, subject, place } = this.#options;
    return user === userOf(subject.account) || (user === '' && place === 'pod') ? 'server' : 'stranger';
  }

  async #nodes(): Promise<readonly Verdict[]> {
    const { cluster, subject } = this.#options;
    const nodes = await cluster.nodes();
    if (nodes.kind !== 'seen') return [unseen('nodes', nodes.kind === 'unseen' ? nodes.why : 'there are none')];
    const wanted = nodes.value.filter((node) => this.#isWanted(node));
    const [ca, memory] = await Promise.all([this.#kubeletCa(), this.#pinnedKeys()]);
    const dark = [ca, memory].filter((reading) => reading.kind === 'unseen');
    const kubelets = dark.length > 0 ? [] : await this.#ask(wanted, seenIn(ca), seenIn(memory));
    const { kubelet: flags } = subject.flags;
    const verdicts = checkNodes({ nodes: nodes.value, kubelets, flags, speaker: this.#speaker });
    for (const { node, outcome } of kubelets) if (outcome.kind !== 'scraped') this.#explained.add(node.name);
    return [...verdicts, ...dark.map(({ why }) => unseen('kubelets', why))];
  }

  /** Absent where the server pins none. */
  async #pinnedKeys(): Promise<Reading<KeyMemory>> {
    const { cluster, subject } = this.#options;
    const { account, flags } = subject;
    if (flags.pinSecret === undefined) return { kind: 'absent' };
    const secret = { namespace: account.namespace, ...flags.pinSecret };
    const pins = await cluster.pins(secret);
    if (pins.kind === 'unseen') return { ...pins, why: `of the keys that are pinned, ${pins.why}` };
    return { kind: 'seen', value: new RememberedKeys(seenIn(pins) ?? new Map(), secret) };
  }

  /** By what kubelets are verified: the CA of the cluster, or what a flag names, which only the pod has. */
  async #kubeletCa(): Promise<Reading<string>> {
    const { connection, subject, place, readFile } = this.#options;
    const path = subject.flags.kubelet.certificateAuthority;
    const { ca } = connection.kubeletCredentials();
    if (path === '') return ca === undefined ? { kind: 'absent' } : { kind: 'seen', value: ca };
    const text = place === 'pod' ? await readFile(path) : undefined;
    if (text !== undefined) return { kind: 'seen', value: text };
    return { kind: 'unseen', why: `the server verifies them by ${path}, which cannot be read from here` };
  }

  #isWanted({ labels, leaving }: NodeRecord): boolean {
    const { nodeSelector } = this.#options.subject.flags.kubelet;
    return leaving === undefined && nodeSelector?.matches(labels) !== false;
  }

  /** Our credentials are shown to kubelets only where the server itself shows them. */
  async #ask(
    nodes: readonly NodeRecord[],
    ca: string | undefined,
    remembered: KeyMemory | undefined,
  ): Promise<readonly KubeletFacts[]> {
    const { subject, connection, clock, timeoutMs, signal, onProgress } = this.#options;
    const { ca: _, ...proof } = connection.kubeletCredentials();
    const identity = { ...(ca !== undefined && { ca }), ...(this.#speaker === 'server' && proof) };
    const onAsked = (done: number): void => onProgress(`kubelets: ${done} of ${nodes.length}`);
    const flags = subject.flags.kubelet;
    const options = { flags, identity, clock, timeoutMs, signal, onAsked };
    return await askKubelets(nodes, { ...options, ...(remembered && { remembered }) });
  }

  async #metrics(): Promise<readonly Verdict[]> {
    const { reader, cluster } = this.#options;
    const { serviceRef } = this.#options.subject;
    const isCutOff = this.#isCutOff;
    if (isCutOff)
      return checkServedMetrics({ serviceRef, isCutOff, health: absent, served: absent, explained: new Set() });
    const nodes = await cluster.nodes();
    const wanted = nodes.kind === 'seen' ? nodes.value.filter((node) => this.#isWanted(node)) : [];
    const [health, served] = await Promise.all([this.#health(), readServedNodes(reader, wanted)]);
    // What a stranger could not reach, only the server can tell of.
    const explained = this.#speaker === 'server' ? this.#explained : new Set<string>();
    return checkServedMetrics({ serviceRef, isCutOff, health, served, explained });
  }

  async #health(): Promise<Reading<ServerHealth>> {
    const { reader, subject, place, clock, timeoutMs, signal } = this.#options;
    const asked = await readServerHealth(reader, subject);
    if (asked.kind === 'seen' || place !== 'pod') return asked;
    using limit = deadline(signal, timeoutMs, clock);
    return await readHealthInPod(subject.flags.securePort, limit.signal);
  }
}

const absent = { kind: 'absent' } as const;

const seenIn = <T>(reading: Reading<T>): T | undefined => (reading.kind === 'seen' ? reading.value : undefined);
