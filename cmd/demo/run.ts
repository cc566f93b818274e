import { join } from 'node:path';
import { openConnection } from '../../pkg/kube/connection/connection.ts';
import { undiciClient } from '../../pkg/kube/connection/http/undici-client.ts';
import { systemClock } from '../../pkg/lifecycle/clock.ts';
import { silentLogger } from '../../pkg/telemetry/logger.ts';
import { type Child, startChild } from './child.ts';
import { claim } from './claim.ts';
import { freePort } from './free-port.ts';
import { hints } from './hints.ts';
import { findKubectl, topWithKubectl } from './kubectl.ts';
import { MetricsReader } from './metrics-reader.ts';
import { waitForMetrics } from './progress.ts';
import { Screen } from './screen.ts';
import { topWithoutKubectl } from './viewer.ts';

/**
 * `make demo`: a pretend cluster, the real server beside it, and what kubectl top says, until Ctrl-C.
 * ONCE=1 prints once and leaves. Returns the exit code.
 */
export async function run(): Promise<number> {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupted.abort(name));
  try {
    await demo(interrupted.signal);
    if (interrupted.signal.aborted) console.log('\nEverything the demo started has stopped.');
    return 0;
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

async function demo(signal: AbortSignal): Promise<void> {
  const directory = join(process.cwd(), '.demo');
  const screen = new Screen(process.stdout);
  await using stack = new AsyncDisposableStack();
  stack.use(await claim(directory));
  const port = await freePort();

  screen.progress('starting the pretend cluster: 3 nodes, about 20 pods');
  const simulator = stack.use(startSimulator(directory, port));
  await Promise.race([simulator.announcement, aborted(signal)]);
  if (signal.aborted) return;
  const server = stack.use(startServer(directory, port));
  const stop = AbortSignal.any([signal, endOf(simulator, signal), endOf(server, signal)]);

  const kubeconfig = join(directory, 'admin.kubeconfig');
  const means = { environment: process.env, clock: systemClock, log: silentLogger, makeClient: undiciClient };
  const outcome = await openConnection({ kubeconfig, ...means });
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  const reader = new MetricsReader(stack.use(outcome.connection));
  const complete = await waitForMetrics({ reader, screen, clock: systemClock, signal: stop });
  await show({ reader, screen, kubeconfig, complete, stop });
  if (stop.aborted && !signal.aborted) throw new Error(String(stop.reason));
}

interface Show {
  readonly reader: MetricsReader;
  readonly screen: Screen;
  readonly kubeconfig: string;
  /** Everything that runs has metrics. */
  readonly complete: boolean;
  readonly stop: AbortSignal;
}

async function show({ reader, screen, kubeconfig, complete, stop }: Show): Promise<void> {
  const kubectl = findKubectl(process.env['PATH'] ?? '');
  const once = (process.env['ONCE'] ?? '') !== '';
  const footer = hints({ kubectl, kubeconfig, once });
  while (!stop.aborted) {
    const body = await (kubectl ? topWithKubectl(kubectl, kubeconfig, stop) : topWithoutKubectl(reader, stop));
    if (stop.aborted) return;
    if (!once) screen.repaint({ body, footer });
    else if (complete) return screen.append({ body, footer });
    else throw new Error(`Not everything had metrics in time, see .demo/metrics-server.log:\n\n${body}`);
    await systemClock.sleep(refreshMs, stop);
  }
}

const refreshMs = 5_000;

const programs = join(import.meta.dirname, '..');

function startSimulator(directory: string, port: number): Child {
  return startChild({
    name: 'the simulator',
    script: join(programs, 'simulator', 'main.js'),
    args: [`--directory=${directory}`, '--shape=demo', `--metrics-server-address=127.0.0.1:${port}`],
    logFile: join(directory, 'simulator.log'),
  });
}

function startServer(directory: string, port: number): Child {
  const kubeconfig = join(directory, 'metrics-server.kubeconfig');
  return startChild({
    name: 'the metrics server',
    script: join(programs, 'metrics-server', 'main.js'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${join(directory, 'serving')}`,
      '--metric-resolution=15s',
      '--kubelet-use-node-status-port',
      '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
    ],
    logFile: join(directory, 'metrics-server.log'),
  });
}

/** Aborts when a program ends that should not, with the sentence that says how. */
function endOf(child: Child, wanted: AbortSignal): AbortSignal {
  const ended = new AbortController();
  void child.ended.then((how) => {
    if (!wanted.aborted) ended.abort(how);
  });
  return ended.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
