import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openConnection } from '../../pkg/kube/connection.ts';
import { systemClock } from '../../pkg/lifecycle/clock.ts';
import { silentLogger } from '../../pkg/telemetry/logger.ts';
import { type Child, startChild } from './child.ts';
import { farewell, hints } from './hints.ts';
import { findKubectl, topWithKubectl } from './kubectl.ts';
import { MetricsReader } from './metrics-reader.ts';
import { waitForMetrics } from './progress.ts';
import { Screen } from './screen.ts';
import { topWithoutKubectl } from './viewer.ts';

/**
 * `make demo`: a pretend cluster, the real server beside it, and what kubectl top says, until Ctrl-C.
 * ONCE=1 prints once and leaves.
 */
async function demo(signal: AbortSignal): Promise<void> {
  const directory = join(process.cwd(), '.demo');
  await mkdir(directory, { recursive: true });
  const port = await freePort();
  const kubeconfig = join(directory, 'admin.kubeconfig');

  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(startSimulator(directory, port));
  await simulator.announcement;
  const server = stack.use(startServer(directory, port));
  const stop = AbortSignal.any([signal, endOf(simulator, signal), endOf(server, signal)]);

  const outcome = await openConnection({ kubeconfig, environment: process.env, clock: systemClock, log: silentLogger });
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  const reader = new MetricsReader(stack.use(outcome.connection));
  const screen = new Screen(process.stdout);

  await waitForMetrics({ reader, screen, clock: systemClock, signal: stop });
  const kubectl = findKubectl(process.env['PATH'] ?? '');
  const top = () => (kubectl ? topWithKubectl(kubectl, kubeconfig, stop) : topWithoutKubectl(reader, stop));
  const once = (process.env['ONCE'] ?? '') !== '';
  while (!stop.aborted) {
    const text = await top();
    if (stop.aborted) break;
    screen.show(`${text}\n${hints({ kubectl, kubeconfig, once })}`, { fresh: !once });
    if (once) return;
    await systemClock.sleep(5_000, stop);
  }
  if (!signal.aborted) throw new Error(String(stop.reason));
  screen.show(farewell, { fresh: false });
}

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

/** A port of the loopback interface that is free right now. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort(name));
try {
  await demo(interrupted.signal);
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
