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
  return value(pairs);
}

function pairOf(text: string): SniCertKey | undefined {
  const [files = '', list, ...more] = text.split(':');
  const [certFile = '', keyFile = '', ...others] = files.split(',').map((part) => part.trim());
  const names = list?.split(',').map((name) => name.trim());
  if (certFile === '' || keyFile === '' || others.length > 0 || more.length > 0 || names?.includes(''))
    return undefined;
  return { certFile, keyFile, ...(names && { names }) };
}
