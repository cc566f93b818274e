import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { type Program, startProgram } from './program.ts';

/** A server to be measured: any program that takes metrics-server's flags. */
export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  /** What it finds in its environment beyond ours. */
  readonly environment?: Readonly<Record<string, string>>;
  /** It knows our own flags, and is a script that Node.js runs. */
  readonly isOurs: boolean;
}

/** The pretend cluster a server is to find around itself. */
export interface Cluster {
  readonly directory: string;
  /** URL of the kube-apiserver. */
  readonly server: string;
  readonly serviceAccountDirectory: string;
  readonly metricsServerKubeconfig: string;
  readonly pkiDirectory: string;
}

/** Ours as the image runs it. */
export function ours(): Contender {
  const bundle = join(import.meta.dirname, '..', 'dist', 'bundle');
  const wordsIn = (file: string): string[] => readFileSync(join(bundle, file), 'utf8').trim().split(/\s+/);
  const command = [process.execPath, ...wordsIn('node-flags'), join(bundle, 'main.cjs')];
  const environment = Object.fromEntries(wordsIn('node-environment').map(settingIn));
  return { name: 'ours', command, environment, isOurs: true };
}

function settingIn(word: string): readonly [name: string, value: string] {
  const [name = '', value = ''] = word.split('=');
  return [name, value];
}

/** A command as a shell would split it, without quotes. */
export const another = (name: string, command: string): Contender => ({
  name,
  command: command.trim().split(/\s+/),
  isOurs: false,
});

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Gives the program a /var/run of its own, in which it finds its ServiceAccount, as in a pod. Its first argument is that. */
const asInPod = `mount -t tmpfs none /var/run && mkdir -p ${serviceAccountFolder} && \
mount --bind "$1" ${serviceAccountFolder} && shift && exec "$@"`;

/** Whether this machine lets us have a /var/run of our own. */
const unshare = ['unshare', ...(process.getuid?.() === 0 ? ['-m'] : ['-Urm'])];
const canBePod =
  spawnSync(unshare[0] ?? '', [...unshare.slice(1), 'mount', '-t', 'tmpfs', 'none', '/var/run']).status === 0;

/** How servers are started here, in a sentence for the report. */
export const surroundings = canBePod
  ? 'Servers run as in a pod: they find a ServiceAccount, and read no kubeconfig.'
  : 'Servers read a kubeconfig, because this machine lets nobody mount: ours loads a large library for that.';

/** How to start a server this time. */
export interface Start {
  readonly port: number;
  /** Flags beyond those that every metrics-server knows. */
  readonly more: readonly string[];
  /** Whether it is to tell how long its event loop was blocked, as `watched-loop.cjs` does. */
  readonly watchesLoop: boolean;
}

/** Where a server that watches its event loop writes what it saw. */
export const loopFile = (cluster: Cluster): string => join(cluster.directory, 'loop');

/** Starts a server that finds nothing prepared: it makes its own certificate, as in a fresh pod. */
export async function startServer(contender: Contender, cluster: Cluster, start: Start): Promise<Program> {
  const { name } = contender;
  const { port, more } = start;
  const command = start.watchesLoop ? watched(contender) : contender.command;
  const given = { ...contender.environment, BENCH_LOOP: loopFile(cluster) };
  const certificates = await mkdtemp(join(cluster.directory, 'serving-'));
  const flags = [
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${certificates}`,
    '--metric-resolution=15s',
    '--kubelet-use-node-status-port',
    '--kubelet-preferred-address-types=InternalIP',
    `--kubelet-certificate-authority=${join(cluster.pkiDirectory, 'ca.crt')}`,
    ...more,
  ];
  if (canBePod) {
    const { hostname, port: apiPort } = new URL(cluster.server);
    const environment = { ...given, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: apiPort };
    const inPod = [...unshare, 'sh', '-c', asInPod, 'sh', cluster.serviceAccountDirectory];
    return startProgram({ name, command: [...inPod, ...command, ...flags], environment }, cluster.directory);
  }
  const identity = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
    (flag) => `--${flag}=${cluster.metricsServerKubeconfig}`,
  );
  const all = [...command, ...flags, ...identity];
  return startProgram({ name, command: all, environment: given }, cluster.directory);
}

/** The same command with a script that runs before its own. */
function watched({ command: [node = '', ...rest] }: Contender): readonly string[] {
  return [node, `--require=${join(import.meta.dirname, 'watched-loop.cjs')}`, ...rest];
}
