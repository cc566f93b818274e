import { isIP } from 'node:net';
import type { NodeRecord } from '../../model/cluster.ts';

/** Where one kubelet answers. */
export interface KubeletTarget {
  /** Name of the Node object. */
  readonly node: string;
  /** A DNS name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Of the Node object. */
  readonly uid?: string;
  /** What its certificate may be made out to instead of `host`: most kubelets are certified by name and asked by address. */
  readonly names?: readonly string[];
  /** The path as it goes on the wire, percent-escapes included. */
  readonly path: string;
  /** The media type asked for; absent = metrics in Prometheus' text format. */
  readonly accept?: 'application/json';
}

/** Which of a node's addresses and ports are used. */
export interface AddressOptions {
  /** Types of node addresses, the most wanted first. */
  readonly preferredAddressTypes: readonly string[];
  readonly port: number;
  /** The port the node's status names wins, where it names one. */
  readonly useNodeStatusPort: boolean;
}

/** The hosts at which a kubelet may be asked, or why there is none. */
export type KubeletAddresses =
  /** The most wanted first. */
  { readonly kind: 'hosts'; readonly hosts: readonly string[] } | { readonly kind: 'none'; readonly message: string };

/** Path of a kubelet's resource metrics where the node does not say otherwise. */
export const resourceMetricsPath = '/metrics/resource';

/** A node has one or two of each type; more are a mistake, and each one tried takes its time. */
const mostHosts = 8;

/**
 * All addresses of the preferred types, type by type. The first is the one that the reference takes; the others are for
 * when nothing answers there.
 */
export function kubeletAddresses(node: NodeRecord, preferredTypes: readonly string[]): KubeletAddresses {
  const wanted = preferredTypes.flatMap((type) => node.addresses.filter((address) => address.type === type));
  const hosts = [...new Set(wanted.map(({ address }) => address).filter(isHost))];
  if (hosts.length > 0) return { kind: 'hosts', hosts: hosts.slice(0, mostHosts) };
  const [first] = wanted;
  if (first === undefined) {
    return { kind: 'none', message: `it has no address of the types ${preferredTypes.join(', ')}${offer(node)}` };
  }
  const { type, address } = first;
  return { kind: 'none', message: `its ${type} ${JSON.stringify(address)} is neither a host name nor an IP address` };
}

/** The port of a node's kubelet. */
export function kubeletPort(node: NodeRecord, { port, useNodeStatusPort }: AddressOptions): number {
  return useNodeStatusPort && node.kubeletPort > 0 ? node.kubeletPort : port;
}

/** Where to ask the kubelet of a node, once its host is known. */
export function kubeletTarget(node: NodeRecord, host: string, options: AddressOptions): KubeletTarget {
  const path = escapePath(node.resourceMetricsPath || resourceMetricsPath);
  return { node: node.name, uid: node.uid, host, names: namesOf(node), port: kubeletPort(node, options), path };
}

/** Names by which a cluster's authority knows the node. They lead nowhere by themselves: addresses do. */
const namesOf = ({ name, addresses }: NodeRecord): readonly string[] => [
  name,
  ...addresses
    .filter(({ type, address }) => type === 'Hostname' && address !== name && isHost(address))
    .map(({ address }) => address),
];

/** `https://[fd00::7]:10250`: scheme, host and port as URLs spell them. */
export function originOf(place: Pick<KubeletTarget, 'host' | 'port'>, scheme: 'http' | 'https'): string {
  return `${scheme}://${hostAndPort(place)}`;
}

/** `[fd00::7]:10250`. */
export function hostAndPort({ host, port }: Pick<KubeletTarget, 'host' | 'port'>): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** What a node has instead, so that the reader sees which flag to change. */
function offer({ addresses }: NodeRecord): string {
  if (addresses.length === 0) return '; it has no addresses at all';
  return `; it has ${addresses.map(({ type }) => type).join(', ')} (see --kubelet-preferred-address-types)`;
}

/**
 * Addresses come from Node objects, which a node writes about itself: nothing but a host may get into a URL. No zone in
 * an IPv6 address either: it means nothing on another machine.
 */
const isHost = (text: string): boolean =>
  (isIP(text) > 0 && !text.includes('%')) || /^[A-Za-z0-9]([A-Za-z0-9._-]*)$/.test(text);

/** The annotation is a path, not a URL: what would begin a query or a fragment is escaped, as in the reference. */
function escapePath(path: string): string {
  const escaped = encodeURI(path.toWellFormed()).replaceAll('?', '%3F').replaceAll('#', '%23');
  return escaped.startsWith('/') ? escaped : `/${escaped}`;
}
