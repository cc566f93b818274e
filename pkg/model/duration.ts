const nsPerSecond = 1e9;

/** A length of time in nanoseconds as Go prints it: `1m0s`, `15.023s`, `999.999999ms`, `1.5µs`, `0s`. */
export function formatDuration(ns: number): string {
  const whole = Math.trunc(ns);
  if (whole === 0) return '0s';
  return whole < 0 ? `-${positiveText(-whole)}` : positiveText(whole);
}

function positiveText(ns: number): string {
  if (ns < 1e3) return `${ns}ns`;
  if (ns < 1e6) return `${withFraction(Math.floor(ns / 1e3), ns % 1e3, 3)}µs`;
  if (ns < nsPerSecond) return `${withFraction(Math.floor(ns / 1e6), ns % 1e6, 6)}ms`;

  // Not with `%`, which is slow beyond 32 bits.
  const seconds = Math.floor(ns / nsPerSecond);
  const fraction = ns - seconds * nsPerSecond;
  if (seconds < 60) return `${withFraction(seconds, fraction, 9)}s`;
  const minutes = Math.floor(seconds / 60);
  const text = `${withFraction(seconds % 60, fraction, 9)}s`;
  return minutes < 60 ? `${minutes}m${text}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${text}`;
}

function withFraction(whole: number, fraction: number, digits: number): string {
  if (fraction === 0) return String(whole);
  let rest = fraction;
  let length = digits;
  for (; rest % 1000 === 0; length -= 3) rest /= 1000;
  for (; rest % 10 === 0; length--) rest /= 10;
  const text = String(rest);
  return `${whole}.${zeros.slice(text.length, length)}${text}`;
}

const zeros = '000000000';

/** What a text turned out to be. */
export type DurationResult =
  /** Exact up to 2^53 nanoseconds, about 104 days. */
  | { readonly kind: 'duration'; readonly ns: number }
  /** `message` is what Go's own parser says. */
  | { readonly kind: 'invalid'; readonly message: string };

const units = new Map<string, bigint>([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

const largest = 2n ** 63n;

/** Reads a duration as Go's ParseDuration does: `1h30m`, `-1.5h`, `300ms`, `0`. */
export function parseDuration(text: string): DurationResult {
  const negative = text.startsWith('-');
  const unsigned = text.replace(/^[-+]/, '');
  if (unsigned === '0') return { kind: 'duration', ns: 0 };
  if (unsigned === '') return refused('invalid', text);

  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of unsigned.matchAll(/(?=[^])(\d*)(?:\.(\d*))?([^\d.]*)/g)) {
    const term = termNs(whole, fraction, unit);
    if (typeof term !== 'bigint') return refused(term, text, unit);
    total += term;
  }
  const limit = negative ? largest : largest - 1n;
  if (total > limit) return refused('invalid', text);
  return { kind: 'duration', ns: Number(negative ? -total : total) };
}

type Problem = 'invalid' | 'missing unit' | 'unknown unit';

/** One number with its unit in nanoseconds, or what is wrong with it. */
function termNs(whole: string, fraction: string, unit: string): bigint | Problem {
  if (whole === '' && fraction === '') return 'invalid';
  if (unit === '') return 'missing unit';
  const unitNs = units.get(unit);
  if (unitNs === undefined) return 'unknown unit';
  const digits = whole.replace(/^0+/, '');
  if (digits.length > 19) return 'invalid';
  const ns = BigInt(digits) * unitNs + fractionNs(fraction, unitNs);
  return ns > largest ? 'invalid' : ns;
}

/** Go multiplies fractions in floating point and cuts; so do we, to the same last nanosecond. */
function fractionNs(fraction: string, unit: bigint): bigint {
  let digits = 0n;
  let scale = 1;
  for (const digit of fraction) {
    const longer = digits * 10n + BigInt(digit);
    if (longer > largest) break;
    digits = longer;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(digits) * (Number(unit) / scale)));
}

function refused(problem: Problem, text: string, unit = ''): DurationResult {
  const what = {
    invalid: 'invalid duration',
    'missing unit': 'missing unit in duration',
    'unknown unit': `unknown unit ${quote(unit)} in duration`,
  }[problem];
  return { kind: 'invalid', message: `time: ${what} ${quote(text)}` };
}

/** The quoting of Go's time package: byte by byte, everything beyond printable ASCII as `\xNN`. */
function quote(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) => {
    if (byte < 0x20 || byte >= 0x80) return `\\x${byte.toString(16).padStart(2, '0')}`;
    const character = String.fromCharCode(byte);
    return character === '"' || character === '\\' ? `\\${character}` : character;
  });
  return `"${bytes.join('')}"`;
}
