import { readFile } from 'node:fs/promises';
import { type ExamineOutcome, examine } from '../../../pkg/doctor/examine.ts';
import { findingCodes } from '../../../pkg/doctor/finding-codes.ts';
import { renderJson } from '../../../pkg/doctor/report/render-json.ts';
import { renderText } from '../../../pkg/doctor/report/render-text.ts';
import { exitCodeOf, type Report } from '../../../pkg/doctor/report/report.ts';
import { openConnection } from '../../../pkg/kube/connection/connection.ts';
import { undiciClient } from '../../../pkg/kube/connection/http/undici-client.ts';
import { systemClock } from '../../../pkg/lifecycle/clock.ts';
import { silentLogger } from '../../../pkg/telemetry/logger.ts';
import type { ValuesOf } from '../flags/flag.ts';
import { version } from '../version.ts';
import { doctorDescription, type doctorFlags } from './doctor-flags.ts';
import { ownIdentity } from './own-identity.ts';
import { ProgressLine } from './progress-line.ts';
import { readServerFlags } from './server-flags.ts';
import type { OutputStream, SubcommandMeans } from './subcommand.ts';
import { parseSubcommand } from './subcommand-flags.ts';

type Options = ValuesOf<typeof doctorFlags>;

/** What only tests have elsewhere. */
export interface DoctorSurroundings {
  /** Where the ServiceAccount is mounted; absent = where the kubelet mounts it. */
  readonly serviceAccountFolder?: string;
}

/** Could not look, or was told something that makes no sense. */
const blind = 2;

/** Looks at the cluster and tells what is wrong; returns the exit code. */
export async function doctor(
  args: readonly string[],
  means: SubcommandMeans,
  surroundings: DoctorSurroundings = {},
): Promise<number> {
  const parsed = await parseSubcommand(doctorDescription, args);
  if (parsed.kind === 'help') {
    means.stdout.write(`${parsed.text}\n`);
    return 0;
  }
  const problems = parsed.kind === 'problems' ? parsed.problems : parsed.words.map(needless);
  if (parsed.kind === 'problems' || problems.length > 0) {
    for (const problem of problems) means.stderr.write(`error: ${problem}\n`);
    means.stderr.write('See metrics-server doctor --help.\n');
    return blind;
  }
  if (parsed.options['list-codes']) {
    means.stdout.write(codeList());
    return 0;
  }
  const outcome = await look(parsed.options, means, surroundings);
  if (outcome.kind === 'blind') {
    means.stderr.write(`error: could not look: ${outcome.message}\n`);
    return blind;
  }
  means.stdout.write(shown(outcome.report, parsed.options.output, means));
  return exitCodeOf(outcome.report);
}

const codeList = (): string =>
  Object.entries(findingCodes)
    .map(([code, meaning]) => `${code.padEnd(32)} ${meaning}\n`)
    .join('');

const needless = (word: string): string => `"${word}" belongs to no flag`;

async function look(
  options: Options,
  { environment, signal, stderr }: SubcommandMeans,
  surroundings: DoctorSurroundings,
): Promise<ExamineOutcome> {
  const { namespace, only, timeout } = options;
  const identity = ownIdentity(options.kubeconfig, environment);
  const opened = await openConnection({
    ...(identity.kind === 'kubeconfig' && { kubeconfig: identity.path }),
    ...surroundings,
    environment,
    clock: systemClock,
    log: silentLogger,
    version,
    makeClient: undiciClient,
  });
  if (opened.kind === 'failed') return { kind: 'blind', message: opened.message };
  await using connection = opened.connection;
  using progress = new ProgressLine(stderr);
  return await examine({
    connection,
    place: identity.kind === 'pod' ? 'pod' : 'outside',
    clock: systemClock,
    signal,
    timeoutMs: timeout,
    ...(namespace !== '' && { namespace }),
    ...(only && { only }),
    readFlags: readServerFlags,
    readFile: (path) => readFile(path, 'utf8').catch(() => undefined),
    onProgress: (text) => progress.show(text),
  });
}

function shown(report: Report, output: Options['output'], { stdout, environment }: SubcommandMeans): string {
  if (output === 'json') return `${renderJson(report)}\n`;
  return renderText(report, { colour: isColourful(stdout, environment), width: stdout.columns ?? 100 });
}

/** See no-color.org: any text in NO_COLOR but the empty one means no. */
const isColourful = ({ isTTY }: OutputStream, { NO_COLOR, TERM }: SubcommandMeans['environment']): boolean =>
  isTTY === true && !NO_COLOR && TERM !== 'dumb';
