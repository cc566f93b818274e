import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A request once put to a running metrics-server 0.9.0 (Kubernetes 1.36) by curl, and the answer. */
export interface RecordedExchange {
  /** `001` to `055` went through the aggregation layer, the others straight. */
  readonly capture: string;
  readonly path: string;
  /** Who answered in its place. Nothing else is recorded then. */
  readonly answeredBy?: 'kube-apiserver';
  readonly method?: string;
  readonly accept?: string;
  readonly acceptEncoding?: string;
  /** Absent = the administrator. */
  readonly caller?: 'anonymous' | 'bad-token';
  readonly status: number;
  /** Names in lower case, values once, without those of the layer and of transport. */
  readonly headers: Readonly<Record<string, string>>;
  /** When the answer was made, in seconds since 1970: what objects say of their creation. */
  readonly created: number;
  /** Pods whose two containers came in the other order this time: it is that of a Go map. */
  readonly reversed?: readonly string[];
  /** What the answer said: made of what was recorded in one of several forms. */
  readonly body: Buffer;
  /** The body is judged elsewhere: OpenAPI and metrics have tests of their own. */
  readonly bodyIsElsewhere?: boolean;
}

/** How a body is kept. */
interface KeptBody {
  /** Laid out with two spaces, `CREATED` in place of the time of the answer, containers in one and the same order. */
  readonly json?: object;
  /** The `json` of another capture. */
  readonly sameAs?: string;
  readonly body?: string;
  readonly base64?: string;
}

type Kept = Omit<RecordedExchange, 'body'> & KeptBody;

/** Every exchange, by capture. */
export function recordedExchanges(): readonly RecordedExchange[] {
  const file = join(import.meta.dirname, 'testdata', 'recorded-requests.json');
  const kept = JSON.parse(readFileSync(file, 'utf8')) as readonly Kept[];
  const byCapture = new Map(kept.map((each) => [each.capture, each] as const));
  return kept.map((each) => ({ ...each, body: bodyOf(each, byCapture) }));
}

function bodyOf(kept: Kept, others: ReadonlyMap<string, Kept>): Buffer {
  if (kept.base64 !== undefined) return Buffer.from(kept.base64, 'base64');
  const json = kept.json ?? others.get(kept.sameAs ?? '')?.json;
  const text = json === undefined ? (kept.body ?? '') : JSON.stringify(inRecordedOrder(json, kept), undefined, 2);
  const created = new Date((kept.created ?? 0) * 1000).toISOString().replace('.000Z', 'Z');
  return Buffer.from(text.replaceAll('CREATED', created));
}

/** Turns the containers of the pods that came reversed. */
function inRecordedOrder(json: object, { reversed = [] }: Kept): object {
  return JSON.parse(JSON.stringify(json), (_key, value: unknown) => {
    const pod = value as { metadata?: { namespace?: string; name?: string }; containers?: unknown[] } | null;
    if (typeof pod !== 'object' || pod?.metadata === undefined || pod.containers === undefined) return value;
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    return reversed.includes(name) ? { ...pod, containers: pod.containers.toReversed() } : value;
  }) as object;
}
