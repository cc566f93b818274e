import type { KubeTransport } from '../kube/connection/transport.ts';
import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';

/** Whom to ask for the nodes that metrics.k8s.io has. */
export interface UntoldMeans {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** So many are named. */
const mostNames = 3;

/**
 * A sentence about the nodes that metrics.k8s.io has and the catalogue does not: their kubelets give no summary, or too late.
 * Undefined where there are none, and where that cannot be found out: whoever may read the catalogue need not read that.
 */
export async function untoldNodes(
  { transport, clock, timeoutMs }: UntoldMeans,
  told: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  using limit = deadline(signal, timeoutMs, clock);
  try {
    const path = '/apis/metrics.k8s.io/v1beta1/nodes';
    using response = await transport.request({ method: 'GET', path, signal: limit.signal });
    if (response.status !== 200) return undefined;
    return sentence(namesIn(await response.json()).filter((name) => !told.includes(name)));
  } catch {
    return undefined; // What was asked for is there; this is a word beside it.
  }
}

function sentence(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const rest = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
  const named = `${names.slice(0, mostNames).join(', ')}${rest}`;
  return `The catalogue knows nothing of ${named}, and no sum includes their pods: the log of metrics-server says why.`;
}

function namesIn(answer: unknown): readonly string[] {
  const { items } = Object(answer) as {
    readonly items?: readonly { readonly metadata?: { readonly name?: string } }[];
  };
  return Array.isArray(items) ? items.flatMap(({ metadata }) => metadata?.name ?? []).sort() : [];
}
