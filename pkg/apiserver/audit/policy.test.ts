import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { User } from '../../model/user.ts';
import { type AuditedAttributes, decide } from './policy.ts';
import { readPolicy } from './read-policy.ts';

const alice: User = { name: 'alice', groups: ['developers', 'system:authenticated'], extra: {} };

const listNodes = resource({ verb: 'list', resource: 'nodes' });
const getPod = resource({ verb: 'get', resource: 'pods', namespace: 'web', name: 'front' });
const podLog = resource({ verb: 'get', resource: 'pods', namespace: 'web', name: 'front', subresource: 'log' });
const corePods = resource({ verb: 'list', resource: 'pods', group: '' });
const livez = path('/livez');
const metrics = '{group: metrics.k8s.io, ';

/** Each rule would record; what fits none is not recorded. */
const table: readonly (readonly [
  promise: string,
  rule: string,
  fitting: readonly Asked[],
  others: readonly Asked[],
])[] = [
  ['a rule without conditions is about everything', '{}', [listNodes, getPod, podLog, livez], []],
  [
    'users are compared by name',
    '{users: [bob, alice]}',
    [listNodes],
    [
      [listNodes, undefined],
      [listNodes, user('eve')],
    ],
  ],
  ['an unknown asker is no user, not even of no name', '{users: [""]}', [], [[listNodes, undefined]]],
  [
    'one group is enough',
    '{userGroups: [admins, developers]}',
    [livez],
    [
      [livez, user('eve')],
      [livez, undefined],
    ],
  ],
  ['verbs are those of Kubernetes', '{verbs: [list, watch]}', [listNodes, corePods], [getPod, livez]],
  [
    'a resource is one of a group',
    `{resources: [${metrics}resources: [nodes]}]}`,
    [listNodes],
    [getPod, corePods, livez],
  ],
  [
    'no resources named means all of the group',
    `{resources: [${metrics}}]}`,
    [listNodes, getPod, podLog],
    [corePods, livez],
  ],
  ['no group is the core group', '{resources: [{resources: [pods]}]}', [corePods], [getPod, listNodes]],
  [
    'a star is every resource and subresource',
    `{resources: [${metrics}resources: ["*"]}]}`,
    [listNodes, podLog],
    [corePods],
  ],
  ['a resource is not its subresources', `{resources: [${metrics}resources: [pods]}]}`, [getPod], [podLog]],
  ['a subresource is named with its resource', `{resources: [${metrics}resources: [pods/log]}]}`, [podLog], [getPod]],
  [
    'a star before the slash is every resource with it',
    `{resources: [${metrics}resources: ["*/log"]}]}`,
    [podLog],
    [getPod],
  ],
  [
    'a star behind the slash is a resource with all below',
    `{resources: [${metrics}resources: ["pods/*"]}]}`,
    [getPod, podLog],
    [listNodes],
  ],
  [
    'names narrow resources down',
    `{resources: [${metrics}resources: [pods], resourceNames: [front]}]}`,
    [getPod],
    [[resource({ verb: 'get', resource: 'pods', name: 'back' }), alice]],
  ],
  ['namespaces are about resources only', '{namespaces: [web]}', [getPod, podLog], [listNodes, livez]],
  ['the empty namespace is what has none', '{namespaces: [""]}', [listNodes, corePods], [getPod, livez]],
  ['a path is itself', '{nonResourceURLs: [/livez]}', [livez], [path('/livez/ping'), listNodes]],
  [
    'a star ends a path that goes on',
    '{nonResourceURLs: ["/livez*"]}',
    [livez, path('/livez/ping')],
    [path('/readyz'), getPod],
  ],
  ['a star alone is every path', '{nonResourceURLs: ["*"]}', [livez, path('/')], [listNodes]],
  [
    'every condition counts',
    '{users: [alice], verbs: [get], nonResourceURLs: [/livez]}',
    [livez],
    [path('/livez', 'head'), [livez, user('eve')]],
  ],
];

describe('a rule of the audit policy', () => {
  for (const [promise, rule, fitting, others] of table) {
    test(promise, () => {
      const policy = policyOf(`rules: [{level: Metadata, ${rule.slice(1)}]`);
      for (const asked of fitting) assert.equal(levelOf(policy, asked), 'Metadata', JSON.stringify(asked));
      for (const asked of others) assert.equal(levelOf(policy, asked), 'None', JSON.stringify(asked));
    });
  }
});

describe('the audit policy', () => {
  test('lets the first rule that fits decide', () => {
    const policy = policyOf(`
rules:
- level: None
  nonResourceURLs: [/livez*]
- level: RequestResponse
  users: [alice]
- level: Metadata
`);
    assert.equal(levelOf(policy, livez), 'None');
    assert.equal(levelOf(policy, listNodes), 'RequestResponse');
    assert.equal(levelOf(policy, [listNodes, user('eve')]), 'Metadata');
  });

  test('leaves out the stages that it or the rule leaves out', () => {
    const policy = policyOf('{omitStages: [Panic], rules: [{level: Metadata, omitStages: [RequestReceived]}]}');
    const { omits } = decide(policy, alice, listNodes);
    const omitted = (['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const).filter(omits);
    assert.deepEqual(omitted, ['RequestReceived', 'Panic']);
  });
});

type Asked = AuditedAttributes | readonly [AuditedAttributes, User | undefined];

function levelOf(policy: ReturnType<typeof policyOf>, asked: Asked): string {
  const [attributes, asker] = 'kind' in asked ? [asked, alice] : asked;
  return decide(policy, asker, attributes).level;
}

function policyOf(text: string) {
  const outcome = readPolicy(withHead(text));
  assert.ok(outcome.kind === 'policy', JSON.stringify(outcome));
  return outcome.policy;
}

function withHead(text: string): string {
  const body = text.trim();
  if (body.startsWith('{')) return `{apiVersion: audit.k8s.io/v1, kind: Policy, ${body.slice(1)}`;
  return `apiVersion: audit.k8s.io/v1\nkind: Policy\n${body}`;
}

function user(name: string): User {
  return { name, groups: [], extra: {} };
}

function resource(changes: { verb: string; resource: string } & Record<string, string>): AuditedAttributes {
  return { kind: 'resource', group: 'metrics.k8s.io', version: 'v1beta1', ...changes };
}

function path(asked: string, verb = 'get'): AuditedAttributes {
  return { kind: 'path', verb, path: asked };
}
