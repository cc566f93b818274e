import { figuresPerSubject, type KubeletSummary } from '../../model/kubelet-summary.ts';
import { JsonScanner } from './json-scanner.ts';
import { Moments } from './moments.ts';
import { SummaryReader } from './summary-reader.ts';
import { summaryShape } from './summary-shape.ts';

/** What became of an answer. What of it makes no sense is left out and counted, the rest counts. */
export type DecodedSummary =
  | { readonly kind: 'summary'; readonly summary: KubeletSummary; readonly skipped: number }
  /** `message` fits behind "the kubelet's answer could not be read: ". */
  | { readonly kind: 'bad-body'; readonly message: string };

/** Path at which kubelets answer with a summary. */
export const summaryPath = '/stats/summary';

/** Reads an answer of `/stats/summary`. */
export const decodeSummary = (body: Buffer): DecodedSummary => new SummaryDecoder().decode(body);

/**
 * Reads answers one after the other, of whichever kubelets: each profits from what those before looked like. The figures
 * stand in the memory of those before them: a summary is good until the next answer is read.
 */
export class SummaryDecoder {
  readonly #shape = summaryShape();
  readonly #moments = new Moments();
  #figures: Float64Array = new Float64Array(8 * figuresPerSubject);

  decode(body: Buffer): DecodedSummary {
    const json = new JsonScanner(body, this.#moments);
    const reader = new SummaryReader(json, this.#figures);
    const isObject = reader.read(this.#shape);
    this.#figures = reader.figures;
    if (!isObject || json.failed) return { kind: 'bad-body', message: 'it is no JSON object, or not a whole one' };
    const { node, pods, figures, skipped } = reader;
    if (node === undefined) return { kind: 'bad-body', message: 'it has no node with a name, so it is no summary' };
    return { kind: 'summary', summary: { figures, node, pods }, skipped };
  }
}
