import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../../pkg/doctor/report/report.ts';
import { systemClock } from '../../../pkg/lifecycle/clock.ts';
import { apiServicesKey, availableCondition } from '../../../pkg/simulator/aggregation/api-service.ts';
import { metricsServerAccount, rightsToExamine } from '../../../pkg/simulator/kube-apiserver/rights.ts';
import { plainCluster } from '../../../pkg/simulator/shape/plain-cluster.ts';
import { type Simulator, startSimulator } from '../../../pkg/simulator/simulator.ts';
import { answerDiscovery, startFakeBackend } from '../../../pkg/simulator/testing/fake-backend.ts';
import { backendCertificate } from '../../../pkg/simulator/testing/test-cluster.ts';
import { silentLogger } from '../../../pkg/telemetry/logger.ts';
import { doctor } from '../subcommands/doctor.ts';

/** Where doctor runs, and as whom. */
export type Standpoint = 'laptop of an administrator' | 'laptop with the kubeconfig of the server' | 'pod';

/** What doctor did. */
export interface Consultation {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const nodes = 2;

/** A pretend cluster with a server installed that a fake stands in for, and a doctor who visits. */
export class DoctoredCluster implements AsyncDisposable {
  readonly simulator: Simulator;
  readonly #opened: AsyncDisposableStack;

  private constructor(simulator: Simulator, opened: AsyncDisposableStack) {
    this.simulator = simulator;
    this.#opened = opened;
  }

  /** Starts it; with `examinable`, the account of the server may read what manifests/components/doctor lets it read. */
  static async start({ examinable }: { readonly examinable: boolean }): Promise<DoctoredCluster> {
    await using opened = new AsyncDisposableStack();
    const directory = await mkdtemp(join(tmpdir(), 'tacho-doctor-'));
    opened.defer(() => rm(directory, { recursive: true, force: true }));
    const backend = opened.use(await startFakeBackend(await backendCertificate()));
    backend.answer = (request, response) => {
      if (request.url.startsWith('/readyz')) response.end('[+]ping ok\nreadyz check passed\n');
      else if (request.url.startsWith('/apis/metrics.k8s.io/v1beta1/nodes')) response.end(nodeMetrics);
      else answerDiscovery(request, response);
    };
    const simulator = opened.use(
      await startSimulator({
        directory,
        shape: plainCluster({ nodes, podsPerNode: 1, containersPerPod: 1, seed: 11 }),
        clock: systemClock,
        log: silentLogger,
        metricsServer: { host: '127.0.0.1', port: backend.port },
        moreRights: examinable ? rightsToExamine(metricsServerAccount) : [],
      }),
    );
    simulator.misconfigurations.install();
    const cluster = new DoctoredCluster(simulator, opened.move());
    await cluster.becomes('Passed');
    return cluster;
  }

  /** Resolves when the condition Available of the APIService has this reason; at once where there is to be none. */
  async becomes(reason: string | undefined): Promise<void> {
    if (reason === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const { store } = this.simulator;
    const look = (): void => {
      const object = store.get(apiServicesKey, 'v1beta1.metrics.k8s.io');
      if (object !== undefined && availableCondition(object)?.['reason'] === reason) resolve();
    };
    using _listening = store.onChange(look);
    look();
    await promise;
  }

  /** Doctor's visit. */
  async consult(standpoint: Standpoint, ...flags: readonly string[]): Promise<Consultation> {
    const { folder, apiServer } = this.simulator;
    const printed = { stdout: '', stderr: '' };
    const kubeconfigs = {
      'laptop of an administrator': [`--kubeconfig=${folder.adminKubeconfig}`],
      'laptop with the kubeconfig of the server': [`--kubeconfig=${folder.metricsServerKubeconfig}`],
      pod: [],
    } as const;
    const inPod = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(apiServer.port) };
    const exitCode = await doctor(
      [...kubeconfigs[standpoint], '--timeout=3s', ...flags],
      {
        stdout: { write: (text) => (printed.stdout += text) },
        stderr: { write: (text) => (printed.stderr += text) },
        environment: { HOME: import.meta.filename, ...(standpoint === 'pod' && inPod) },
        signal: new AbortController().signal,
      },
      { serviceAccountFolder: folder.serviceAccountDirectory },
    );
    return { exitCode, ...printed };
  }

  /** The same as a report. */
  async report(standpoint: Standpoint): Promise<Report> {
    const { stdout, stderr } = await this.consult(standpoint, '-o', 'json');
    if (stdout === '') throw new Error(`there is no report: ${stderr}`);
    return JSON.parse(stdout) as Report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}

const nodeMetrics = JSON.stringify({
  kind: 'NodeMetricsList',
  apiVersion: 'metrics.k8s.io/v1beta1',
  metadata: {},
  items: Array.from({ length: nodes }, (_, at) => ({ metadata: { name: `node-0000${at}` } })),
});

/** The codes of a report's findings, in order. */
export const codesOf = ({ areas }: Report): readonly string[] =>
  areas.flatMap(({ findings }) => findings.map(({ code }) => code));
