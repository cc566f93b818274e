import { as, type EpochMs } from '../../model/units.ts';
import type { CertificateRequestFacts } from '../facts.ts';
import { type Fields, listAt, textAt, textsAt } from './fields.ts';

const servingSigner = 'kubernetes.io/kubelet-serving';

/** What a CertificateSigningRequest says; nothing where it is none for serving. */
export function certificateRequestFacts(object: Fields): readonly CertificateRequestFacts[] {
  if (textAt(object, 'spec', 'signerName') !== servingSigner) return [];
  const decided = listAt(object, 'status', 'conditions').length > 0;
  return [
    {
      name: textAt(object, 'metadata', 'name'),
      createdAt: as<EpochMs>(Date.parse(textAt(object, 'metadata', 'creationTimestamp')) || 0),
      user: textAt(object, 'spec', 'username'),
      groups: textsAt(object, 'spec', 'groups'),
      pending: !decided,
    },
  ];
}
