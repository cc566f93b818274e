import { load } from 'js-yaml';
import {
  type AuditLevel,
  type AuditPolicy,
  type AuditRule,
  type AuditStage,
  auditLevels,
  auditStages,
  type GroupResources,
} from './policy.ts';

/** A policy, or everything that is wrong with it, each problem with its place. */
export type PolicyOutcome =
  | { readonly kind: 'policy'; readonly policy: AuditPolicy; readonly warnings: readonly string[] }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

const apiVersion = 'audit.k8s.io/v1';

/** Reads a Policy in YAML or JSON. Members nobody knows are warned of and count for nothing, as in the reference. */
export function readPolicy(text: string): PolicyOutcome {
  const document = parsed(text);
  if (document.kind === 'unreadable') return { kind: 'invalid', problems: [document.problem] };

  const problems = new Problems();
  const fields = problems.object('', document.value, ['apiVersion', 'kind', 'metadata', ...policyMembers]);
  if (fields['apiVersion'] !== apiVersion || fields['kind'] !== 'Policy') {
    problems.add(
      '',
      `must be kind Policy of apiVersion ${apiVersion}, got ${shown(fields['kind'])} of ${shown(fields['apiVersion'])}`,
    );
  }
  problems.boolean('omitManagedFields', fields['omitManagedFields']);
  const rules = problems
    .list('rules', fields['rules'])
    .map((rule, index) => readRule(rule, `rules[${index}]`, problems));
  if (rules.length === 0) problems.add('rules', 'must hold at least one rule');
  const omitStages = readStages(fields['omitStages'], 'omitStages', problems);
  if (problems.all.length > 0) return { kind: 'invalid', problems: problems.all };
  return { kind: 'policy', policy: { rules, omitStages }, warnings: problems.warnings };
}

const policyMembers = ['rules', 'omitStages', 'omitManagedFields'] as const;

const ruleMembers = [
  'level',
  'users',
  'userGroups',
  'verbs',
  'resources',
  'namespaces',
  'nonResourceURLs',
  'omitStages',
  'omitManagedFields',
] as const;

function readRule(value: unknown, place: string, problems: Problems): AuditRule {
  const fields = problems.object(place, value, ruleMembers);
  const texts = (name: (typeof ruleMembers)[number]): readonly string[] =>
    problems.texts(`${place}.${name}`, fields[name]);
  problems.boolean(`${place}.omitManagedFields`, fields['omitManagedFields']);
  const rule: AuditRule = {
    level: readLevel(fields['level'], `${place}.level`, problems),
    users: texts('users'),
    userGroups: texts('userGroups'),
    verbs: texts('verbs'),
    resources: problems
      .list(`${place}.resources`, fields['resources'])
      .map((entry, index) => readResources(entry, `${place}.resources[${index}]`, problems)),
    namespaces: texts('namespaces'),
    nonResourceURLs: texts('nonResourceURLs'),
    omitStages: readStages(fields['omitStages'], `${place}.omitStages`, problems),
  };
  checkUrls(rule, place, problems);
  return rule;
}

function readLevel(value: unknown, place: string, problems: Problems): AuditLevel {
  const level = auditLevels.find((known) => known === value);
  if (level === undefined) problems.add(place, `must be one of ${auditLevels.join(', ')}, got ${shown(value)}`);
  return level ?? 'None';
}

function readStages(value: unknown, place: string, problems: Problems): readonly AuditStage[] {
  return problems.texts(place, value).flatMap((text, index) => {
    const stage = auditStages.find((known) => known === text);
    if (stage !== undefined) return stage;
    problems.add(`${place}[${index}]`, `must be one of ${auditStages.join(', ')}, got ${shown(text)}`);
    return [];
  });
}

const resourceMembers = ['group', 'resources', 'resourceNames'] as const;

function readResources(value: unknown, place: string, problems: Problems): GroupResources {
  const fields = problems.object(place, value, resourceMembers);
  const group = fields['group'] ?? '';
  if (typeof group !== 'string' || !isGroup(group)) {
    problems.add(`${place}.group`, `must be the name of an API group without its version, got ${shown(group)}`);
  }
  const resources = problems.texts(`${place}.resources`, fields['resources']);
  const resourceNames = problems.texts(`${place}.resourceNames`, fields['resourceNames']);
  if (resourceNames.length > 0 && resources.length === 0) {
    problems.add(`${place}.resourceNames`, 'using resourceNames requires at least one resource');
  }
  return { group: String(group), resources, resourceNames };
}

const isGroup = (name: string): boolean =>
  name === '' || (name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name));

function checkUrls({ nonResourceURLs, resources, namespaces }: AuditRule, place: string, problems: Problems): void {
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0)) {
    problems.add(place, 'rules cannot apply to both regular resources and non-resource URLs');
  }
  for (const [index, url] of nonResourceURLs.entries()) {
    const where = `${place}.nonResourceURLs[${index}]`;
    if (url !== '*' && !url.startsWith('/')) problems.add(where, `must begin with a '/', got ${shown(url)}`);
    if (url.slice(0, -1).includes('*')) problems.add(where, `a '*' must be its last character, got ${shown(url)}`);
  }
}

/** Collects what is wrong, and gives something harmless in place of it so that reading goes on. */
class Problems {
  readonly all: string[] = [];
  readonly warnings: string[] = [];

  add(place: string, problem: string): void {
    this.all.push(place === '' ? problem : `${place}: ${problem}`);
  }

  object(place: string, value: unknown, members: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.add(place, `must be an object, got ${shown(value)}`);
      return {};
    }
    for (const name of Object.keys(value)) {
      const where = place === '' ? name : `${place}.${name}`;
      if (!members.includes(name)) this.warnings.push(`${where}: is not known; known are ${members.join(', ')}`);
    }
    return value as Readonly<Record<string, unknown>>;
  }

  list(place: string, value: unknown): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.add(place, `must be a list, got ${shown(value)}`);
    return [];
  }

  texts(place: string, value: unknown): readonly string[] {
    return this.list(place, value).flatMap((text, index) => {
      if (typeof text === 'string') return text;
      this.add(`${place}[${index}]`, `must be a text, got ${shown(text)}`);
      return [];
    });
  }

  boolean(place: string, value: unknown): void {
    if (value !== undefined && value !== null && typeof value !== 'boolean') {
      this.add(place, `must be true or false, got ${shown(value)}`);
    }
  }
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100));

function parsed(
  text: string,
): { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'unreadable'; readonly problem: string } {
  try {
    return { kind: 'value', value: load(text) };
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause);
    return { kind: 'unreadable', problem: `is neither YAML nor JSON: ${reason}` };
  }
}
