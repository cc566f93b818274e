import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Answer } from './exchange.ts';
import type { MediaType } from './negotiate.ts';
import { listAnswer } from './render.ts';
import type { Resource } from './resource.ts';

const as = { kind: 'Table', group: 'meta.k8s.io', version: 'v1' };
const media: Readonly<Record<string, MediaType>> = {
  JSON: { encoding: 'json', pretty: false },
  'JSON for people': { encoding: 'json', pretty: true },
  YAML: { encoding: 'yaml', pretty: false },
  protobuf: { encoding: 'protobuf', pretty: false },
  'a Table': { encoding: 'json', pretty: false, as },
};
const never = new AbortController().signal;
const pause = undefined;

for (const [name, type] of Object.entries(media)) {
  test(`pauses leave no trace in ${name}, wherever they are`, async () => {
    for (const names of [[], ['a'], ['a', 'b'], Array.from({ length: 500 }, (_, at) => `name-${at}`)]) {
      const plain = await answered(names, type);
      const broken = await answered([pause, pause, ...names.flatMap((one) => [one, pause, pause]), pause], type);
      assert.equal(await textOf(broken), await textOf(plain));
      const isWhole = ({ body }: Answer): boolean => typeof body === 'string' || body instanceof Uint8Array;
      assert.equal(isWhole(broken), isWhole(plain), `${names.length} names`);
    }
  });

  test(`others get a turn while little is found for ${name}, and a client that leaves ends it`, async () => {
    const gone = new AbortController();
    let paused = 0;
    const nothingFound = function* (): Iterable<string | undefined> {
      for (; paused < 1_000; paused++) yield pause;
    };
    const answer = answered(nothingFound(), type, gone.signal);
    await nextTurn();
    await nextTurn();
    assert.ok(paused > 0 && paused < 10, `${paused} pauses`);
    gone.abort();
    await assert.rejects(answer, { name: 'AbortError' });
    assert.ok(paused < 10, `${paused} pauses`);
  });
}

const answered = (
  objects: Iterable<string | undefined>,
  type: MediaType,
  signal: AbortSignal = never,
): Promise<Answer> => listAnswer(objects, { api, resource: things, media: type, rowObject: 'Metadata' }, signal);

async function textOf({ body }: Answer): Promise<string> {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString('latin1');
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk as string));
  return Buffer.concat(chunks).toString('latin1');
}

const things: Resource<unknown> = {
  name: 'things',
  kind: 'Thing',
  namespaced: true,
  verbs: ['get', 'list'],
  wire: {
    metadata: (name) => ({ name: String(name), namespace: 'ns', labels: { app: 'a' }, creationTimestamp: 0 }),
    jsonMembers: (name, out) => {
      out.text('"said":');
      out.string(`<${name}>`.repeat(10));
    },
    protobufFields: (name, out) => out.string(2, String(name).repeat(10)),
    columns: () => [{ name: 'Said', type: 'string', format: '' }],
    cells: (name) => [String(name).repeat(10)],
  },
  get: (name) => ({ kind: 'found', object: name }),
  list: () => [],
};

const api = { group: 'things.example.com', version: 'v1', resources: [things] };
