import { createHash, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { KubeletAnswer, KubeletTrust, TlsFault } from '../kubelet-client.ts';
import { printable } from '../network-failure.ts';
import type { KeyMemory, KeyOwner } from './key-memory.ts';
import { nameFault } from './name-fault.ts';

/** Who a peer has to be. */
export interface Claim {
  readonly node: string;
  /** Of the Node object; empty where there is none, which cannot be remembered. */
  readonly uid: string;
  /** Its certificate must bear one of them. */
  readonly names: readonly string[];
}

/** By what a peer was accepted. */
export type AcceptedBy = 'certificate' | 'pin' | 'nothing';

/** What we think of who answered. */
export type Acceptance =
  | { readonly kind: 'accepted'; readonly by: AcceptedBy }
  | { readonly kind: 'refused'; readonly answer: Extract<KubeletAnswer, { readonly kind: 'tls' }> };

/** Our own codes, beside those of Node.js and OpenSSL. */
export const keyChanged = 'KUBELET_KEY_CHANGED';
/** Nothing is remembered of the node, and cannot be for now. */
export const keyNotPinned = 'KUBELET_KEY_NOT_PINNED';

/**
 * Decides after the handshake whether the peer is the kubelet it claims to be. Only then does anybody get at the socket,
 * so that not a byte of a request is written before. Never rejects.
 */
export async function accept(socket: TLSSocket, claim: Claim, trust: KubeletTrust): Promise<Acceptance> {
  try {
    return await verdictOn(socket, claim, trust);
  } catch (error) {
    // A stranger made this certificate, and nobody has thought of everything that can be in one.
    const message = `its certificate could not be looked at: ${printable(String(error))}`;
    return refused([{ code: 'UNKNOWN', message }]);
  }
}

async function verdictOn(socket: TLSSocket, claim: Claim, trust: KubeletTrust): Promise<Acceptance> {
  if (trust === 'insecure-tls' || trust === 'plain-http') return { kind: 'accepted', by: 'nothing' };
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return refused([{ code: 'NO_CERTIFICATE', message: 'it showed no certificate' }]);
  const faults = faultsOf(socket, certificate, claim.names);
  if (trust === 'verified') return faults.length === 0 ? { kind: 'accepted', by: 'certificate' } : refused(faults);
  return await recognise(certificate, { claim, faults, memory: trust.pinnedIn });
}

interface Recognising {
  readonly claim: KeyOwner;
  readonly faults: readonly TlsFault[];
  readonly memory: KeyMemory;
}

/**
 * An authority's word is worth more than a memory: whom it vouches for needs no pin, and moves the pin. The others are
 * known by their key alone; its certificate may be new, expired, or made out to anybody.
 */
async function recognise(certificate: X509Certificate, { claim, faults, memory }: Recognising): Promise<Acceptance> {
  const key = keyOf(certificate);
  if (faults.length === 0) {
    memory.vouchedFor(claim, key);
    return { kind: 'accepted', by: 'certificate' };
  }
  const recognition = await memory.recognise(claim, key);
  switch (recognition.kind) {
    case 'known':
      return { kind: 'accepted', by: 'pin' };
    case 'another':
      return refused([{ code: keyChanged, message: changed(key, recognition) }]);
    case 'unknown':
      return refused([{ code: keyNotPinned, message: recognition.message }, ...faults]);
  }
}

const changed = (key: string, { remembered, howToForget }: { remembered: string; howToForget: string }): string =>
  `it shows another key (${key}) than it did at first (${remembered}): if that was meant, accept the new one with: ${howToForget}`;

/** Chain first, as OpenSSL found it, then the name: an address that is missing must not hide that nobody vouches. */
function faultsOf(socket: TLSSocket, certificate: X509Certificate, names: readonly string[]): readonly TlsFault[] {
  return [chainFault(socket), nameFault(certificate, names)].filter((fault) => fault !== undefined);
}

/** Node.js says in types that it is an Error, and gives OpenSSL's code as text. */
function chainFault({ authorized, authorizationError }: TLSSocket): TlsFault | undefined {
  if (authorized) return undefined;
  const error: unknown = authorizationError;
  const text = error instanceof Error ? error.message : String(error);
  return { code: text, message: 'its certificate could not be verified' };
}

/** Of the public key, not of the certificate: a renewed certificate over the same key is the same kubelet. */
function keyOf({ publicKey }: X509Certificate): string {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}

function refused([first, also]: readonly TlsFault[]): Acceptance {
  const { code, message } = first ?? { code: 'UNKNOWN', message: 'its certificate could not be verified' };
  return { kind: 'refused', answer: { kind: 'tls', code, message, ...(also && { also }) } };
}
