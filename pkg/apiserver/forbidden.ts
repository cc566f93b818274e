import { goQuote } from '../model/go-quote.ts';
import type { AccessAttributes, User } from '../model/user.ts';
import type { Status } from './status.ts';

/** The refusal of somebody who may not, in the words of Kubernetes; `reason` is the reviewer's, often empty. */
export function forbidden(user: User, attributes: AccessAttributes, reason: string): Status {
  const what = attributes.kind === 'path' ? path(user, attributes.verb, attributes.path) : resource(user, attributes);
  const details = attributes.kind === 'path' ? {} : detailsOf(attributes);
  return { code: 403, reason: 'Forbidden', message: reason === '' ? what : `${what}: ${reason}`, details };
}

type ResourceAttributes = Extract<AccessAttributes, { kind: 'resource' }>;

const path = (user: User, verb: string, at: string): string =>
  `forbidden: User ${goQuote(user.name)} cannot ${verb} path ${goQuote(at)}`;

function resource(user: User, attributes: ResourceAttributes): string {
  const { verb, group, resource: kind, subresource = '', namespace = '', name = '' } = attributes;
  const part = subresource === '' ? kind : `${kind}/${subresource}`;
  const subject = group === '' ? kind : `${kind}.${group}`;
  const named = name === '' ? subject : `${subject} ${goQuote(name)}`;
  const place = namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`;
  const act = `User ${goQuote(user.name)} cannot ${verb} resource ${goQuote(part)}`;
  return `${named} is forbidden: ${act} in API group ${goQuote(group)} ${place}`;
}

function detailsOf({ group, resource: kind, name = '' }: ResourceAttributes): Status['details'] & object {
  return { name, group, kind };
}
