/** A node, as its keys are remembered: by uid, because a name may come again with another machine. */
export interface KeyOwner {
  readonly node: string;
  readonly uid: string;
}

/** What is remembered of a node's key. */
export type Recognition =
  /** It is the one that was remembered, and everybody who shares the memory remembers the same. */
  | { readonly kind: 'known' }
  | { readonly kind: 'another'; readonly remembered: string; readonly howToForget: string }
  /** Nothing is remembered, and this key cannot be either, for now. */
  | { readonly kind: 'unknown'; readonly message: string };

/** Remembers the public keys of kubelets. Keys are `sha256/` and the base64 of their digest. */
export interface KeyMemory {
  /** Whether this is the node's key. On first contact it is from now on, as soon as that is written down. Never rejects. */
  recognise(owner: KeyOwner, key: string): Promise<Recognition>;
  /** An authority vouches for this key: it counts from now on, whichever did before. */
  vouchedFor(owner: KeyOwner, key: string): void;
}
