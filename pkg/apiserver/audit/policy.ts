import type { AccessAttributes, User } from '../../model/user.ts';

/** How much is recorded of a request, from nothing to everything. */
export const auditLevels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;

/** One of them. */
export type AuditLevel = (typeof auditLevels)[number];

/** The moments of a request that make an event each. */
export const auditStages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;

/** One of them. */
export type AuditStage = (typeof auditStages)[number];

/** Resources of one API group, as a rule names them. */
export interface GroupResources {
  /** Empty = the core group. */
  readonly group: string;
  // `pods`, `pods/log`, `pods/*`, `*/log` or `*`; empty = all.
  readonly resources: readonly string[];
  /** Empty = all objects. */
  readonly resourceNames: readonly string[];
}

/** Which requests a rule is about, and what it wants of them. An empty list means "whatever it is". */
export interface AuditRule {
  readonly level: AuditLevel;
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly GroupResources[];
  /** The empty text stands for what has no namespace. */
  readonly namespaces: readonly string[];
  /** Paths, with `*` for whatever follows. */
  readonly nonResourceURLs: readonly string[];
  readonly omitStages: readonly AuditStage[];
}

/** An `audit.k8s.io/v1` Policy: the first rule that fits a request decides. */
export interface AuditPolicy {
  readonly rules: readonly AuditRule[];
  /** Left out whatever the rule says. */
  readonly omitStages: readonly AuditStage[];
}

/** What the policy wants of one request. */
export interface AuditDecision {
  readonly level: AuditLevel;
  readonly omits: (stage: AuditStage) => boolean;
}

/** What is asked; `subresource` where the path names one. */
export type AuditedAttributes = AccessAttributes & { readonly subresource?: string };

/** What to record of a request. `user` is undefined when nobody knows who asks; no rule for users fits then. */
export function decide(policy: AuditPolicy, user: User | undefined, attributes: AuditedAttributes): AuditDecision {
  const rule = policy.rules.find((candidate) => fits(candidate, user, attributes));
  if (rule === undefined) return nothing;
  return {
    level: rule.level,
    omits: (stage) => rule.omitStages.includes(stage) || policy.omitStages.includes(stage),
  };
}

const nothing: AuditDecision = { level: 'None', omits: () => true };

function fits(rule: AuditRule, user: User | undefined, attributes: AuditedAttributes): boolean {
  const { users, userGroups, verbs } = rule;
  if (users.length > 0 && !users.some((name) => name === user?.name)) return false;
  if (userGroups.length > 0 && !userGroups.some((group) => user?.groups.includes(group) ?? false)) return false;
  if (verbs.length > 0 && !verbs.includes(attributes.verb)) return false;
  if (rule.namespaces.length > 0 || rule.resources.length > 0) return fitsResource(rule, attributes);
  return rule.nonResourceURLs.length === 0 || fitsPath(rule.nonResourceURLs, attributes);
}

function fitsPath(patterns: readonly string[], attributes: AuditedAttributes): boolean {
  if (attributes.kind !== 'path') return false;
  const { path } = attributes;
  return patterns.some((pattern) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern));
}

function fitsResource({ namespaces, resources }: AuditRule, attributes: AuditedAttributes): boolean {
  if (attributes.kind !== 'resource') return false;
  if (namespaces.length > 0 && !namespaces.includes(attributes.namespace ?? '')) return false;
  if (resources.length === 0) return true;
  return resources.some((wanted) => wanted.group === attributes.group && fitsOne(wanted, attributes));
}

function fitsOne(
  { resources, resourceNames }: GroupResources,
  attributes: AuditedAttributes & { readonly kind: 'resource' },
): boolean {
  if (resources.length === 0) return true;
  if (resourceNames.length > 0 && !resourceNames.includes(attributes.name ?? '')) return false;
  const { resource, subresource = '' } = attributes;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some(
    (wanted) =>
      wanted === '*' ||
      wanted === combined ||
      wanted === `${resource}/*` ||
      (subresource !== '' && wanted === `*/${subresource}`),
  );
}
