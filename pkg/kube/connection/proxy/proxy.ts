import { isExempt } from './no-proxy.ts';

/** A proxy on the way to the kube-apiserver. */
export interface Proxy {
  readonly kind: 'http' | 'https' | 'socks5';
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** `user:password`; absent = it wants none. */
  readonly basic?: string;
}

const defaultPorts = { http: 80, https: 443, socks5: 1080 } as const;
const kinds = { 'http:': 'http', 'https:': 'https', 'socks5:': 'socks5', 'socks5h:': 'socks5' } as const;

/** Reads `http://user:password@proxy:3128`, or `proxy:3128`, which means http. Throws without repeating a password. */
export function parseProxy(text: string): Proxy {
  const url = URL.parse(/^[a-z0-9+.-]+:\/\//i.test(text) ? text : `http://${text}`);
  const kind = url && Object.hasOwn(kinds, url.protocol) ? kinds[url.protocol as keyof typeof kinds] : undefined;
  if (url === null || kind === undefined || url.hostname === '') {
    const shown = text.replace(/\/\/[^/]*@/, '//…@').replace(/^[^/]*@/, '…@');
    throw new Error(`proxy ${shown} is not an http://, https:// or socks5:// address`);
  }
  const basic = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    kind,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || defaultPorts[kind],
    ...(url.username !== '' && { basic }),
  };
}

/**
 * The proxy that the environment names for a server: HTTPS_PROXY or HTTP_PROXY by its scheme, unless NO_PROXY exempts it;
 * each in capitals first, as Go reads them. Throws where it is no address.
 */
export function environmentProxy(
  server: string,
  environment: Readonly<Record<string, string | undefined>>,
): Proxy | undefined {
  const { protocol, hostname, port } = new URL(server);
  const named = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  const variable = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  if (named(variable) === '') return undefined;
  const destination = {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
  if (isExempt(destination, named('NO_PROXY'))) return undefined;
  try {
    return parseProxy(named(variable));
  } catch (cause) {
    throw new Error(`${variable}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
