import { BlockList, isIP } from 'node:net';

/** Where a connection goes. */
export interface Destination {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Whether NO_PROXY exempts a destination, entry by entry as Go reads them: `*`, an address, a CIDR, `domain` with all that
 * is below it, `.domain` or `*.domain` for what is below it alone; addresses and domains may name a port. What is on this
 * machine is always exempt.
 */
export function isExempt({ host, port }: Destination, noProxy: string): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost' || contains('127.0.0.0/8', name) || contains('::1/128', name)) return true;
  return noProxy
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
    .some((entry) => entry === '*' || contains(entry, name) || matches(entry, name, port));
}

/** Whether an address is in a CIDR; false where either is something else. */
function contains(cidr: string, address: string): boolean {
  const [network = '', bits = '', ...others] = cidr.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(address) === 0 || others.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

function matches(entry: string, name: string, port: number): boolean {
  const { host, port: onlyPort } = split(entry);
  if (host === '' || (onlyPort !== undefined && onlyPort !== String(port))) return false;
  if (isIP(host) > 0) return contains(`${host}/${isIP(host) === 4 ? 32 : 128}`, name);
  const below = host.replace(/^\*\./, '.');
  if (below.startsWith('.')) return name.endsWith(below);
  return name === below || name.endsWith(`.${below}`);
}

/** `host`, `host:port`, `[address]:port`, or an IPv6 address alone, which is full of colons. */
function split(entry: string): { readonly host: string; readonly port?: string } {
  if (isIP(entry) > 0) return { host: entry };
  const [, bracketed, plain = '', port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  return { host: bracketed ?? plain, ...(port !== undefined && { port }) };
}
