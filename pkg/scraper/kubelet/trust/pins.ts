/** Keys by uid of the node. */
export type Pins = ReadonlyMap<string, string>;

/** What this replica has learnt and not written down yet. */
export interface News {
  /** Keys of first contacts, which nobody vouches for. */
  readonly met: Pins;
  /** Keys that an authority vouches for. */
  readonly vouched: Pins;
  /** Nodes that have left for good. */
  readonly gone: ReadonlySet<string>;
}

/** Some 100 bytes each where they are stored: well within the 1 MiB of a Secret, and what etcd takes at once. */
export const mostPins = 8_000;

/**
 * What the pins should be, given what is stored. Who was there first is right: a key that another replica wrote down stays,
 * whatever we met. Only an authority's word moves a pin.
 */
export function agreed(stored: Pins, { met, vouched, gone }: News): Pins {
  const pins = new Map([...stored].filter(([uid]) => !gone.has(uid)));
  const add = (uid: string, key: string): void => {
    if (!gone.has(uid) && (pins.has(uid) || pins.size < mostPins)) pins.set(uid, key);
  };
  for (const [uid, key] of vouched) add(uid, key);
  for (const [uid, key] of met) if (!pins.has(uid)) add(uid, key);
  return pins;
}

/** Both say the same of every node. */
export const samePins = (a: Pins, b: Pins): boolean =>
  a.size === b.size && [...a].every(([uid, key]) => b.get(uid) === key);
