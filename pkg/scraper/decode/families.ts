import { ByteText } from './byte-text.ts';
import { columnOf, type Quantity } from './columns.ts';

/** A family of series that we read. */
export interface SeriesFamily {
  readonly name: string;
  readonly of: 'container' | 'node';
  readonly quantity: Quantity;
  /** Where the quantity is kept. */
  readonly column: number;
  /** Seconds are kept as nanoseconds. */
  readonly scale: number;
  /** The name as it stands in a body. */
  readonly nameText: ByteText;
  /** How a kubelet begins a line of it, up to the first name or number. */
  readonly opening: ByteText;
}

/** Seconds are kept as nanoseconds. */
const seconds = 1e9;
const bytes = 1;

/** In the order in which a kubelet prints them. */
export const families: readonly SeriesFamily[] = [
  family('container_cpu_usage_seconds_total', 'cpu', seconds),
  family('container_memory_working_set_bytes', 'memory', bytes),
  family('container_start_time_seconds', 'startedAt', seconds),
  family('container_swap_usage_bytes', 'swap', bytes),
  family('node_cpu_usage_seconds_total', 'cpu', seconds),
  family('node_memory_working_set_bytes', 'memory', bytes),
  family('node_swap_usage_bytes', 'swap', bytes),
];

function family(name: string, quantity: Quantity, scale: number): SeriesFamily {
  const of = name.startsWith('container_') ? 'container' : 'node';
  const opening = new ByteText(of === 'container' ? `${name}{container="` : `${name} `);
  return { name, of, quantity, column: columnOf[quantity], scale, nameText: new ByteText(name), opening };
}

/** How one of our families can be told from others at its first byte. */
export const isFamilyStart = (code: number): boolean => code === 0x63 || code === 0x6e; // c, n
