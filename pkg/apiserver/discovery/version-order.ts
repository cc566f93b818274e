/**
 * The order in which Kubernetes shows versions: stable ones, then beta, then alpha, the highest number first; names of any
 * other form come last, by letter. Negative when `a` comes first.
 */
export function inVersionOrder(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  if (left === undefined || right === undefined) {
    return Number(left === undefined) - Number(right === undefined) || (a < b ? -1 : Number(a > b));
  }
  return right.stability - left.stability || right.major - left.major || right.minor - left.minor;
}

interface VersionParts {
  /** The more, the stabler. */
  readonly stability: number;
  readonly major: number;
  readonly minor: number;
}

const stabilities: readonly (string | undefined)[] = ['alpha', 'beta', undefined];

function partsOf(version: string): VersionParts | undefined {
  const [isOne, major, stability, minor = '0'] = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version) ?? [];
  if (isOne === undefined) return undefined;
  return { stability: stabilities.indexOf(stability), major: Number(major), minor: Number(minor) };
}
