import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerLayout } from '../../model/batch.ts';
import { NodeWindow } from '../node-window.ts';
import { limitsOf } from '../rules/limits.ts';
import { ownRow } from './node-rows.ts';
import { PodIndex } from './pod-index.ts';
import { noRow } from './row-claims.ts';

const limits = limitsOf(15_000, 60_000);

test('every container keeps its row and finds it again, however layouts change', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = dice(seed);
    const index = new PodIndex();
    const nodes = [new Machine('n1', index, random), new Machine('n2', index, random)];
    let now = 0;
    for (let step = 0; step < 100; step++) {
      now += random(8) === 0 ? random(60_000) : random(15_000);
      const node = nodes[random(nodes.length)];
      node?.answer(now, `seed ${seed}, step ${step}`);
      assertIndex(index, nodes, `seed ${seed}, step ${step}`);
    }
    for (const node of nodes) {
      node.fallSilent(now, `seed ${seed}`);
      node.window.rows.forget();
    }
    assert.deepEqual(index.size, { namespaces: 0, pods: 0 }, `seed ${seed}`);
  }
});

test('as many rows as containers where these come all at once, and half as many again at the most after any change', () => {
  const window = new NodeWindow('n1', limits, new PodIndex());
  const { rows } = window;
  rows.adopt(layoutOf(Array.from({ length: 60 }, (_, pod) => `ns/p${pod}/app`)), 0);
  assert.equal(rows.slots.rows, 61);
  for (let step = 1; step <= 200; step++) {
    rows.adopt(layoutOf(Array.from({ length: 60 }, (_, pod) => `ns/p${step * 3 + pod}/app`)), step * 15_000);
    assert.ok(rows.slots.rows <= 1.5 * 61, `step ${step}: ${rows.slots.rows} rows`);
  }
});

test('many containers of one pod, in any order, each with a row', () => {
  const { rows } = new NodeWindow('n1', limits, new PodIndex());
  const names = Array.from({ length: 2_000 }, (_, container) => `ns/pod/c${(container * 7_919) % 2_000}`);
  rows.adopt(layoutOf(names), 0);
  const reversed = layoutOf(names.toReversed());
  const known = names.map((_, slot) => rows.at(slot));
  assert.equal(new Set(known).size, 2_000);
  rows.adopt(reversed, 1);
  for (const slot of names.keys()) {
    assert.equal(rows.at(slot), known.at(-1 - slot));
    assert.equal(rows.find(reversed, slot), rows.at(slot));
  }
});

function assertIndex(index: PodIndex, nodes: readonly Machine[], where: string): void {
  const named = nodes.map(({ pods }) => pods);
  const all = new Set(named.flatMap((pods) => [...pods]));
  assert.equal(index.size.pods, all.size, `${where}: pods`);
  for (const name of all) {
    const [namespace = '', pod = ''] = name.split('/');
    const found = [index.find(namespace, pod) ?? []].flat().map(({ node }) => node.window.name);
    const expected = nodes.filter((_, at) => named[at]?.has(name)).map(({ window }) => window.name);
    assert.deepEqual(found.sort(), expected, `${where}: nodes of ${name}`);
  }
}

interface Memory {
  /** What its row holds; NaN while nothing was learned. */
  token: number;
  confirmedAt: number;
}

/** One node, and what its rows ought to hold, in a map. */
class Machine {
  readonly window: NodeWindow;
  readonly #index: PodIndex;
  readonly #random: (below: number) => number;
  #names: string[] = [];
  readonly #named = new Map<string, Memory>();
  readonly #absent = new Map<string, Memory>();
  #tokens = 0;

  constructor(name: string, index: PodIndex, random: (below: number) => number) {
    this.window = new NodeWindow(name, limits, index);
    this.#index = index;
    this.#random = random;
    this.#learn(ownRow, 77, 0);
  }

