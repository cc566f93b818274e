import { loadAll } from 'js-yaml';
import type { Right } from './rights.ts';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

interface RbacObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** What the Roles and ClusterRoles of a manifest grant to whom their bindings in it name. */
export function rightsInManifest(text: string): readonly Right[] {
  const objects = (loadAll(text) as (RbacObject | null)[]).filter((object) => object !== null);
  return objects.flatMap(({ roleRef, subjects = [], metadata }) => {
    const role = objects.find((one) => one.kind === roleRef?.kind && one.metadata.name === roleRef.name);
    const users = subjects.map(({ kind, name, namespace = 'default' }) =>
      kind === 'ServiceAccount' ? `system:serviceaccount:${namespace}:${name}` : name,
    );
    return users.flatMap((who) => (role?.rules ?? []).flatMap((rule) => rightsOf(rule, who, metadata.namespace)));
  });
}

/** A binding in a namespace grants there, whatever kind of role it is to. */
function rightsOf({ nonResourceURLs, ...rule }: Rule, who: string, namespace?: string): readonly Right[] {
  const { apiGroups = [], resources = [], resourceNames, verbs } = rule;
  if (nonResourceURLs !== undefined) return [{ who, verbs, paths: nonResourceURLs }];
  return apiGroups.map(
    (group): Right => ({
      who,
      verbs,
      group,
      resources,
      ...(namespace !== undefined && { namespace }),
      ...(resourceNames !== undefined && { names: resourceNames }),
    }),
  );
}
