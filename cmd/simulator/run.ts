import { readFile } from 'node:fs/promises';
import { systemClock } from '../../pkg/lifecycle/clock.ts';
import { rightsInManifest } from '../../pkg/simulator/kube-apiserver/manifest-rights.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../pkg/simulator/simulator.ts';
import { createLogger } from '../../pkg/telemetry/logger.ts';
import { parseFlags, type SimulatorFlags } from './options.ts';

/** The whole program; returns its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const parsed = await parseFlags(args);
  switch (parsed.kind) {
    case 'text':
      console.log(parsed.text);
      return 0;
    case 'problems':
      for (const problem of parsed.problems) console.error(`error: ${problem}`);
      return 2;
    case 'flags':
      return simulate(parsed.flags).catch(startFailed);
  }
}

function startFailed(error: unknown): number {
  console.error(`error: the pretend cluster cannot start: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
}

async function simulate({ verbosity, rights, ...flags }: SimulatorFlags): Promise<number> {
  const ended = untilAskedToEnd();
  const log = createLogger({ format: 'text', verbosity, stream: process.stderr });
  await using simulator = await startSimulator({ ...flags, ...(await granted(rights)), clock: systemClock, log });
  console.log(JSON.stringify(announcement(simulator)));
  log.info('Pretend cluster is ready', { server: simulator.apiServer.url, directory: flags.directory });
  log.info('Try it', { command: `kubectl --kubeconfig ${simulator.folder.adminKubeconfig} get nodes` });
  await ended;
  return 0;
}

async function granted(manifest: string | undefined): Promise<Pick<SimulatorOptions, 'moreRights'>> {
  return manifest === undefined ? {} : { moreRights: rightsInManifest(await readFile(manifest, 'utf8')) };
}

/** The one line on stdout that says where everything is. */
function announcement({ folder, apiServer, kubelets }: Simulator): object {
  const { nodes } = kubelets.shape();
  return {
    server: apiServer.url,
    ...folder,
    kubelets: Object.fromEntries(nodes.map(({ name }) => [name, kubelets.portOf(name)])),
  };
}

function untilAskedToEnd(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve());
    // Only a program of ours that started us has a channel to us (cmd/demo): without it we are not wanted any more.
    process.once('disconnect', resolve);
    process.channel?.unref();
  });
}
