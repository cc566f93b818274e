import { setTimeout as sleep } from 'node:timers/promises';

/** Between two looks. */
const pauseMs = 250;

/**
 * Looks again and again until `look` throws no more, and returns what it saw. After `withinSeconds` it fails, with what
 * was waited for and what was seen last.
 */
export async function eventually<T>(what: string, withinSeconds: number, look: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + withinSeconds * 1000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() < deadline) await sleep(pauseMs);
      else throw new Error(`waited ${withinSeconds}s for ${what}; last seen: ${messageOf(error)}`, { cause: error });
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
