import type { PodShape } from '../../model/pod-facts.ts';
import { mostContainers, type PodSpec, shapeOf } from './decode-pod.ts';

/** So many are remembered; pods of one template are listed one after the other. */
const mostShapes = 1_000;

/** Specs with more to say than this, of which there are few, are not remembered. */
const longestText = 8_192;

/**
 * One shape for all pods of a template. Told apart by what their specs say of it, word for word: reckoning up what is said
 * costs ten times what comparing it does, and nearly every pod is one of many.
 */
export class PodShapes {
  readonly #byText = new Map<string, PodShape>();

  /** How many are remembered. */
  get size(): number {
    return this.#byText.size;
  }

  /** The shape of a pod. */
  of(spec: PodSpec): PodShape {
    const text = textOf(spec);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const shape = shapeOf(spec);
    if (text.length > longestText) return shape;
    if (this.#byText.size >= mostShapes) this.#byText.clear();
    this.#byText.set(text, shape);
    return shape;
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
