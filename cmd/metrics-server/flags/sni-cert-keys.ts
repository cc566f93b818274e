import { isIP } from 'node:net';
import type { SniCertKey } from '../../../pkg/server/config.ts';
import { type Parsed, problem, value } from './parsed.ts';

/** `crt,key` or `crt,key:name,name`; each use of the flag is one pair. */
export function parseSniCertKeys(texts: readonly string[]): Parsed<readonly SniCertKey[]> {
  const pairs: SniCertKey[] = [];
  for (const text of texts.filter((given) => given !== '')) {
    const pair = pairOf(text);
    if (pair === undefined) return problem(`must be certificate,key or certificate,key:name,name, got "${text}"`);
    pairs.push(pair);
  }
  const addresses = pairs.flatMap(({ names = [] }) => names.filter((name) => isIP(name) > 0));
  if (addresses.length === 0) return value(pairs);
  // TLS of Node.js chooses a certificate by the name a client asks for only, where Go's falls back on the address it reached.
  const who = 'who connects to an address asks for no name, and is shown the certificate for everybody';
  return { kind: 'value', value: pairs, warning: `names addresses (${addresses.join(', ')}): ${who}` };
}

function pairOf(text: string): SniCertKey | undefined {
  const [files = '', list, ...more] = text.split(':');
  const [certFile = '', keyFile = '', ...others] = files.split(',').map((part) => part.trim());
  const names = list?.split(',').map((name) => name.trim());
  if (certFile === '' || keyFile === '' || others.length > 0 || more.length > 0 || names?.includes(''))
    return undefined;
  return { certFile, keyFile, ...(names && { names }) };
}
