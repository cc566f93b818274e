import type { PodShape } from '../../model/pod-facts.ts';
import { mostContainers, type PodSpec, shapeOf } from './decode-pod.ts';

/** Below this many, tidying is not worth the walk. */
const fewest = 1_000;

/** Specs with more to say than this, of which there are few, are not remembered. */
const longestText = 8_192;

/**
 * One shape for all pods of a template. Told apart by what their specs say of it, word for word: reckoning up what is said
 * costs ten times what comparing it does, and nearly every pod is one of many.
 */
export class PodShapes {
  #byText = new Map<string, PodShape>();
  #limit = fewest;

  /** How many different ones are held. */
  get size(): number {
    return this.#byText.size;
  }

  /** More than twice as many as were in use lately: somebody should call `keepOnly`. */
  get overgrown(): boolean {
    return this.#byText.size > this.#limit;
  }

  /** The shape of a pod. */
  of(spec: PodSpec): PodShape {
    const text = textOf(spec);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const shape = shapeOf(spec);
    if (text.length <= longestText) this.#byText.set(text, shape);
    return shape;
  }

  /** Forgets all shapes but these. */
  keepOnly(used: ReadonlySet<PodShape>): void {
    this.#byText = new Map([...this.#byText].filter(([, shape]) => used.has(shape)));
    this.#limit = Math.max(fewest, 2 * this.#byText.size);
  }
}

/** Everything in a spec that its shape is made of. */
const textOf = ({ initContainers, containers, overhead, resources }: PodSpec): string =>
  JSON.stringify([partsOf(initContainers), partsOf(containers), overhead, resources]);

function partsOf(containers: unknown): unknown {
  if (!Array.isArray(containers)) return undefined;
  return (containers as readonly (Readonly<Record<string, unknown>> | null)[])
    .slice(0, mostContainers)
    .map((one) => one && [one['name'], one['image'], one['restartPolicy'], one['resources']]);
}
