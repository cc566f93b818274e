import type { ApiServiceFacts, Condition } from '../facts.ts';
import { type Fields, fieldsAt, isTrueAt, listAt, numberAt, pairsAt, textAt } from './fields.ts';

/** What an APIService says. */
export function apiServiceFacts(object: Fields): ApiServiceFacts {
  const service = fieldsAt(object, 'spec', 'service');
  const name = textAt(service, 'name');
  const available = availableOf(object);
  return {
    name: textAt(object, 'metadata', 'name'),
    version: textAt(object, 'spec', 'version'),
    labels: pairsAt(object, 'metadata', 'labels'),
    annotations: pairsAt(object, 'metadata', 'annotations'),
    ...(name !== '' && {
      service: { namespace: textAt(service, 'namespace'), name, port: numberAt(service, 'port') ?? 443 },
    }),
    insecureSkipTlsVerify: isTrueAt(object, 'spec', 'insecureSkipTLSVerify'),
    caBundle: Buffer.from(textAt(object, 'spec', 'caBundle'), 'base64').toString('utf8'),
    ...(available && { available }),
  };
}

function availableOf(object: Fields): Condition | undefined {
  const condition = listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Available');
  if (condition === undefined) return undefined;
  return {
    status: textAt(condition, 'status'),
    reason: textAt(condition, 'reason'),
    message: textAt(condition, 'message'),
  };
}
