/**
 * What following pods costs: events per second and microseconds for each, pages of a list, with pods as a kubelet and a
 * kube-apiserver 1.36 left them. Run with `make bench-parts`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../lifecycle/clock.ts';
import { bestOf } from '../../lifecycle/testing/best-of.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { readLines } from '../connection/http/response-body.ts';
import type { KubeResponse, KubeTransport } from '../connection/transport.ts';
import { PodCatalog } from '../pods.ts';

interface PodObject {
  readonly metadata: { readonly managedFields?: unknown };
}

const recording = join(import.meta.dirname, '..', 'facts', 'testdata', 'v1.36-pods.json');
const { items } = JSON.parse(readFileSync(recording, 'utf8')) as { readonly items: readonly PodObject[] };
const recorded = items.filter(({ metadata }) => metadata.managedFields !== undefined);

/** How many pods are there while others come and go. */
const present = 2_000;
const eventCount = 4_000;

const forms: Readonly<Record<string, (pod: PodObject) => object>> = {
  'metadata alone, as asked for': ({ metadata }) => metadataObject(metadata),
  'the same without managedFields': ({ metadata }) => metadataObject({ ...metadata, managedFields: undefined }),
  'whole pods, from a server that does not know better': (pod) => pod,
};

for (const [form, shaped] of Object.entries(forms)) {
  const events = Array.from({ length: eventCount }, (_, at) => eventOf(at, shaped));
  const bytes = events.reduce((sum, { length }) => sum + length, 0) / events.length;
  console.log(`${form}, ${bytes.toFixed(0)} bytes an event`);
  await reportEvents('  each in a chunk of its own', events);
  await reportEvents('  in chunks of 64 KiB', chunksOf(Buffer.concat(events), 65_536));
  for (const pods of [500, 1_000]) await reportPage(pods, shaped);
}

async function reportEvents(what: string, chunks: readonly Buffer[]): Promise<void> {
  const transport = transportOf(() => '{"metadata":{"resourceVersion":"1"},"items":[]}', chunks);
  const us = ((await bestOf(1, () => followed(transport))) * 1_000) / eventCount;
  console.log(`${what}: ${us.toFixed(1)} us an event, ${(1_000_000 / us).toFixed(0)} a second`);
}

async function reportPage(pods: number, shaped: (pod: PodObject) => object): Promise<void> {
  const list = Array.from({ length: pods }, (_, at) => shaped(podOf(at)));
  const text = JSON.stringify({ metadata: { resourceVersion: '1' }, items: list });
  const transport = transportOf(() => text, []);
  const ms = await bestOf(3, () => followed(transport));
  console.log(`  a page of ${pods}, ${(text.length / 1e6).toFixed(1)} MB: ${ms.toFixed(2)} ms`);
}

/** From the first page to the end of the watch. */
async function followed(transport: (stop: AbortController) => KubeTransport): Promise<void> {
  const stop = new AbortController();
  await new PodCatalog({ connection: transport(stop), clock: systemClock, log: silentLogger }).run(stop.signal);
}

/** One page, one watch, and the end. */
function transportOf(page: () => string, chunks: readonly Buffer[]): (stop: AbortController) => KubeTransport {
  return (stop) => ({
    server: 'https://bench.test',
    request: ({ query = {} }) => {
      if (query['watch'] !== 'true') return Promise.resolve(answer(page()));
      return Promise.resolve(answer('', arriving(chunks, stop)));
    },
  });
}

async function* arriving(chunks: readonly Buffer[], stop: AbortController): AsyncGenerator<Buffer> {
  yield* chunks;
  stop.abort();
}

function answer(text: string, body: AsyncIterable<Buffer> = arriving([], new AbortController())): KubeResponse {
  return {
    status: 200,
    headers: {},
    text: () => Promise.resolve(text),
    json: () => Promise.resolve(JSON.parse(text) as unknown),
    lines: (limit = Number.POSITIVE_INFINITY) => readLines(body, limit),
    [Symbol.dispose]: () => undefined,
  };
}

function metadataObject(metadata: object): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

/** By turns a pod comes, and one that has been there for long goes. */
function eventOf(at: number, shaped: (pod: PodObject) => object): Buffer {
  const goes = at % 2 === 1 && at > present;
  const object = shaped(podOf(goes ? at - present - 1 : at));
  return Buffer.from(`${JSON.stringify({ type: goes ? 'DELETED' : 'ADDED', object })}\n`);
}

function podOf(at: number): PodObject {
  const pod = recorded[at % recorded.length] ?? { metadata: {} };
  return { ...pod, metadata: { ...pod.metadata, name: `pod-${at}`, resourceVersion: String(at) } as object };
}

function chunksOf(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}
