import type { Labels } from '../model/cluster.ts';

/** The part of an object's metadata that somebody here reads, before anybody trusts it. */
export interface Metadata {
  readonly name?: unknown;
  readonly namespace?: unknown;
  readonly uid?: unknown;
  readonly labels?: unknown;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

const noLabels: Labels = Object.freeze({});

/** The labels of an object; what is no text is left out. */
export function labelsOf({ labels }: Metadata): Labels {
  if (typeof labels !== 'object' || labels === null) return noLabels;
  const entries = Object.entries(labels);
  if (entries.length === 0) return noLabels;
  if (entries.every(([, value]) => typeof value === 'string')) return labels as Labels;
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Order of names as everybody sorts them here: by code unit. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
