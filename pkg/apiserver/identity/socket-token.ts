import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from './identity.ts';

/** What a WebSocket's protocols say of who opens it. */
export type SocketToken = { readonly kind: 'token'; readonly token: string } | Exclude<Identity, { kind: 'user' }>;

const prefix = 'base64url.bearer.authorization.k8s.io.';

/**
 * The token among the protocols that a WebSocket is opened with, as Kubernetes has it for browsers; one more protocol must
 * be there, for the server has to choose one and must not say the token aloud.
 */
export function tokenInProtocols(headers: IncomingHttpHeaders): SocketToken {
  if (!opensSocket(headers)) return { kind: 'no-opinion' };
  const offered = [headers['sec-websocket-protocol'] ?? []].flat().join(',').split(',', maxProtocols);
  const protocols = offered.map((protocol) => protocol.trim());
  const [encoded, another] = protocols.filter((protocol) => protocol.startsWith(prefix));
  if (encoded === undefined) return { kind: 'no-opinion' };
  if (another !== undefined) return refused('multiple base64.bearer.authorization tokens specified');
  const token = decoded(encoded.slice(prefix.length));
  if (token === undefined) return refused('invalid base64.bearer.authorization token encoding');
  if (token === '') return { kind: 'no-opinion' };
  return protocols.length > 1 ? { kind: 'token', token } : refused('missing additional subprotocol');
}

/** Nobody offers so many. */
const maxProtocols = 100;

const refused = (reason: string): SocketToken => ({ kind: 'error', reason: `WebSocket: ${reason}` });

function opensSocket({ upgrade, connection }: IncomingHttpHeaders): boolean {
  const wishes = String(connection ?? '').toLowerCase();
  return String(upgrade).toLowerCase() === 'websocket' && wishes.split(',').some((wish) => wish.trim() === 'upgrade');
}

/** Base64 for URLs without padding, of UTF-8; undefined for anything else. */
function decoded(text: string): string | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, 'base64url'));
  } catch {
    return undefined; // The only thing decoding can say is that it cannot.
  }
}
