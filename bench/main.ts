/**
 * What the server costs and how quickly it answers, on pretend clusters of several sizes, ours alone or beside another:
 *
 *   make bench                                      every shape, 5 runs each
 *   make bench BENCH='--shape=standard --runs=1'    a quick look; --figure=json,select measures only these
 *   make bench SERVER='/path/to/metrics-server'     ours and that one in turns, and the ratios;
 *                                                   with --server-runs=1 that one once, ours as often as before
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { another, type Cluster, type Contender, ours, surroundings } from './contender.ts';
import { derivedFrom } from './derived.ts';
import { freePort } from './free-port.ts';
import { measure } from './measure.ts';
import { costOf } from './process-cost.ts';
import { startProgram } from './program.ts';
import { markdownOf, type Result, tableOf } from './report.ts';
import { budgets, type Figure, type Figures, figures } from './rows.ts';
import { type Shape, shapes, simulatorOf } from './shapes.ts';

/** What was asked for. */
interface Order {
  readonly shapes: readonly Shape[];
  readonly runs: number;
  /** How many of these the other server takes part in. */
  readonly serverRuns: number;
  readonly contenders: readonly Contender[];
  readonly wanted: (figure: Figure) => boolean;
  /** Figures without a budget too. */
  readonly everything: boolean;
}

function orderOf(args: readonly string[]): Order {
  const { values } = parseArgs({
    args: [...args],
    options: {
      shape: { type: 'string', default: shapes.map(({ name }) => name).join(',') },
      figure: { type: 'string' },
      runs: { type: 'string', default: '5' },
      'server-runs': { type: 'string' },
      server: { type: 'string', default: '' },
    },
  });
  const names = new Set(values.shape.split(','));
  const figureNames = new Set(values.figure?.split(',') ?? Object.keys(figures));
  const chosen = shapes.filter(({ name }) => names.has(name));
  const runs = countIn('runs', values.runs);
  const serverRuns = Math.min(runs, countIn('server-runs', values['server-runs'] ?? values.runs));
  if (chosen.length < names.size) throw new Error(`--shape knows ${shapes.map(({ name }) => name).join(', ')}`);
  if (![...figureNames].every((name) => name in figures))
    throw new Error(`--figure knows ${Object.keys(figures).join(', ')}`);
  const others = values.server === '' ? [] : [another('other', values.server)];
  return {
    shapes: chosen,
    runs,
    serverRuns,
    contenders: [ours(), ...others],
    wanted: (figure) => figureNames.has(figure),
    everything: values.figure !== undefined,
  };
}

function countIn(flag: string, text: string): number {
  const count = Number(text);
  if (!(Number.isInteger(count) && count > 0)) throw new Error(`--${flag} must be a whole number above 0, got ${text}`);
  return count;
}

async function bench(order: Order, signal: AbortSignal): Promise<void> {
  const results: Result[] = [];
  for (const shape of order.shapes) {
    results.push(...(await resultsOf(shape, order, signal)));
    const names = order.contenders.map(({ name }) => name);
    console.log(`\n${tableOf([...results, ...derivedFrom(results)], names)}\n`);
  }
  await keep([...results, ...derivedFrom(results)], order);
}

/** All runs of all contenders on one cluster, in turns, so that a change of the machine's mood meets all of them. */
async function resultsOf(shape: Shape, order: Order, signal: AbortSignal): Promise<readonly Result[]> {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'tacho-bench-'));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const port = await freePort();
  say(`${shape.name}: starting the simulator`);
  const simulator = opened.use(startProgram(simulatorOf(shape, directory, port), directory));
  const cluster = (await simulator.announcement) as Cluster;
  const measured = order.contenders.map(({ name }) => ({ name, runs: [] as Figures[] }));
  for (let run = 1; run <= order.runs; run++) {
    for (const [at, contender] of order.contenders.entries()) {
      if (!contender.isOurs && run > order.serverRuns) continue;
      const tell = (what: string): void =>
        say(`${shape.name}: run ${run} of ${order.runs}, ${contender.name}: ${what}`);
      const ends = AbortSignal.any([signal, simulator.ended]);
      const means = { shape, cluster, contender, port, wanted: wantedOf(shape, order), say: tell, signal: ends };
      measured[at]?.runs.push(await measure(means));
    }
  }
  const { rssMb, cpuMs } = await costOf(simulator.pid);
  say(`${shape.name}: the simulator took ${(cpuMs / 1000).toFixed(0)} s of CPU and ${rssMb.toFixed(0)} MB`);
  return (Object.keys(figures) as Figure[])
    .filter((figure) => order.wanted(figure) && measured.some(({ runs }) => runs.some((run) => figure in run)))
    .map((figure) => ({
      shape: shape.name,
      figure,
      values: Object.fromEntries(
        measured.map(({ name, runs }) => [name, runs.map((run) => run[figure] ?? Number.NaN)] as const),
      ),
    }));
}

/** What the budgets name of this shape, and what is asked for by name. */
const wantedOf =
  (shape: Shape, { wanted, everything }: Order) =>
  (figure: Figure): boolean =>
    wanted(figure) && (everything || figure in (budgets[shape.name] ?? {}));

async function keep(results: readonly Result[], { contenders, runs }: Order): Promise<void> {
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, load: loadavg() };
  const folder = join(import.meta.dirname, 'results');
  await mkdir(folder, { recursive: true });
  const report = { at: new Date().toISOString(), machine, surroundings, contenders, runs, results };
  await writeFile(join(folder, 'bench.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(
    join(folder, 'bench.md'),
    `${markdownOf(
      results,
      contenders.map(({ name }) => name),
    )}\n`,
  );
  console.log(`${surroundings}\nMedians of ${runs} and all between the least and the most. Written to ${folder}.`);
}

/** On a terminal one line that changes, elsewhere a line each. */
function say(what: string): void {
  if (!process.stderr.isTTY) return void process.stderr.write(`${what}\n`);
  process.stderr.write(`\r\x1b[K${what}`);
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => interrupted.abort(new Error(`interrupted by ${name}`)));
}
try {
  await bench(orderOf(process.argv.slice(2)), interrupted.signal);
} catch (error) {
  const reason = error instanceof Error && error.name === 'AbortError' ? error.cause : error;
  console.error(reason instanceof Error ? reason.message : reason);
  process.exitCode = 1;
}
