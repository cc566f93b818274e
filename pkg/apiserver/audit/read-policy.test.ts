import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPolicy } from './read-policy.ts';
import { dice } from './testing/dice.ts';

const head = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n';

describe('an audit policy', () => {
  test('is read from YAML as from JSON', () => {
    const yaml = `${head}omitStages: [RequestReceived]
rules:
- level: None
  users: ["system:kube-proxy"]
  verbs: [watch]
  resources:
  - group: ""
    resources: [endpoints, services/status]
- level: Metadata
  nonResourceURLs: ["/healthz*", /version]
`;
    const json = {
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      omitStages: ['RequestReceived'],
      rules: [
        {
          level: 'None',
          users: ['system:kube-proxy'],
          verbs: ['watch'],
          resources: [{ group: '', resources: ['endpoints', 'services/status'] }],
        },
        { level: 'Metadata', nonResourceURLs: ['/healthz*', '/version'] },
      ],
    };
    const outcome = readPolicy(yaml);
    assert.deepEqual(outcome, readPolicy(JSON.stringify(json)));
    assert.ok(outcome.kind === 'policy');
    assert.deepEqual(outcome.warnings, []);
    assert.deepEqual(outcome.policy.rules[0], {
      level: 'None',
      users: ['system:kube-proxy'],
      userGroups: [],
      verbs: ['watch'],
      resources: [{ group: '', resources: ['endpoints', 'services/status'], resourceNames: [] }],
      namespaces: [],
      nonResourceURLs: [],
      omitStages: [],
    });
  });

  test('with members that nobody knows is warned of and counts, as in the reference', () => {
    const outcome = readPolicy(`${head}rule: []\nrules: [{level: Metadata, user: [alice], omitManagedFields: true}]`);
    assert.ok(outcome.kind === 'policy');
    assert.deepEqual(
      outcome.warnings.map((warning) => warning.split(';')[0]),
      ['rule: is not known', 'rules[0].user: is not known'],
    );
  });

  test('names everything that is wrong with it at once', () => {
    const outcome = readPolicy(`${head}
omitStages: [Never]
omitManagedFields: sometimes
rules:
- level: Everything
- users: alice
  level: Metadata
- level: Metadata
  verbs: [1]
  resources:
  - {group: apps/v1}
  - {resourceNames: [x]}
- level: Metadata
  namespaces: [a]
  nonResourceURLs: [livez, "/a*b"]
- text
`);
    assert.ok(outcome.kind === 'invalid');
    assert.deepEqual(outcome.problems, [
      'omitManagedFields: must be true or false, got "sometimes"',
      'rules[0].level: must be one of None, Metadata, Request, RequestResponse, got "Everything"',
      'rules[1].users: must be a list, got "alice"',
      'rules[2].verbs[0]: must be a text, got 1',
      'rules[2].resources[0].group: must be the name of an API group without its version, got "apps/v1"',
      'rules[2].resources[1].resourceNames: using resourceNames requires at least one resource',
      'rules[3]: rules cannot apply to both regular resources and non-resource URLs',
      `rules[3].nonResourceURLs[0]: must begin with a '/', got "livez"`,
      `rules[3].nonResourceURLs[1]: a '*' must be its last character, got "/a*b"`,
      'rules[4]: must be an object, got "text"',
      'rules[4].level: must be one of None, Metadata, Request, RequestResponse, got nothing',
      'omitStages[0]: must be one of RequestReceived, ResponseStarted, ResponseComplete, Panic, got "Never"',
    ]);
  });

  for (const [promise, text, problem] of [
    [
      'of another version',
      'apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules: [{level: None}]',
      /got "Policy" of "audit.k8s.io\/v1beta1"/,
    ],
    ['of another kind', 'apiVersion: audit.k8s.io/v1\nkind: Event\nrules: [{level: None}]', /got "Event"/],
    ['without rules', head, /rules: must hold at least one rule/],
    ['that is empty', '', /is empty/],
    ['that is no YAML', 'a: [', /is neither YAML nor JSON/],
    ['that is a list', '[]', /must be an object, got \[\]/],
  ] as const) {
    test(`${promise} is refused`, () => {
      const outcome = readPolicy(text);
      assert.ok(outcome.kind === 'invalid');
      assert.match(outcome.problems.join('\n'), problem);
    });
  }

  test('is a value or problems, whatever the text', () => {
    const seed = 20261121;
    const random = dice(seed);
    const base = `${head}rules:\n- level: Metadata\n  users: [a]\n  resources: [{group: "", resources: [pods]}]\n`;
    for (let round = 0; round < 500; round++) {
      const at = Math.floor(random() * base.length);
      const junk = [...'{}[]:-"\n*&!|>%@ \0é'][Math.floor(random() * 19)] ?? '';
      const text = base.slice(0, at) + junk + base.slice(at + Math.floor(random() * 3));
      assert.ok(['policy', 'invalid'].includes(readPolicy(text).kind), `seed ${seed}, round ${round}`);
    }
  });
});
