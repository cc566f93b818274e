import { createHash } from 'node:crypto';
import type { EpochMs } from '../../model/units.ts';
import type { ChainVerifier } from '../certificates/certificate-chain.ts';
import type { ApiRequest } from '../exchange.ts';
import type { Identity } from './identity.ts';

/** The user whom a client certificate names: common name, organizations as groups. `clientCa` is a PEM bundle. */
export function fromClientCertificate(
  { peerChain }: Pick<ApiRequest, 'peerChain'>,
  clientCa: string | undefined,
  verifier: ChainVerifier,
  now: EpochMs,
): Identity {
  if (clientCa === undefined || peerChain.length === 0) return { kind: 'no-opinion' };
  const verdict = verifier.verify(peerChain, clientCa, now);
  if (verdict.kind === 'untrusted') return { kind: 'error', reason: `client certificate: ${verdict.reason}` };

  const { commonName, organizations, uid } = verdict.subject;
  if (commonName === '') return { kind: 'no-opinion' };
  const fingerprint = createHash('sha256').update(verdict.leaf.raw).digest('hex');
  return {
    kind: 'user',
    user: {
      name: commonName,
      groups: organizations,
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
      ...(uid === undefined ? {} : { uid }),
    },
  };
}
