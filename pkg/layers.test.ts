import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { test } from 'node:test';

/** The house, from the ground up. A room imports from lower floors only, never from its own floor. */
const floors = [
  ['pkg/model'],
  ['pkg/lifecycle', 'pkg/telemetry'],
  ['pkg/kube', 'pkg/apiserver'],
  ['pkg/scraper', 'pkg/storage', 'pkg/api', 'pkg/heapster'],
  ['pkg/server', 'pkg/doctor', 'pkg/usage', 'pkg/simulator'],
  ['cmd/metrics-server', 'cmd/simulator', 'cmd/demo'],
];

const root = join(import.meta.dirname, '..');
const floorOf = (room: string): number => floors.findIndex((rooms) => rooms.includes(room));
const roomOf = (file: string): string => relative(root, file).split(sep).slice(0, 2).join('/');
const sources = globSync('{cmd,pkg}/*/**/*.ts', { cwd: root }).map((file) => join(root, file));

test('every room has a floor', () => {
  const homeless = sources.map(roomOf).filter((room) => floorOf(room) < 0);
  assert.deepEqual([...new Set(homeless)], []);
});

test('imports point down', () => {
  const climbing = sources.flatMap((file) =>
    relativeImports(file)
      .filter((target) => roomOf(target) !== roomOf(file) && floorOf(roomOf(target)) >= floorOf(roomOf(file)))
      .map((target) => `${relative(root, file)} -> ${relative(root, target)}`),
  );
  assert.deepEqual(climbing, []);
});

for (const [folder, promise] of [
  ['e2e', 'e2e knows only HTTP and kubectl'],
  ['bench', 'bench knows only HTTP and the built programs'],
] as const) {
  test(promise, () => {
    const files = globSync(`${folder}/**/*.ts`, { cwd: root }).map((file) => join(root, file));
    const reaching = files.flatMap((file) => relativeImports(file).filter((target) => !isWithin(folder, target)));
    assert.deepEqual(
      reaching.map((target) => relative(root, target)),
      [],
    );
  });
}

test('only cmd/ touches the process', () => {
  const touching = sources.filter(
    (file) =>
      roomOf(file).startsWith('pkg/') &&
      !/\.(test|bench)\.ts$|\/testing\//.test(file) &&
      /\bprocess\.|'node:process'/.test(readFileSync(file, 'utf8')),
  );
  assert.deepEqual(
    touching.map((file) => relative(root, file)),
    [],
  );
});

test('every exported name has its sentence', () => {
  const silent = sources
    .filter((file) => !/\.test\.ts$|\.d\.ts$|\/testing\//.test(file))
    .flatMap((file) => {
      const lines = readFileSync(file, 'utf8').split('\n');
      const isSilent = (line: string, index: number): boolean =>
        /^export (async )?(function|class|interface|type|const) /.test(line) && !lines[index - 1]?.endsWith('*/');
      return lines.filter(isSilent).map((line) => `${relative(root, file)}: ${line}`);
    });
  assert.deepEqual(silent, []);
});

test('no file is a drawer for anything', () => {
  const drawers = sources.filter((file) => /\/(utils?|common|helpers?|index|types|misc)\.ts$/.test(file));
  assert.deepEqual(
    drawers.map((file) => relative(root, file)),
    [],
  );
});

test('no test is skipped, left to do, or run alone', () => {
  const tests = [...sources, ...globSync('e2e/**/*.ts', { cwd: root }).map((file) => join(root, file))];
  const shirking = tests.filter((file) =>
    /\b(it|test|describe)\.(skip|only|todo)\b|\b(skip|todo): *true/.test(readFileSync(file, 'utf8')),
  );
  assert.deepEqual(
    shirking.filter((file) => !file.endsWith('layers.test.ts')).map((file) => relative(root, file)),
    [],
  );
});

const isWithin = (folder: string, file: string): boolean => roomOf(file).startsWith(`${folder}/`);

function relativeImports(file: string): string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...specifiers].map(([, path = '']) => join(dirname(file), path));
}
