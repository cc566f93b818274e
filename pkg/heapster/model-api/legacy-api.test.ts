import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Answer } from '../../apiserver/exchange.ts';
import { madeRequest } from '../../apiserver/made-request.ts';
import { requestInfo } from '../../apiserver/request-info.ts';
import { RouteTable } from '../../apiserver/router.ts';
import { as, type EpochMs } from '../../model/units.ts';
import { toldCluster } from '../testing/told-cluster.ts';
import { ToldModel } from '../testing/told-model.ts';
import { legacyApi } from './legacy-api.ts';

const now = Date.parse('2026-01-05T10:01:20Z');
const labels = {
  nodeLabels: () => ({ zone: 'a' }),
  podLabels: (_: string, pod: string) => ({ app: 'web', pod }),
};
const apiOf = (source: ToldModel) => {
  const made = legacyApi({ source, labels, resolutionMs: 60_000, clock: { now: () => now } });
  return { ...made, table: new RouteTable(made.routes) };
};
const api = apiOf(toldCluster());
const answersFile = join(import.meta.dirname, 'testdata', 'answers.txt');

/** What is asked, one path a line; every route of the API is asked at least once. */
const asked = await readFile(join(import.meta.dirname, 'testdata', 'requests.txt'), 'utf8');
const paths = asked.split('\n').filter((line) => line !== '');

describe("Heapster's API", () => {
  it('answers every request of testdata/requests.txt as testdata/answers.txt says; after a wanted change, write what was answered there', async () => {
    const answered = await Promise.all(paths.map(async (path) => `${path}\n${textOf(await ask(api, path))}\n`));
    assert.equal(answered.join('\n'), await readFile(answersFile, 'utf8'));
  });

  it('has an answer on record for each of its routes', () => {
    const unasked = api.operations.filter(({ path }) => !paths.some((each) => fits(path, each)));
    assert.deepEqual(
      unasked.map(({ path }) => path),
      [],
    );
  });

  it('gives no usage of a pod without containers, and selects nothing of whose labels nobody knows', async () => {
    const at = as<EpochMs>(now);
    const set = { labels: {}, at, sampledAt: at, startedAt: at, labeled: [] };
    const values = new Map(Object.entries({ 'cpu/usage_rate': 5, 'memory/working_set': 5 }));
    const source = new ToldModel();
    source.tell([
      { ...set, entity: { type: 'ns', namespace: 'shop' }, values },
      { ...set, entity: { type: 'pod', namespace: 'shop', pod: 'empty' }, values },
      { ...set, entity: { type: 'node', node: 'node-a' }, values },
    ]);
    const nobody = { nodeLabels: () => undefined, podLabels: () => undefined };
    const { routes } = legacyApi({ source, labels: nobody, resolutionMs: 60_000, clock: { now: () => now } });
    const young = { ...api, table: new RouteTable(routes) };
    const listed = async (path: string): Promise<number> => {
      const answer = await ask(young, `/apis/metrics/v1alpha1/${path}`);
      return (JSON.parse(String(answer?.body)) as { readonly items: readonly unknown[] }).items.length;
    };
    assert.equal(await listed('pods'), 0);
    assert.equal(await listed('nodes'), 1);
    assert.equal(await listed('nodes?labelSelector=zone%21%3Da'), 0);
    assert.equal((await ask(young, '/apis/metrics/v1alpha1/namespaces/shop/pods/empty'))?.status, 404);
  });

  it('tolerates a slash at the end of every path', async () => {
    for (const path of paths) {
      const [before = '', query] = path.split('?');
      const slashed = query === undefined ? `${before}/` : `${before}/?${query}`;
      assert.equal(textOf(await ask(api, slashed)), textOf(await ask(api, path)), slashed);
    }
  });

  it('is empty, and never 404, before anything is known', async () => {
    const young = apiOf(new ToldModel());
    for (const path of paths.filter((each) => /^\/api\/v1\/(model|dashboard|metric-export)/.test(each))) {
      const answer = await ask(young, path);
      if (!path.includes('start=tomorrow') && !path.includes('labels=no')) assert.equal(answer?.status, 200, path);
    }
  });

  it('answers below its roots only, and below each: what callers are allowed is asked about by them', () => {
    const rootsOf = (path: string): readonly string[] =>
      api.roots.filter((root) => path === root || path.startsWith(`${root}/`));
    for (const { path } of api.operations) assert.equal(rootsOf(path).length, 1, path);
    const met = new Set(api.operations.flatMap(({ path }) => rootsOf(path)));
    assert.deepEqual([...met].sort(), [...api.roots].sort());
  });

  it('has no spelling of a path that answers without being asked about as one of its own', async () => {
    const spellings = (path: string): readonly string[] => [
      path.replace('/', '//'),
      path.replace('/v1', '//v1'),
      path.replaceAll('/', '%2F'),
      path.replace('/v1', '/./v1'),
      path.replace('/v1', '/x/../v1'),
      path.replace('/v1', '/V1'),
      path.replace('/api', '/API'),
      path.replace('/v1', '/%76%31'),
      `/.${path}`,
      `${path}//`,
      `${path};x`,
      `${path}%00`,
      ` ${path}`,
    ];
    let answered = 0;
    for (const url of paths.flatMap(spellings)) {
      const request = madeRequest(url.replaceAll(' ', '%20'));
      const info = requestInfo(request, api.roots);
      if (info.kind !== 'info' || (await api.table.answer(request, info.path)) === undefined) continue;
      answered++;
      assert.deepEqual(info.attributes, { kind: 'path', verb: 'list', path: info.path }, url);
    }
    assert.ok(answered >= paths.length, 'escaped paths are answered too');
  });

  it('takes GET and HEAD only', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
      assert.equal((await ask(api, '/api/v1/model/nodes', method))?.status, 405);
    assert.equal((await ask(api, '/api/v1/model/nodes', 'HEAD'))?.status, 200);
  });

  it('describes every type that its answers have', () => {
    const known = new Set(api.types.map(({ name }) => name));
    for (const { answer, path } of api.operations) assert.ok(known.has(answer), path);
    assert.equal(new Set(api.operations.map(({ id }) => id)).size, api.operations.length);
  });
});

async function ask({ table }: typeof api, url: string, method = 'GET'): Promise<Answer | undefined> {
  const request = madeRequest(url, { method });
  return table.answer(request, request.path);
}

function textOf(answer: Answer | undefined): string {
  if (answer === undefined) return 'no route';
  const { status, headers, body } = answer;
  const text = typeof body === 'string' ? body : [...(body as Iterable<string>)].join('');
  return `${status} ${headers['Content-Type']}\n${text.trimEnd()}`;
}

function fits(template: string, url: string): boolean {
  const pattern = template.replace(/\{metric\}/g, '.+').replace(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(url.split('?', 1).join('').replace(/\/$/, ''));
}
