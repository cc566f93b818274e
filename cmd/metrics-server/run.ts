import { systemClock } from '../../pkg/lifecycle/clock.ts';
import { assemble } from '../../pkg/server/assemble.ts';
import { createLogger, type Logger } from '../../pkg/telemetry/logger.ts';
import { collectLessOften } from './catalogue-heap.ts';
import { configOf } from './config.ts';
import { type ParsedOptions, parseOptions } from './options.ts';
import { type Choice, chosenSubcommand } from './subcommands/subcommand.ts';
import { subcommands } from './subcommands/table.ts';
import { version } from './version.ts';

/** Exit codes: stopped as asked, broke while running, could not make sense of flags or the files they name. */
const exitCodes = { stopped: 0, broke: 1, misused: 2 } as const;

/** What this is and what it runs on, in Go's words where Go has them. */
const release = {
  version,
  runtime: `node${process.versions.node}`,
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

/** The whole program: options, assembly, run, exit code; or one of its subcommands. */
export async function run(args: readonly string[]): Promise<number> {
  const choice = chosenSubcommand(args, subcommands);
  if (choice.kind === 'misspelt') return misused([choice.message]);
  if (choice.kind === 'subcommand') return await runSubcommand(choice);
  const parsed = await parseOptions(args);
  switch (parsed.kind) {
    case 'help':
      console.log(parsed.text);
      return exitCodes.stopped;
    case 'version':
      console.log(version);
      return exitCodes.stopped;
    case 'problems':
      return misused(parsed.problems);
    case 'run':
      return await serve(parsed);
    default:
      return parsed satisfies never;
  }
}

function misused(problems: readonly string[]): number {
  for (const problem of problems) console.error(`error: ${problem}`);
  console.error('See --help for every flag.');
  return exitCodes.misused;
}

/** The first Ctrl-C lets it end in good order, the second ends it. */
async function runSubcommand({ subcommand, args }: Extract<Choice, { kind: 'subcommand' }>): Promise<number> {
  const enough = new AbortController();
  process.once('SIGINT', () => enough.abort('SIGINT')).once('SIGTERM', () => enough.abort('SIGTERM'));
  const { stdout, stderr, env: environment } = process;
  const runIt = await subcommand.load();
  return await runIt(args, { stdout, stderr, environment, signal: enough.signal });
}

type RunOptions = Extract<ParsedOptions, { kind: 'run' }>;

async function serve({ options, ignored, inert, doubts }: RunOptions): Promise<number> {
  const config = configOf(options);
  if (config.catalogue !== undefined) collectLessOften();
  const log = createLogger({ ...config.logging, stream: process.stderr });
  if (ignored.length > 0) log.warn('Arguments are ignored, they belong to no flag', { arguments: ignored });
  if (inert.length > 0) log.warn('Flags are set that have no effect', { flags: inert });
  for (const doubt of doubts) log.warn('A flag may not do what was meant', { doubt });
  const stop = stopOnSignals(log);

  const assembled = await assemble(config, {
    clock: systemClock,
    log,
    setVerbosity: (verbosity) => log.setVerbosity(verbosity),
    environment: process.env,
    release,
    output: process.stdout,
  });
  if (assembled.kind === 'failed') {
    for (const problem of assembled.problems) log.error('Could not start', { problem });
    return exitCodes.misused;
  }
  await using server = assembled.server;
  try {
    await server.run(stop);
    log.info('Stopped');
    leaveEvenIfSomethingLingers(exitCodes.stopped);
    return exitCodes.stopped;
  } catch (error) {
    log.error('Stopped because a part of the server broke', { err: error });
    leaveEvenIfSomethingLingers(exitCodes.broke);
    return exitCodes.broke;
  }
}

/** Aborts on the first SIGTERM or SIGINT; the second ends the process at once. */
function stopOnSignals(log: Logger): AbortSignal {
  const stop = new AbortController();
  // Only a program of ours that started us has a channel to us (cmd/demo): without it we are not wanted any more.
  process.once('disconnect', () => stop.abort('disconnect'));
  process.channel?.unref();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(exitCodes.broke);
      log.info('Stopping', { signal: name });
      stop.abort(name);
    });
  }
  return stop.signal;
}

/** A forgotten handle must not turn a clean stop into a SIGKILL by the kubelet. Does not delay a process that can end. */
function leaveEvenIfSomethingLingers(exitCode: number): void {
  setTimeout(() => process.exit(exitCode), 2_000).unref();
}
