/**
 * Where the server's CPU time goes on a pretend cluster, in steady state and under lists, as a flame graph:
 *
 *   make profile SHAPE=standard
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Cluster } from './contender.ts';
import { type CpuProfile, flameGraph } from './flame-graph.ts';
import { freePort } from './free-port.ts';
import { measure } from './measure.ts';
import { startProgram } from './program.ts';
import { shapes, simulatorOf } from './shapes.ts';

async function profile(name: string, signal: AbortSignal): Promise<string> {
  const shape = shapes.find((each) => each.name === name);
  if (shape === undefined) throw new Error(`--shape must be one of ${shapes.map((each) => each.name).join(', ')}`);
  const results = join(import.meta.dirname, 'results');
  await mkdir(results, { recursive: true });
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'tacho-profile-'));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const port = await freePort();
  const simulator = opened.use(startProgram(simulatorOf(shape, directory, port), directory));
  const cluster = (await simulator.announcement) as Cluster;
  const script = join(import.meta.dirname, '..', 'dist', 'cmd', 'metrics-server', 'main.js');
  const flags = ['--cpu-prof', `--cpu-prof-dir=${directory}`, '--cpu-prof-name=server.cpuprofile'];
  const contender = { name: 'profiled', command: [process.execPath, ...flags, script], isOurs: true };
  const say = (what: string): void => void process.stderr.write(`${what}\n`);
  const wanted = (figure: string): boolean => figure === 'json' || figure === 'protobuf';
  const ends = AbortSignal.any([signal, simulator.ended]);
  await measure({ shape, cluster, contender, port, wanted, say, signal: ends });
  const recorded = JSON.parse(await readFile(join(directory, 'server.cpuprofile'), 'utf8')) as CpuProfile;
  const path = join(results, `profile-${name}.html`);
  await writeFile(path, flameGraph(recorded, `metrics-server, ${name}`));
  return path;
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort(new Error(name)));
const { values } = parseArgs({ options: { shape: { type: 'string', default: 'standard' } } });
console.log(`Written to ${await profile(values.shape, interrupted.signal)}`);
