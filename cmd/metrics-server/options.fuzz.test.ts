import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createLogger } from '../../pkg/telemetry/logger.ts';
import { configOf } from './config.ts';
import { allFlags } from './flags/sections.ts';
import { parseOptions } from './options.ts';

const names = [...Object.keys(allFlags), 'audit-webhook-batch-initial-backoff', 'nonsense', ''];
const texts = [
  ...['', '0', '1', '-1', '1.5', '1e400', 'NaN', '9'.repeat(400), 'true', 'false', '5s', '-5s', '1h1h', ' ', ','],
  ...['"', '"a,b"', '""', "'x'", 'a,b', 'a,b:c', ':', '=', 'a=1', '*=1', '(((=1,[=2', '^x$', '^(x$', '(?i)^x$', '\\'],
  ...['VersionTLS10', '29,23', 'TLS_AES_128_GCM_SHA256', 'v1beta1,v1', 'max-age=1', '::', '127.0.0.1', 'a in (b)'],
  ...['\n', '\0', 'é', '\u{1f600}', '\ud800', '--v', '-l', '${x}', '%s', '__proto__', 'x'.repeat(5_000)],
];

test('whatever the command line is, it has a meaning or problems in words', async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const args = commandLine(dice(seed));
    const message = `seed ${seed}: ${JSON.stringify(args)}`;
    const parsed = await parseOptions(args).catch((error: unknown) => assert.fail(`${message}: ${String(error)}`));
    if (parsed.kind === 'problems') {
      assert.ok(parsed.problems.length > 0, message);
      for (const problem of parsed.problems) assert.match(problem, /--|unknown flag -/, message);
    }
    if (parsed.kind === 'run')
      assert.doesNotThrow(
        () => createLogger({ ...configOf(parsed.options).logging, stream: new PassThrough() }),
        message,
      );
  }
});

/** A few flags, in each of the ways to write them, and words between. */
function commandLine(random: (below: number) => number): string[] {
  const pick = (from: readonly string[]): string => from[random(from.length)] ?? '';
  return Array.from({ length: 1 + random(4) }, () => {
    const [name, text] = [pick(names), pick(texts)];
    const ways = [[`--${name}=${text}`], [`--${name}`, text], [`-${name}`], [`-${name.slice(0, 1)}${text}`], [text]];
    return ways[random(ways.length + 4)] ?? [`--${name}=${text}`];
  }).flat();
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