  get pods(): ReadonlySet<string> {
    return new Set([...this.#named.keys()].map((name) => name.split('/').slice(0, 2).join('/')));
  }

  /** Names others than before, checks what is known of whom, and learns something new of most. */
  answer(now: number, where: string): void {
    const { rows } = this.window;
    this.#names = this.#change(this.#names);
    const layout = layoutOf(this.#names);
    rows.expire(now);
    rows.adopt(layout, now);
    this.#adopt(now);
    assert.ok(rows.fits(structuredClone(layout)), where);
    assert.equal(this.#tokenOf(ownRow), 77, `${where}: the node's own row`);
    const taken = new Set([noRow, ownRow]);
    for (const [slot, name] of this.#names.entries()) {
      if (this.#names.indexOf(name) < slot) {
        assert.equal(rows.at(slot), noRow, `${where}: ${name} stands twice`);
        continue;
      }
      const row = rows.at(slot);
      assert.ok(!taken.has(row), `${where}: row ${row} of ${name} is taken`);
      taken.add(row);
      this.#check(slot, name, now, where);
    }
  }

  /** All that is of no use any more is given back, after a while. */
  fallSilent(now: number, where: string): void {
    const { rows } = this.window;
    const used = this.#named.size + 1;
    rows.expire(now + 2 * limits.serveMs);
    assert.ok(rows.slots.rows <= 2 * used + 8, `${where}: ${rows.slots.rows} rows for ${used}`);
    for (const [slot, name] of this.#names.entries()) {
      const row = rows.at(slot);
      if (row !== noRow) assert.equal(this.#tokenOf(row), this.#named.get(name)?.token, `${where}: ${name}`);
    }
  }

  #check(slot: number, name: string, now: number, where: string): void {
    const { rows } = this.window;
    const [namespace = '', pod = '', container = ''] = name.split('/');
    const row = rows.at(slot);
    const memory = this.#named.get(name);
    assert.equal(rows.nameOf(row), container, where);
    assert.equal(rows.find(layoutOf([name]), 0), row, `${where}: ${name} found by name`);
    assert.equal(this.#index.on(rows, namespace, pod)?.rowOf(container), row, where);
    assert.equal(this.#tokenOf(row), memory?.token, `${where}: what is known of ${name}`);
    if (memory === undefined || this.#random(5) === 0) return;
    Object.assign(memory, { token: ++this.#tokens, confirmedAt: now });
    this.#learn(row, memory.token, now);
  }

  /** Who is named no more is absent, and of use for three periods. */
  #adopt(now: number): void {
    const isOfUse = ({ confirmedAt }: Memory): boolean => confirmedAt >= now - limits.serveMs;
    for (const [name, memory] of this.#absent) if (!isOfUse(memory)) this.#absent.delete(name);
    const gone = [...this.#named].filter(([name]) => !this.#names.includes(name));
    for (const name of this.#names) {
      const known = this.#named.get(name) ?? this.#absent.get(name);
      this.#named.set(name, known ?? { token: Number.NaN, confirmedAt: Number.NaN });
      this.#absent.delete(name);
    }
    for (const [name, memory] of gone) {
      this.#named.delete(name);
      if (isOfUse(memory)) this.#absent.set(name, memory);
    }
  }

  /** Mostly one or two others; now and then another order, a name twice, hardly anybody, nobody, or many. */
  #change(names: readonly string[]): string[] {
    const random = this.#random;
    const kind = random(20);
    if (kind === 0) return names.filter(() => random(8) === 0);
    if (kind === 1) return [];
    if (kind === 2) return [...names].sort(() => random(3) - 1);
    if (kind === 3) return names.flatMap((name) => (random(4) === 0 ? [name, name] : [name]));
    if (kind === 4) return [...names, ...names.slice(random(5))];
    const added = Array.from({ length: kind === 5 ? 40 : random(4) }, () => this.#name());
    const stay = names.filter(() => random(25) > 0);
    const at = random(stay.length + 1);
    return [...stay.slice(0, at), ...added, ...stay.slice(at)];
  }

  #name(): string {
    return `ns${this.#random(2)}/p${this.#random(25)}/c${this.#random(3)}`;
  }

  /** The same number into all that a row holds, so that a mix-up shows. */
  #learn(row: number, token: number, now: number): void {
    const sample = {
      sampledAt: token,
      startedAt: token,
      cpu: token,
      memory: token * 1024,
      swap: token,
      receivedAt: now,
    };
    const slots = this.window.rows.slots.seek(row);
    slots.publish(sample, token, token);
    slots.remember(sample);
  }

  #tokenOf(row: number): number {
    const slots = this.window.rows.slots.seek(row);
    const { sampledAt: token, startedAt, cpu, hasUsage } = slots;
    const { memory, swap, windowNs, cpu: rate } = slots.lastUsage;
    if (Number.isNaN(token)) {
      assert.deepEqual([startedAt, cpu, hasUsage], [Number.NaN, Number.NaN, false]);
      return token;
    }
    assert.deepEqual([startedAt, cpu, memory, swap, windowNs, rate], [token, token, token * 1024, token, token, token]);
    return token;
  }
}

function layoutOf(names: readonly string[]): ContainerLayout {
  const part = (index: number): string[] => names.map((name) => name.split('/')[index] ?? '');
  return { namespaces: part(0), pods: part(1), containers: part(2) };
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
