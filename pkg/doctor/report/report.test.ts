import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { AreaName } from '../areas.ts';
import { fine, found, unseen, type Verdict } from '../finding.ts';
import { findingCodes } from '../finding-codes.ts';
import { renderJson } from './render-json.ts';
import { renderText } from './render-text.ts';
import { exitCodeOf, reportOf } from './report.ts';

const seenFrom = { server: 'https://10.0.0.1:6443', lookedFrom: 'pod' } as const;
const golden = (file: string) => readFileSync(join(import.meta.dirname, 'testdata', file), 'utf8');

const pending = found({
  code: 'csr-pending',
  severity: 'warning',
  about: 'node n1',
  what: 'A request for a serving certificate waits for approval.',
  why: 'Kubernetes signs these for nobody by itself.',
  cure: { advice: 'Approve it.', commands: ['kubectl certificate approve csr-1'] },
});

const forbidden = found({
  code: 'right-missing',
  severity: 'error',
  about: 'system:serviceaccount:kube-system:metrics-server',
  what: 'It may not get nodes/metrics.',
  why: 'The server needs this to be answered by kubelets.',
  cure: { advice: 'Add the rule:', manifest: ['- apiGroups: [""]', '  resources: ["nodes/metrics"]'] },
});

const sick = reportOf(
  seenFrom,
  new Map<AreaName, readonly Verdict[]>([
    ['rights', [forbidden]],
    ['nodes', [fine('2 of 2 kubelets answer for their containers.')]],
    ['certificates', [pending]],
    ['autoscalers', [unseen('HorizontalPodAutoscalers', 'the kube-apiserver answered 403')]],
  ]),
);

describe('a report', () => {
  it('for programs is what testdata/report.json says: scripts depend on it', () => {
    assert.equal(`${renderJson(sick)}\n`, golden('report.json'));
  });

  it('for people is what testdata/report.txt says', () => {
    assert.equal(renderText(sick, { colour: false, width: 100 }), golden('report.txt'));
  });

  it('for people has colours where there are any, and fits a narrow terminal but for what is to be copied', () => {
    const coloured = renderText(sick, { colour: true, width: 60 });
    assert.match(coloured, /\u001b\[31merror {3}\u001b\[0m/);
    const plain = renderText(sick, { colour: false, width: 60 });
    assert.doesNotMatch(plain, /\u001b/);
    const long = plain.split('\n').filter((line) => line.length > 60);
    assert.deepEqual(
      long.filter((line) => !/\$ kubectl|system:serviceaccount/.test(line)),
      [],
    );
  });

  it('never lets what stands in an object move the cursor', () => {
    const evil = found({
      code: 'pod-failing',
      severity: 'error',
      about: 'pod a/\u001b[2Jb',
      what: 'x\r\ny\u0007',
      why: '\u009b31m',
      cure: { advice: 'z', commands: ['kubectl\nrm -rf /'] },
    });
    const text = renderText(reportOf(seenFrom, new Map([['workload', [evil]]])), { colour: false, width: 80 });
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\u0000-\u001f\u007f-\u009f]/);
    assert.match(text, /\$ kubectl rm -rf \//);
  });
});

describe('an exit code', () => {
  const codeFor = (...entries: readonly (readonly [AreaName, readonly Verdict[]])[]) =>
    exitCodeOf(reportOf(seenFrom, new Map(entries)));

  it('is 1 as soon as anything is found, be it a warning', () => {
    assert.equal(codeFor(['rights', [fine('x')]], ['certificates', [pending]]), 1);
  });

  it('is 0 when all is well, though something beside could not be seen', () => {
    assert.equal(codeFor(['rights', [fine('x')]], ['autoscalers', [unseen('x', 'y')]]), 0);
  });

  it('is 2 when nothing is found because nothing could be seen where it matters', () => {
    assert.equal(codeFor(['rights', [fine('x')]], ['nodes', [unseen('nodes', '403')]]), 2);
    assert.equal(codeFor(['autoscalers', [unseen('x', 'y')]]), 2);
  });

  it('is 0 where kubelets are out of reach, and the server has metrics of them', () => {
    const outOfReach = ['nodes', [unseen('kubelets', 'from here')]] as const;
    assert.equal(codeFor(outOfReach, ['metrics', [fine('metrics.k8s.io has 3 nodes.')]]), 0);
    assert.equal(codeFor(outOfReach, ['metrics', [unseen('nodes', '403')]]), 2);
  });
});

describe('codes', () => {
  it('are what testdata/codes.txt says: they keep their meaning, and none is used again for another', () => {
    const list = Object.entries(findingCodes).map(([code, meaning]) => `${code}: ${meaning}\n`);
    assert.equal(list.join(''), golden('codes.txt'));
  });
});
