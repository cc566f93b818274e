import type { X509Certificate } from 'node:crypto';
import { type DerElement, derElements, derOid, derText } from './der.ts';

/** What a certificate says that Node's X509Certificate does not tell, or tells only as text to be taken apart. */
export interface CertificateFacts {
  /** The last one, as Go takes it; empty when there is none. */
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** The Kubernetes user's UID, under the number that Kubernetes reserved for it. */
  readonly uid?: string;
  /** How many certificates of authorities may follow below this one; absent = any number. */
  readonly pathLength?: number;
  /** Critical extensions that nobody here understands: whoever finds one must not trust the certificate. */
  readonly unknownCritical: readonly string[];
}

const oids = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  kubernetesUid: '1.3.6.1.4.1.57683.2',
  basicConstraints: '2.5.29.19',
} as const;

/** Key usage, alternative names, basic constraints, extended key usage: what OpenSSL or we look at. */
const understood: ReadonlySet<string> = new Set(['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.37']);

/** Reads the certificate's own bytes; undefined when they do not make sense, which is no reason to trust them. */
export function readCertificateFacts({ raw }: X509Certificate): CertificateFacts | undefined {
  const tbs = inside(inside(derElements(raw)?.[0])?.[0]);
  const fields = tbs?.filter(({ tag }) => tag !== version) ?? [];
  const subject = readSubject(fields[4]);
  const extensions = readExtensions(fields.find(({ tag }) => tag === extensionsTag));
  return subject && extensions && compose(subject, extensions);
}

function compose(subject: readonly NamePart[], extensions: readonly Extension[]): CertificateFacts | undefined {
  const pathLength = readPathLength(extensions.find(({ oid }) => oid === oids.basicConstraints)?.value);
  if (pathLength === undefined) return undefined;
  const valuesOf = (wanted: string): readonly string[] =>
    subject.filter(({ oid }) => oid === wanted).map(({ value }) => value);
  const uid = valuesOf(oids.kubernetesUid).at(-1);
  return {
    commonName: valuesOf(oids.commonName).at(-1) ?? '',
    organizations: valuesOf(oids.organization),
    ...(uid === undefined ? {} : { uid }),
    ...(pathLength === 'any' ? {} : { pathLength }),
    unknownCritical: extensions.filter(({ oid, critical }) => critical && !understood.has(oid)).map(({ oid }) => oid),
  };
}

const version = 0xa0;
const extensionsTag = 0xa3;
const booleanTag = 0x01;
const integerTag = 0x02;
const octetStringTag = 0x04;
const oidTag = 0x06;

interface NamePart {
  readonly oid: string;
  readonly value: string;
}

interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

const inside = (element: DerElement | undefined): readonly DerElement[] | undefined =>
  element && derElements(element.content);

/** Every part of a name in order, also where one step of the name holds several. */
function readSubject(element: DerElement | undefined): readonly NamePart[] | undefined {
  const parts = inside(element)?.map(inside);
  if (parts === undefined) return undefined;
  const read = parts.map((set) => set?.map(readNamePart));
  if (!read.every((set) => set?.every((part) => part !== undefined))) return undefined;
  return read.flatMap((set) => set ?? []).filter((part) => part !== undefined);
}

function readNamePart(element: DerElement): NamePart | undefined {
  const [type, value] = inside(element) ?? [];
  const oid = type?.tag === oidTag ? derOid(type.content) : undefined;
  if (oid === undefined || value === undefined) return undefined;
  return { oid, value: derText(value) ?? '' };
}

function readExtensions(element: DerElement | undefined): readonly Extension[] | undefined {
  if (element === undefined) return [];
  const read = inside(inside(element)?.[0])?.map(readExtension);
  if (!read?.every((extension) => extension !== undefined)) return undefined;
  return read;
}

function readExtension(element: DerElement): Extension | undefined {
  const [type, ...rest] = inside(element) ?? [];
  const oid = type?.tag === oidTag ? derOid(type.content) : undefined;
  const value = rest.at(-1);
  if (oid === undefined || value?.tag !== octetStringTag) return undefined;
  const critical = rest[0]?.tag === booleanTag && rest[0].content[0] !== 0;
  return { oid, critical, value: value.content };
}

function readPathLength(basicConstraints: Buffer | undefined): number | 'any' | undefined {
  if (basicConstraints === undefined) return 'any';
  const members = inside(derElements(basicConstraints)?.[0]);
  const limit = members?.find(({ tag }) => tag === integerTag);
  if (limit === undefined) return members && 'any';
  // More than four bytes, or below zero, is nobody's honest wish.
  if (limit.content.length === 0 || limit.content.length > 4 || (limit.content[0] ?? 0) & 0x80) return undefined;
  return limit.content.readUIntBE(0, limit.content.length);
}
