import type { NodeFacts } from '../../model/pod-facts.ts';
import { labelsOf, type Metadata } from '../metadata.ts';
import { amountsOf } from './amounts.ts';

interface NodeObject {
  readonly metadata?: Metadata | null;
  readonly spec?: { readonly unschedulable?: unknown; readonly externalID?: unknown } | null;
  readonly status?: {
    readonly capacity?: unknown;
    readonly allocatable?: unknown;
    readonly addresses?: unknown;
  } | null;
}

/** Keeps of a Node object what the catalogue tells of it; undefined where it is no node. */
export function decodeNodeFacts(object: unknown, hostIdAnnotation: string): NodeFacts | undefined {
  const { metadata, spec, status } = (object ?? {}) as NodeObject;
  if (typeof metadata?.name !== 'string' || metadata.name === '') return undefined;
  return {
    name: metadata.name,
    hostname: hostnameOf(status?.addresses) ?? metadata.name,
    hostId: hostIdOf(spec, metadata.annotations?.[hostIdAnnotation]),
    labels: labelsOf(metadata),
    schedulable: spec?.unschedulable !== true,
    capacity: amountsOf(status?.capacity),
    allocatable: amountsOf(status?.allocatable),
  };
}

const hostIdOf = (spec: NodeObject['spec'], annotation: unknown): string =>
  textOf(spec?.externalID) || textOf(annotation);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function hostnameOf(addresses: unknown): string | undefined {
  if (!Array.isArray(addresses)) return undefined;
  const found = (addresses as readonly ({ readonly type?: unknown; readonly address?: unknown } | null)[]).find(
    (one) => one?.type === 'Hostname',
  );
  return textOf(found?.address) || undefined;
}
