import yargs from 'yargs';
import type { ChurnRate } from '../../pkg/simulator/churn.ts';
import type { MetricsServerAddress, MetricsVersion } from '../../pkg/simulator/objects/metrics-server-objects.ts';
import { type ClusterShape, cadvisorHousekeeping, type Housekeeping } from '../../pkg/simulator/shape/cluster-shape.ts';
import { demoCluster } from '../../pkg/simulator/shape/demo-cluster.ts';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';

/** What the simulator was told, resolved. */
export interface SimulatorFlags {
  readonly directory: string;
  readonly shape: ClusterShape;
  readonly apiServerPort: number;
  readonly metricsServer?: MetricsServerAddress;
  readonly metricsVersions: readonly MetricsVersion[];
  readonly churn?: ChurnRate;
  /** Path of a manifest. */
  readonly rights?: string;
  readonly verbosity: number;
}

/** The flags, a text to print (help, version), or everything that is wrong with them. */
export type ParsedFlags =
  | { readonly kind: 'flags'; readonly flags: SimulatorFlags }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Reads the simulator's command line. */
export async function parseFlags(args: readonly string[]): Promise<ParsedFlags> {
  let text = '';
  let problem = '';
  const parser = cli();
  const values = await parser
    .exitProcess(false)
    .fail((message, error) => {
      problem = message || error.message;
    })
    .parseAsync([...args], {}, (_error, _values, output) => {
      text = output;
    });
  if (problem !== '') return { kind: 'problems', problems: [problem] };
  if (values['help'] === true) return { kind: 'text', text };
  return resolve(values);
}

type Values = Awaited<ReturnType<ReturnType<typeof cli>['parseAsync']>>;

function cli() {
  return yargs()
    .scriptName('simulator')
    .usage('A pretend cluster on 127.0.0.1: kubelets with known usage, and a kube-apiserver with an aggregation layer.')
    .version(false)
    .strict()
    .option('directory', { type: 'string', demandOption: true, describe: 'Kubeconfigs and certificates go here' })
    .option('shape', { choices: ['demo', 'plain'] as const, default: 'demo' as const, describe: 'Which cluster' })
    .option('nodes', { type: 'number', default: 3, describe: 'Nodes of a plain cluster' })
    .option('pods-per-node', { type: 'number', default: 10, describe: 'Pods on each node of a plain cluster' })
    .option('containers-per-pod', { type: 'number', default: 1, describe: 'Containers in each pod of a plain cluster' })
    .option('big-namespace', {
      type: 'boolean',
      default: false,
      describe: 'Half of the pods of a plain cluster share one',
    })
    .option('seed', { type: 'number', default: 1, describe: 'What a plain cluster derives its chances from' })
    .option('housekeeping', {
      type: 'string',
      describe: 'How often kubelets renew their samples: `10s-20s` as cAdvisor does, or `10s` exactly',
    })
    .option('churn', { type: 'string', describe: 'Which part of all pods is replaced in how long, such as `5%/15s`' })
    .option('api-server-port', { type: 'number', default: 0, describe: 'Port of the kube-apiserver; 0 = any' })
    .option('metrics-server-address', { type: 'string', describe: 'Where metrics-server will listen: <ip>:<port>' })
    .option('metrics-versions', {
      type: 'string',
      default: 'v1beta1',
      describe: 'Versions of metrics.k8s.io that get an APIService, comma-separated',
    })
    .option('rights', { type: 'string', describe: 'Manifest whose Roles and bindings are granted beyond the base' })
    .option('v', { type: 'number', default: 0, describe: 'How much is logged' });
}

function resolve(values: Values): ParsedFlags {
  const problems: string[] = [];
  const housekeeping = values.housekeeping === undefined ? undefined : housekeepingOf(values.housekeeping, problems);
  const address = values['metrics-server-address'];
  const metricsServer = address === undefined ? undefined : addressOf(address, problems);
  const metricsVersions = versionsOf(values['metrics-versions'], problems);
  const churn = values.churn === undefined ? undefined : churnOf(values.churn, problems);
  for (const name of ['nodes', 'pods-per-node', 'containers-per-pod', 'seed', 'api-server-port'] as const) {
    if (!Number.isInteger(values[name]) || values[name] < 0) {
      problems.push(`--${name} must be a whole number of at least 0, got ${values[name]}`);
    }
  }
  if (problems.length > 0) return { kind: 'problems', problems };
  const { directory, v: verbosity } = values;
  const shape = shapeOf(values, housekeeping);
  const apiServerPort = values['api-server-port'];
  const flags = {
    directory,
    shape,
    apiServerPort,
    metricsVersions,
    verbosity,
    ...(metricsServer && { metricsServer }),
    ...(churn && { churn }),
    ...(values.rights !== undefined && { rights: values.rights }),
  };
  return { kind: 'flags', flags };
}

function shapeOf(values: Values, housekeeping: Housekeeping | undefined): ClusterShape {
  if (values.shape === 'plain') {
    return plainCluster({
      nodes: values.nodes,
      podsPerNode: values['pods-per-node'],
      containersPerPod: values['containers-per-pod'],
      seed: values.seed,
      bigNamespace: values['big-namespace'],
      housekeeping: housekeeping ?? cadvisorHousekeeping,
    });
  }
  const shape = demoCluster();
  if (housekeeping === undefined) return shape;
  return { ...shape, nodes: shape.nodes.map((node) => ({ ...node, housekeeping })) };
}

function housekeepingOf(text: string, problems: string[]): Housekeeping | undefined {
  const parts = /^(\d+(?:\.\d+)?)s(?:-(\d+(?:\.\d+)?)s)?$/.exec(text);
  const minMs = Number(parts?.[1]) * 1000;
  const maxMs = Number(parts?.[2] ?? parts?.[1]) * 1000;
  if (minMs > 0 && maxMs >= minMs) return { minMs, maxMs };
  problems.push(`--housekeeping must be like 10s or 10s-20s, got ${text}`);
  return undefined;
}

function churnOf(text: string, problems: string[]): ChurnRate | undefined {
  const parts = /^(\d+(?:\.\d+)?)%\/(\d+(?:\.\d+)?)s$/.exec(text);
  const fraction = Number(parts?.[1]) / 100;
  const perMs = Number(parts?.[2]) * 1000;
  if (fraction <= 1 && perMs > 0) return { fraction, perMs };
  problems.push(`--churn must be like 5%/15s, got ${text}`);
  return undefined;
}

function addressOf(text: string, problems: string[]): MetricsServerAddress | undefined {
  const parts = /^(\d+\.\d+\.\d+\.\d+):(\d+)$/.exec(text);
  if (parts !== null) return { host: parts[1] ?? '', port: Number(parts[2]) };
  problems.push(`--metrics-server-address must be <ip>:<port>, got ${text}`);
  return undefined;
}

function versionsOf(text: string, problems: string[]): readonly MetricsVersion[] {
  const versions = text.split(',');
  const known = versions.filter((version) => version === 'v1beta1' || version === 'v1');
  if (known.length !== versions.length) problems.push(`--metrics-versions may name v1beta1 and v1, got ${text}`);
  return known;
}
