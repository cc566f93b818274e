import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSelection } from './selectors.ts';

const object = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'shop', labels: { app: 'web', 'k8s.io/tier': 'front' } },
  spec: { nodeName: 'worker-1' },
  status: { phase: 'Running' },
};

const labelCases: readonly [string, boolean][] = [
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app!=web', false],
  ['app=api', false],
  ['missing!=x', true],
  ['app in (api, web)', true],
  ['app notin (api,web)', false],
  ['missing notin (x)', true],
  ['app', true],
  ['!app', false],
  ['!missing,k8s.io/tier=front', true],
  ['app in (web),k8s.io/tier notin (back)', true],
];

for (const [labelSelector, expected] of labelCases) {
  test(`label selector ${JSON.stringify(labelSelector)} ${expected ? 'selects' : 'leaves out'} a front web pod`, () => {
    assert.equal(selects({ labelSelector }), expected);
  });
}

const fieldCases: readonly [string, boolean][] = [
  ['status.phase=Running', true],
  ['status.phase!=Running', false],
  ['metadata.name=a,spec.nodeName=worker-1', true],
  ['metadata.namespace=default', false],
  ['status.podIP=', true],
];

for (const [fieldSelector, expected] of fieldCases) {
  test(`field selector ${fieldSelector} ${expected ? 'selects' : 'leaves out'} a running pod on worker-1`, () => {
    assert.equal(selects({ fieldSelector }), expected);
  });
}

for (const [name, selector] of [
  ['labelSelector', '!!'],
  ['labelSelector', 'app in web'],
  ['fieldSelector', 'nonsense'],
  ['fieldSelector', 'spec.containers=x'],
] as const) {
  test(`${name} ${selector} is refused with a reason`, () => {
    const parsed = parseSelection(new URLSearchParams({ [name]: selector }), 'Pod');
    assert.equal(parsed.kind, 'unreadable');
  });
}

function selects(query: Record<string, string>): boolean {
  const parsed = parseSelection(new URLSearchParams(query), 'Pod');
  assert.ok(parsed.kind === 'selection');
  return parsed.selects(object);
}
