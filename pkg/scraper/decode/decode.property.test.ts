import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { as } from '../../model/units.ts';
import { ResourceDecoder } from './decode.ts';
import type { Decoded } from './decoded.ts';

const received = as<Parameters<ResourceDecoder['decode']>[1]>(1_800_000_000_000);
const recorded = globSync(join(import.meta.dirname, '../testdata', '*.txt')).map((file) => readFileSync(file));
const containerFamilies = {
  container_cpu_usage_seconds_total: 'cpu',
  container_memory_working_set_bytes: 'memory',
  container_start_time_seconds: 'startedAt',
  container_swap_usage_bytes: 'swap',
} as const;

test('agrees with a dumb twin on every recorded answer', () => {
  for (const body of recorded) assertTwins(new ResourceDecoder(), body, 'recorded');
});

test('agrees with a dumb twin on well-formed bodies, one after the other through the same decoder', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const throwDice = dice(seed);
    const decoder = new ResourceDecoder();
    let last: Decoded | undefined;
    const cluster = Array.from({ length: throwDice(12) }, (_, at) => anyContainer(throwDice, at));
    for (let round = 0; round < 6; round++) {
      mutateCluster(cluster, throwDice, round);
      const where = `seed ${seed}, round ${round}`;
      const decoded = assertTwins(decoder, Buffer.from(wellFormed(cluster, throwDice)), where);
      const same = last !== undefined && isDeepStrictEqual([...flat(decoded).keys()], [...flat(last).keys()]);
      assert.equal(decoded.layout === last?.layout, same, `${where}: a layout lasts exactly as long as its containers`);
      last = decoded;
    }
  }
});

test('says the same of a body whether it is read at once or in turns', async () => {
  const throwDice = dice(1);
  const cluster = Array.from({ length: 2_000 }, (_, at) => anyContainer(throwDice, at));
  const body = Buffer.from(wellFormed(cluster, throwDice));
  assert.ok(body.length > 2 ** 18, `${body.length} bytes are not many turns`);
  assert.deepEqual(
    await new ResourceDecoder().decodeInTurns(body, received),
    new ResourceDecoder().decode(body, received),
  );
});

test('never throws and never yields what is no measurement, whatever arrives', () => {
  for (let seed = 1; seed <= 1_500; seed++) {
    const throwDice = dice(seed);
    const decoder = new ResourceDecoder();
    const body = Buffer.from(recorded[throwDice(recorded.length)] ?? '');
    for (let round = 0; round < 3; round++) {
      damage(body, throwDice);
      const decoded = decoder.decode(body, received);
      assertMeasurements(decoded, `seed ${seed}, round ${round}`);
    }
  }
});

test('a damaged line never changes what other lines say', () => {
  const body = recorded[0]?.toString() ?? '';
  const lines = body.split('\n');
  for (let seed = 1; seed <= 300; seed++) {
    const throwDice = dice(seed);
    const at = throwDice(lines.length);
    const whole = twin(`${lines.toSpliced(at, 1).join('\n')}\n`);
    const damaged = `${lines[at]?.slice(0, throwDice(40))}\u0000"{`;
    const decoded = new ResourceDecoder().decode(
      Buffer.from(`${lines.toSpliced(at, 1, damaged).join('\n')}\n`),
      received,
    );
    for (const [name, expected] of whole.containers) {
      assert.deepEqual(flat(decoded).get(name), expected, `seed ${seed}, line ${at}, ${name}`);
    }
  }
});

interface Values {
  sampledAt: number;
  cpu: number;
  memory: number;
  startedAt: number;
  swap: number;
}

/** Obviously right, slow, and for well-formed bodies only. */
function twin(body: string): { containers: Map<string, Values>; node: Values } {
  const nothing = { sampledAt: received, cpu: Number.NaN, memory: Number.NaN, startedAt: Number.NaN, swap: Number.NaN };
  const containers = new Map<string, Values>();
  const node = { ...nothing };
  const times = new Map<Values, Partial<Record<string, number>>>();
  for (const line of body.split('\n')) {
    const [, family = '', labels = '', value, timestamp] = /^(\w+)(?:\{(.*)\})? (\S+)(?: (\d+))?$/.exec(line) ?? [];
    const quantity =
      containerFamilies[family as keyof typeof containerFamilies] ??
      { node_cpu_usage_seconds_total: 'cpu', node_memory_working_set_bytes: 'memory', node_swap_usage_bytes: 'swap' }[
        family
      ];
    if (quantity === undefined) continue;
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    const key = `${label('namespace')}/${label('pod')}/${label('container')}`;
    const values = family.startsWith('node') ? node : (containers.get(key) ?? { ...nothing });
    if (values !== node) containers.set(key, values);
    values[quantity as keyof Values] = Math.trunc(Number(value) * (/seconds/.test(family) ? 1e9 : 1));
    times.set(values, { ...times.get(values), ...(timestamp && { [quantity as string]: Number(timestamp) }) });
  }
  for (const [values, at] of times) values.sampledAt = at.cpu ?? at.memory ?? received;
  return { containers, node };
}

