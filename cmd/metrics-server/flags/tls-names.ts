import { DEFAULT_CIPHERS, getCiphers, type SecureVersion } from 'node:tls';
import { listEntries } from './list-entries.ts';
import { type Parsed, problem, value } from './parsed.ts';

const versions: Readonly<Record<string, SecureVersion>> = {
  VersionTLS10: 'TLSv1',
  VersionTLS11: 'TLSv1.1',
  VersionTLS12: 'TLSv1.2',
  VersionTLS13: 'TLSv1.3',
};

/** `VersionTLS12`; nothing is TLS 1.2. */
export function parseTlsVersion(texts: readonly string[]): Parsed<SecureVersion> {
  const text = texts.at(-1) ?? '';
  const version = versions[text === '' ? 'VersionTLS12' : text];
  if (version === undefined) return problem(`must be one of ${Object.keys(versions).join(', ')}, got "${text}"`);
  if (version === 'TLSv1.2' || version === 'TLSv1.3') return value(version);
  return { kind: 'value', value: version, warning: `allows ${text}, which is broken: VersionTLS12 is safe` };
}

/** Cipher suites of TLS 1.3: always on, as in Go, whatever the list says. */
const suitesOf13: Readonly<Record<string, string>> = {
  TLS_AES_128_GCM_SHA256: 'TLS_AES_128_GCM_SHA256',
  TLS_AES_256_GCM_SHA384: 'TLS_AES_256_GCM_SHA384',
  TLS_CHACHA20_POLY1305_SHA256: 'TLS_CHACHA20_POLY1305_SHA256',
};

/** Go's names of the suites up to TLS 1.2, and OpenSSL's. */
const goodSuites: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
};

/** The suites that Go calls insecure: without forward secrecy, or with an old cipher or digest. */
const insecureSuites: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: 'ECDHE-ECDSA-AES128-SHA256',
  TLS_ECDHE_ECDSA_WITH_RC4_128_SHA: 'ECDHE-ECDSA-RC4-SHA',
  TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA: 'ECDHE-RSA-DES-CBC3-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: 'ECDHE-RSA-AES128-SHA256',
  TLS_ECDHE_RSA_WITH_RC4_128_SHA: 'ECDHE-RSA-RC4-SHA',
  TLS_RSA_WITH_3DES_EDE_CBC_SHA: 'DES-CBC3-SHA',
  TLS_RSA_WITH_AES_128_CBC_SHA: 'AES128-SHA',
  TLS_RSA_WITH_AES_128_CBC_SHA256: 'AES128-SHA256',
  TLS_RSA_WITH_AES_128_GCM_SHA256: 'AES128-GCM-SHA256',
  TLS_RSA_WITH_AES_256_CBC_SHA: 'AES256-SHA',
  TLS_RSA_WITH_AES_256_GCM_SHA384: 'AES256-GCM-SHA384',
  TLS_RSA_WITH_RC4_128_SHA: 'RC4-SHA',
};

const allSuites = { ...suitesOf13, ...goodSuites, ...insecureSuites };

/** Go's names of cipher suites, as a list of OpenSSL's. Absent = nothing was given. */
export function parseCipherSuites(texts: readonly string[]): Parsed<string | undefined> {
  const names = listEntries(texts);
  const unknown = names.filter((name) => !Object.hasOwn(allSuites, name));
  if (unknown.length > 0) return problem(`has no cipher suite ${unknown.join(', ')}: take of ${suitesToTake}`);
  if (names.length === 0) return value(undefined);

  const missing = names.filter((name) => !getCiphers().includes((allSuites[name] ?? '').toLowerCase()));
  const usable = names.filter((name) => !missing.includes(name));
  if (usable.length === 0) return problem(`names only suites that this build does not have: ${missing.join(', ')}`);
  const suites = new Set([...usable.map((name) => allSuites[name] ?? ''), ...Object.values(suitesOf13)]);
  const warnings = [
    ...(missing.length > 0 ? [`leaves out what this build does not have: ${missing.join(', ')}`] : []),
    ...(usable.some(isInsecure) ? [`allows insecure suites: ${usable.filter(isInsecure).join(', ')}`] : []),
  ];
  const list = [...suites].join(':');
  return warnings.length === 0 ? value(list) : { kind: 'value', value: list, warning: warnings.join('; ') };
}

const suitesToTake = [...Object.keys(suitesOf13), ...Object.keys(goodSuites)].join(', ');

const isInsecure = (name: string): boolean => Object.hasOwn(insecureSuites, name);

/** OpenSSL holds TLS 1.0 and 1.1 back until its security level is zero. */
export function ciphersFor(minVersion: SecureVersion, suites: string | undefined): string | undefined {
  const isOld = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  return isOld ? `${suites ?? DEFAULT_CIPHERS}:@SECLEVEL=0` : suites;
}

/** Ids of key exchange groups (as TLS numbers them), and OpenSSL's names. */
const groups: Readonly<Record<string, string>> = {
  23: 'P-256',
  24: 'P-384',
  25: 'P-521',
  29: 'X25519',
  4587: 'SecP256r1MLKEM768',
  4588: 'X25519MLKEM768',
  4589: 'SecP384r1MLKEM1024',
};

/** Ids of groups, as a list of OpenSSL's names. Absent = nothing was given. */
export function parseCurves(texts: readonly string[]): Parsed<string | undefined> {
  const ids = listEntries(texts);
  const unknown = ids.filter((id) => !Object.hasOwn(groups, id));
  if (unknown.length === 0) return value(ids.length === 0 ? undefined : ids.map((id) => groups[id]).join(':'));
  const known = Object.entries(groups).map(([id, name]) => `${id} (${name})`);
  return problem(`has no curve ${unknown.join(', ')}: take of ${known.join(', ')}`);
}
