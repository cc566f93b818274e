/** Who keeps what a watch finds. Between a loss and the next list it simply hears nothing, and keeps what it has. */
export interface WatchTarget<Kept> {
  /** A list begins. What is known stays in use until it is complete; one that breaks off is never heard of again. */
  listing(): Listing<Kept>;
  put(one: Kept): void;
  remove(one: Kept): void;
}

/** Takes in a list as its pages come, so that no page is much work, however many there are. */
export interface Listing<Kept> {
  add(one: Kept): void;
  /** That was all there is: what was not among it is gone. */
  complete(): void;
}

/** The listing of those who want all there is at once, because it is not much. */
export function atOnce<Kept>(replace: (all: readonly Kept[]) => void): () => Listing<Kept> {
  return () => {
    const all: Kept[] = [];
    return { add: (one) => void all.push(one), complete: () => replace(all) };
  };
}
