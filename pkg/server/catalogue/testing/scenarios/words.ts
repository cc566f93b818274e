import { metricNamed } from '../../../../heapster/catalogue/catalogue.ts';
import type { Entity } from '../../../../heapster/entity.ts';
import { parseDuration } from '../../../../model/duration.ts';
import { parseQuantity } from '../../../../model/quantity.ts';
import type { Measured } from './scenario.ts';

/** A line that nobody can make sense of; the message says why. */
export class BadLine extends Error {}

/** A span such as `1h30m`, in milliseconds; `+` and `-` may stand before it. */
export function spanIn(text: string): number {
  const read = parseDuration(text);
  if (read.kind === 'invalid') throw new BadLine(`expected a span of time such as 90s or 1h30m, got ${quoted(text)}`);
  return read.ns / 1e6;
}

/** A moment of a round: whole minutes since the beginning. */
export function minuteIn(text: string | undefined): number {
  const minute = spanIn(text ?? '') / 60_000;
  if (!Number.isInteger(minute) || minute < 0)
    throw new BadLine(`rounds are at whole minutes from 0m on, got ${quoted(text ?? '')}`);
  return minute;
}

/** An amount as Kubernetes writes it: `258`, `0.5`, `2Gi`. */
export function amountIn(text: string): number {
  const read = parseQuantity(text);
  if (read.kind === 'invalid') throw new BadLine(`expected an amount such as 258 or 2Gi, got ${quoted(text)}`);
  return Number(read.quantity.nanos) / 1e9;
}

/** Pairs such as `cpu=10s`, of which only these may be there, each once. */
export function pairsIn(words: readonly string[], known: readonly string[]): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    if (!known.includes(name)) throw new BadLine(`expected any of ${known.join(', ')}, got ${quoted(word)}`);
    if (at < 0) throw new BadLine(`expected a value: ${name}=…`);
    if (pairs.has(name)) throw new BadLine(`${name} is there twice`);
    pairs.set(name, word.slice(at + 1));
  }
  return pairs;
}

/** `cluster`, a node's name, `namespace/`, `namespace/pod` or `namespace/pod/container`. */
export function subjectIn(text: string | undefined, nodes: ReadonlyMap<string, unknown>): Entity {
  if (text === 'cluster') return { type: 'cluster' };
  const [first = '', pod, container, ...more] = (text ?? '').split('/');
  if (pod === undefined) {
    if (!nodes.has(first)) throw new BadLine(`there is no node ${quoted(first)}; a namespace is written with a slash`);
    return { type: 'node', node: first };
  }
  if (first === '' || container === '' || more.length > 0) throw new BadLine(`${quoted(text ?? '')} is no subject`);
  if (pod === '') return { type: 'ns', namespace: first };
  if (container === undefined) return { type: 'pod', namespace: first, pod };
  return { type: 'pod_container', namespace: first, pod, container };
}

/** A metric of a subject; of labeled ones with what tells values apart: `disk/io_read_bytes{/dev/vda}`. */
export function measuredIn(text: string | undefined, entity: Entity): Measured {
  const [, name = '', resource] = /^([^{}]*)(?:\{([^{}]+)\})?$/.exec(text ?? '') ?? [];
  const metric = metricNamed(name);
  if (metric === undefined) throw new BadLine(`${quoted(text ?? '')} is not in the catalogue`);
  if (!metric.levels.includes(entity.type)) throw new BadLine(`subjects of type ${entity.type} have no ${name}`);
  const isLabeled = metric.labels !== undefined;
  if (isLabeled !== (resource !== undefined))
    throw new BadLine(isLabeled ? `of which one: ${name}{…}?` : `${name} has one value, without a label`);
  return { entity, metric: name, ...(resource !== undefined && { labels: { resource_id: resource } }) };
}

/** For messages. */
export const quoted = (text: string): string => JSON.stringify(text);
