import type { KubeletAnswer, TlsFault } from './kubelet/kubelet-client.ts';
import { keyChanged, keyNotPinned } from './kubelet/trust/acceptance.ts';

/** The ways asking one node can end. All but the first leave its last good values where they are. */
export type Outcome =
  | { readonly kind: 'scraped'; readonly containers: number; readonly badLines: number }
  /** An answer in which nothing was measured: a kubelet that has just started, or something else that listens there. */
  | { readonly kind: 'nothing-measured'; readonly badLines: number }
  | { readonly kind: 'no-address'; readonly message: string }
  | { readonly kind: 'timed-out'; readonly afterMs: number }
  /** A fault of ours; the other nodes go on. */
  | { readonly kind: 'broken'; readonly message: string }
  | Exclude<KubeletAnswer, { readonly kind: 'ok' | 'timed-out' }>;

/** Where a node's usage comes from: its /metrics/resource, its /stats/summary, or the former through the kube-apiserver. */
export type Source = 'resource' | 'summary' | 'node-proxy';

/** A source that was tried in place of resource metrics, and how that ended. */
export interface Attempt {
  readonly source: Source;
  readonly outcome: Outcome;
}

/** A scrape that gave usage. */
export const isSuccess = ({ kind }: Outcome): boolean => kind === 'scraped';

/** Nobody was heard: what a machine that is down looks like. */
export const isSilence = ({ kind }: Outcome): boolean =>
  kind === 'unreachable' || kind === 'timed-out' || kind === 'no-address';

/** What happened, in words that fit behind "node n7: ", and what would help. */
export function outcomeText(outcome: Outcome, source: Source = 'resource'): string {
  switch (outcome.kind) {
    case 'scraped':
      return `answered for ${outcome.containers} containers${lost(outcome.badLines)}`;
    case 'nothing-measured':
      return `the kubelet answered, but had measured nothing yet${lost(outcome.badLines)}`;
    case 'no-address':
      return outcome.message;
    case 'timed-out':
      return `the kubelet did not answer within ${outcome.afterMs / 1000} s`;
    case 'broken':
      return `its answer met a fault in this server: ${outcome.message}`;
    case 'unreachable':
      return reachText(outcome.code, source);
    case 'status':
      return statusText(outcome, source);
    case 'tls':
      return `no trusted connection to the kubelet: ${tlsText(outcome)}`;
    case 'too-large':
      return `the kubelet's answer is larger than ${outcome.limitBytes / 2 ** 20} MiB`;
    case 'bad-body':
      return `the kubelet's answer could not be read: ${outcome.message}`;
    default:
      return outcome satisfies never;
  }
}

/** The same for what `source` gave, and what else was tried. */
export function askingText({ outcome, source, alsoTried }: Asking): string {
  const text = outcomeText(outcome, source);
  return alsoTried === undefined ? text : `${text}; and ${sourceNames[alsoTried.source]}: ${attemptText(alsoTried)}`;
}

/** How one asking ended. */
export interface Asking {
  readonly outcome: Outcome;
  readonly source: Source;
  readonly alsoTried: Attempt | undefined;
}

const attemptText = ({ outcome, source }: Attempt): string => outcomeText(outcome, source);

const sourceNames: Readonly<Record<Source, string>> = {
  resource: 'its resource metrics',
  summary: 'its /stats/summary, tried instead',
  'node-proxy': 'through the kube-apiserver',
};

const lost = (badLines: number): string => (badLines === 0 ? '' : `; ${badLines} lines could not be read`);

const reachTexts: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'nothing listens at its address and port (ECONNREFUSED); is the kubelet running, and is --kubelet-port what it listens on?',
  ECONNRESET: 'it closed the connection before it had answered (ECONNRESET)',
  EHOSTUNREACH: 'there is no route to it (EHOSTUNREACH); a network policy or firewall may be in the way',
  ENETUNREACH: 'there is no route to its network (ENETUNREACH)',
  ENOTFOUND: 'its name is not known to DNS (ENOTFOUND); --kubelet-preferred-address-types can name InternalIP first',
  EAI_AGAIN: 'DNS does not answer (EAI_AGAIN)',
  ETIMEDOUT: 'the connection timed out (ETIMEDOUT); a network policy or firewall may be in the way',
};

const reachText = (code: string, source: Source): string =>
  `${source === 'node-proxy' ? 'the kube-apiserver' : 'the kubelet'} could not be reached: ${reachTexts[code] ?? code}`;

const rights: Readonly<Record<Source, string>> = {
  resource: 'nodes/metrics',
  summary: 'nodes/stats',
  'node-proxy': 'nodes/proxy',
};

/** As it is written into a ClusterRole. */
const missingRule = (right: string): string => `a rule with apiGroups: [""], resources: ["${right}"], verbs: ["get"]`;

function statusText({ code, detail }: Extract<Outcome, { readonly kind: 'status' }>, source: Source): string {
  const who = source === 'node-proxy' ? 'the kube-apiserver, asked to ask the kubelet,' : 'the kubelet';
  return `${who} answered ${code}${statusHint(code, source)}${detail ? `: ${detail}` : ''}`;
}

function statusHint(code: number, source: Source): string {
  const right = rights[source];
  if (code === 401) return ' Unauthorized, it does not accept our credentials; is its authentication.webhook enabled?';
  if (code === 403) return ` Forbidden, our user needs the verb get on ${right} (${missingRule(right)})`;
  if (code === 404)
    return ` Not Found, it has no ${source === 'summary' ? 'summary' : 'resource metrics'} at this path`;
  if (code >= 300 && code < 400) return ', a redirect, which is not followed';
  return '';
}

const signedByCluster =
  'have the cluster sign it (serverTLSBootstrap, then approve its CertificateSigningRequest) or name its authority with ' +
  '--kubelet-certificate-authority, or take the key of its first contact for its own (--kubelet-tls=pin)';

const unknownIssuer = `its certificate is not signed by an authority we trust: ${signedByCluster}`;

const tlsTexts: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED:
    'its certificate has expired; is the rotation of its certificates on, and its newest request approved?',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; compare the clocks',
  DEPTH_ZERO_SELF_SIGNED_CERT: `it signed its certificate itself: ${signedByCluster}`,
  SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
};

/** A kubelet that waits for its serving certificate ends the handshake so. */
const noCertificateYet = 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR';

function tlsText({ code, message, also }: Extract<Outcome, { readonly kind: 'tls' }>): string {
  const besides = also === undefined ? '' : `; besides, ${also.message} (${also.code})`;
  return `${tlsReason({ code, message })} (${code})${besides}`;
}

function tlsReason({ code, message }: TlsFault): string {
  if (code === keyChanged) return message;
  if (code === keyNotPinned) return `its key could not be pinned: ${message}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return namesNothing(message)
      ? 'its certificate names no address or no host at all (no SAN): have the cluster sign one that does ' +
          '(serverTLSBootstrap, then approve its CertificateSigningRequest)'
      : `its certificate is made out to somebody else: ${message}; choose an address that it names with ` +
          '--kubelet-preferred-address-types';
  }
  if (code === noCertificateYet) {
    return `${message}: it may have no certificate yet; approve its CertificateSigningRequest`;
  }
  return tlsTexts[code] ?? message;
}

/** How we say that a certificate has no alternative name at all. */
export const namesNothing = (message: string): boolean => message.includes('does not contain');
