import type { ObjectRef } from '../facts.ts';
import { type Cure, fine, found, unseen, type Verdict } from '../finding.ts';
import { type JudgedRight, userOf } from '../gathering/rights.ts';
import { commandLine, kubectlIn } from '../shell.ts';

/** Does the account of the server have every right that it needs? */
export function checkRights(rights: readonly JudgedRight[], account: ObjectRef): readonly Verdict[] {
  const silent = rights.find(({ missing }) => missing.kind === 'unseen');
  const verdicts = rights.flatMap((right) => verdictOn(right, account));
  if (silent?.missing.kind === 'unseen')
    return [...verdicts, unseen(`rights of ${userOf(account)}`, silent.missing.why)];
  if (verdicts.length > 0) return verdicts;
  return [fine(`${userOf(account)} has all ${rights.length} rights that the server needs with its flags.`)];
}

function verdictOn(right: JudgedRight, account: ObjectRef): readonly Verdict[] {
  const { missing, resource, group, name, namespace } = right;
  if (missing.kind !== 'seen' || missing.value.length === 0) return [];
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const which = `${qualified}${name === undefined ? '' : ` "${name}"`}${namespace === undefined ? '' : ` in ${namespace}`}`;
  return [
    found({
      code: 'right-missing',
      severity: resource === 'events' ? 'warning' : 'error',
      about: userOf(account),
      what: `It may not ${missing.value.join(', ')} ${which}.`,
      why: `The server needs this to ${right.purpose}.`,
      cure: cureOf(right, account),
    }),
  ];
}

function cureOf(right: JudgedRight, account: ObjectRef): Cure {
  switch (right.grantedBy) {
    case 'role':
      return {
        advice:
          'ClusterRole system:metrics-server must have the rule, and a ClusterRoleBinding must give it to the account:',
        manifest: ruleOf(right),
        commands: [
          'kubectl apply -f manifests/base/rbac.yaml',
          bind('clusterrolebinding', 'system:metrics-server', '--clusterrole=system:metrics-server', account),
        ],
      };
    case 'auth-delegator': {
      const role = '--clusterrole=system:auth-delegator';
      return {
        advice: 'Bind the account to the role that every cluster has for this.',
        commands: [bind('clusterrolebinding', 'metrics-server:system:auth-delegator', role, account)],
      };
    }
    case 'auth-reader': {
      const role = '--role=extension-apiserver-authentication-reader';
      return {
        advice: 'Bind the account to the role that every cluster has for this; in kube-system, wherever the server is.',
        commands: [bind('rolebinding', 'metrics-server-auth-reader', role, account)],
      };
    }
    case 'component':
      return {
        advice: 'The component of the manifests that sets the flag grants it too; or give the account this rule:',
        manifest: ruleOf(right),
      };
    default:
      return right.grantedBy satisfies never;
  }
}

function bind(kind: 'rolebinding' | 'clusterrolebinding', name: string, role: string, account: ObjectRef): string {
  const subject = `--serviceaccount=${account.namespace}:${account.name}`;
  return kind === 'rolebinding'
    ? kubectlIn('kube-system', 'create', kind, name, role, subject)
    : commandLine('kubectl', 'create', kind, name, role, subject);
}

/** As it is written into a Role or ClusterRole. */
function ruleOf({ group, resource, name, verbs }: JudgedRight): readonly string[] {
  return [
    `- apiGroups: ["${group}"]`,
    `  resources: ["${resource}"]`,
    ...(name === undefined ? [] : [`  resourceNames: ["${name}"]`]),
    `  verbs: [${verbs.map((verb) => `"${verb}"`).join(', ')}]`,
  ];
}
