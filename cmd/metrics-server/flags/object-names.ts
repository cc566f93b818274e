import { type Parsed, problem, value } from './parsed.ts';

/** An object by its name, and by its namespace where one was given. */
export interface ObjectName {
  readonly namespace?: string;
  readonly name: string;
}

/** A DNS subdomain, as Kubernetes names objects. */
const objectName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const longestName = 253;

/** `name`, or `namespace/name`. The last one given counts. */
export function parseObjectName(texts: readonly string[]): Parsed<ObjectName> {
  const text = texts.at(-1) ?? '';
  const parts = text.split('/');
  const [namespace = '', name] = parts;
  const isGood = parts.length <= 2 && parts.every((part) => objectName.test(part) && part.length <= longestName);
  if (!isGood) return problem(`must be a name, or namespace/name, got "${text}"`);
  return value(name === undefined ? { name: namespace } : { namespace, name });
}