function assertTwins(decoder: ResourceDecoder, body: Buffer, where: string): Decoded {
  const decoded = decoder.decode(body, received);
  const expected = twin(body.toString());
  assert.deepEqual(decoded.badLines, [], where);
  assert.deepEqual([...flat(decoded)], [...expected.containers], where);
  const { nodeSample } = decoded;
  const { sampledAt, cpu, memory, swap } = expected.node;
  const whole = !Number.isNaN(cpu) && !Number.isNaN(memory);
  assert.deepEqual(
    nodeSample,
    whole ? { sampledAt, cpu, memory, ...(!Number.isNaN(swap) && { swap }) } : undefined,
    where,
  );
  return decoded;
}

function flat({ layout, sampledAt, cpu, memory, startedAt, swap }: Decoded): Map<string, Values> {
  return new Map(
    layout.containers.map((container, slot) => [
      `${layout.namespaces[slot]}/${layout.pods[slot]}/${container}`,
      {
        sampledAt: sampledAt[slot]!,
        cpu: cpu[slot]!,
        memory: memory[slot]!,
        startedAt: startedAt[slot]!,
        swap: swap[slot]!,
      },
    ]),
  );
}

function assertMeasurements(decoded: Decoded, where: string): void {
  const { layout, nodeSample } = decoded;
  const size = layout.containers.length;
  assert.equal(layout.namespaces.length, size, where);
  assert.equal(layout.pods.length, size, where);
  assert.equal(flat(decoded).size, size, `${where}: a container has two slots`);
  for (const column of ['cpu', 'memory', 'startedAt', 'swap', 'sampledAt'] as const) {
    assert.equal(decoded[column].length, size, `${where}: ${column}`);
    for (const value of decoded[column]) assertMeasurement(value, column !== 'sampledAt', `${where}: ${column}`);
  }
  for (const value of Object.values(nodeSample ?? {})) assertMeasurement(value, false, `${where}: node`);
}

function assertMeasurement(value: number, mayBeUnknown: boolean, where: string): void {
  if (mayBeUnknown && Number.isNaN(value)) return;
  assert.ok(Number.isInteger(value) && value >= 0 && !Object.is(value, -0), `${where}: ${value}`);
}

type Dice = (below: number) => number;

interface Container {
  namespace: string;
  pod: string;
  container: string;
}

const anyContainer = (throwDice: Dice, at: number): Container => ({
  namespace: `ns-${throwDice(3)}`,
  pod: `pod-${throwDice(4)}`,
  container: `c${at}`,
});

function mutateCluster(cluster: Container[], throwDice: Dice, round: number): void {
  if (throwDice(3) === 0) cluster.splice(throwDice(cluster.length + 1), 0, anyContainer(throwDice, 100 + round));
  if (throwDice(3) === 0) cluster.splice(throwDice(cluster.length + 1), 1);
  if (throwDice(6) === 0) cluster.reverse();
}

/** Families in order or not, labels in order or not, some lines missing: all of it well-formed. */
function wellFormed(cluster: readonly Container[], throwDice: Dice): string {
  const families = Object.keys(containerFamilies);
  if (throwDice(4) === 0) families.reverse();
  const lines = families.flatMap((family) => [
    `# TYPE ${family} gauge`,
    ...cluster
      .filter(() => throwDice(8) > 0)
      .map((container) => `${family}{${labelsOf(container, throwDice)}} ${anyValue(throwDice)}${anyTime(throwDice)}`),
  ]);
  for (const family of ['node_cpu_usage_seconds_total', 'node_memory_working_set_bytes', 'node_swap_usage_bytes']) {
    if (throwDice(5) > 0) lines.push(`${family} ${anyValue(throwDice)}${anyTime(throwDice)}`);
  }
  return `${lines.join('\n')}\n`;
}

function labelsOf(container: Container, throwDice: Dice): string {
  const labels = Object.entries(container).map(([name, value]) => `${name}="${value}"`);
  labels.sort();
  if (throwDice(6) === 0) labels.reverse();
  if (throwDice(6) === 0) labels.push(`id="${throwDice(9)}"`);
  return labels.join(',');
}

function anyValue(throwDice: Dice): string {
  const value = 1 + throwDice(1_000_000) + throwDice(1_000_000) / 1e6;
  return [value.toFixed(9), value.toExponential(), String(Math.trunc(value)), String(value)][throwDice(4)] ?? '';
}

const anyTime = (throwDice: Dice): string => (throwDice(5) === 0 ? '' : ` ${1_795_000_000_000 + throwDice(1e9)}`);

const nasty = Buffer.from('\n\r\t "\\{}=,#0123456789.eE+-_naNIinf\u0000ÿcontainer');

/** Some bytes are changed, some stretches doubled over others, as a broken peer or a broken memory would. */
function damage(body: Buffer, throwDice: Dice): void {
  for (let strike = throwDice(60); strike >= 0; strike--) {
    body[throwDice(body.length)] = nasty[throwDice(nasty.length)] ?? 0;
  }
  const from = throwDice(body.length);
  body.copyWithin(throwDice(body.length), from, Math.min(body.length, from + throwDice(400)));
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): Dice {
  let state = seed * 7919;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
