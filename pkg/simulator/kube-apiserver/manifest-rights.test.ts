import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rightsInManifest } from './manifest-rights.ts';

test('a manifest grants what its roles allow to whom its bindings name, in the namespace of the binding', () => {
  const rights = rightsInManifest(`
kind: Role
metadata: {name: r, namespace: n}
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [s], verbs: [get]}]
---
kind: RoleBinding
metadata: {name: b, namespace: n}
roleRef: {kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: a, namespace: k}, {kind: User, name: u}]
---
kind: ClusterRole
metadata: {name: r}
rules: [{apiGroups: [x, y], resources: [z], verbs: [patch]}]
---
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {kind: ClusterRole, name: r}
subjects: [{kind: Group, name: g}]
---
kind: ClusterRoleBinding
metadata: {name: elsewhere}
roleRef: {kind: ClusterRole, name: not-here}
subjects: [{kind: Group, name: g}]
---
kind: ClusterRole
metadata: {name: paths}
rules: [{nonResourceURLs: [/a, /b/*], verbs: [list]}]
---
kind: ClusterRoleBinding
metadata: {name: p}
roleRef: {kind: ClusterRole, name: paths}
subjects: [{kind: User, name: u}]
---
`);
  const secret = { verbs: ['get'], group: '', resources: ['secrets'], namespace: 'n', names: ['s'] };
  const patch = { who: 'g', verbs: ['patch'], resources: ['z'] };
  assert.deepEqual(rights, [
    { who: 'system:serviceaccount:k:a', ...secret },
    { who: 'u', ...secret },
    { ...patch, group: 'x' },
    { ...patch, group: 'y' },
    { who: 'u', verbs: ['list'], paths: ['/a', '/b/*'] },
  ]);
});
