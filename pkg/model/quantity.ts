/** How a quantity likes to be written: `12M`, `12Mi` or `12e6`. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** An exact amount of something: of cores, of bytes. */
export interface Quantity {
  /** The amount in units of 10^-9, the finest that Kubernetes knows. */
  readonly nanos: bigint;
  readonly format: QuantityFormat;
  /** Kept by Kubernetes where a text looks canonical at a glance, even where it is not: `+5`, `1E3`. */
  readonly spelling?: string;
}

/** What a text turned out to be. */
export type QuantityResult =
  | { readonly kind: 'quantity'; readonly quantity: Quantity }
  /** `message` is what Kubernetes' own parser says. */
  | { readonly kind: 'invalid'; readonly message: string };

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;

const messages = {
  format: `quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
  number: 'unable to parse numeric part of quantity',
  suffix: "unable to parse quantity's suffix",
} as const;

/** Beyond these no quantity means anything, and arithmetic with it would cost more than its sender paid. */
const longestText = 256;
const largestExponent = 1000;

/** Exponents of ten, of 1024 and of ten again, by suffix. */
const decimalSuffixes = new Map(['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((text, i) => [text, 3 * i - 9]));
const binarySuffixes = new Map(['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((text, i) => [text, i + 1]));
const decimalNames = new Map([...decimalSuffixes].map(([text, exponent]) => [exponent, text]));
const binaryNames = ['', ...binarySuffixes.keys()];

const nano = 1_000_000_000n;
/** Kubernetes cuts binary quantities to what an int64 holds. */
const largestBinary = (2n ** 63n - 1n) * nano;

/** Reads a quantity exactly; what is finer than 10^-9 is rounded away from zero. */
export function parseQuantity(text: string): QuantityResult {
  const match = text === '' || text.length > longestText ? null : pattern.exec(text);
  if (match === null) return invalid('format');
  const { sign, whole, fraction, suffix } = groupsOf(match);
  const scale = scaleOf(suffix);
  if (scale === undefined) return invalid('suffix');
  if (scale.exponent > largestExponent) return invalid('number');

  const parts: Parts = { number: whole.replace(/^0+/, '') || '0', fraction, ...scale };
  const size = capped(parts.format, nanosOf(parts));
  const isFraction = parts.format === 'BinarySI' && size > 0n && size < nano;
  const quantity: Quantity = {
    nanos: sign === '-' ? -size : size,
    format: isFraction ? 'DecimalSI' : parts.format,
    ...(keepsSpelling(parts) && { spelling: text }),
  };
  return { kind: 'quantity', quantity };
}

function groupsOf(match: RegExpExecArray): Readonly<Record<'sign' | 'whole' | 'fraction' | 'suffix', string>> {
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  return { sign, whole, fraction, suffix };
}

const capped = (format: QuantityFormat, nanos: bigint): bigint =>
  format === 'BinarySI' && nanos > largestBinary ? largestBinary : nanos;

interface Scale {
  readonly format: QuantityFormat;
  /** Of ten; of 1024 where the format is BinarySI. */
  readonly exponent: number;
}

interface Parts extends Scale {
  /** Digits before the point, without leading zeros. */
  readonly number: string;
  readonly fraction: string;
}

function scaleOf(suffix: string): Scale | undefined {
  const decimal = decimalSuffixes.get(suffix);
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal };
  const binary = binarySuffixes.get(suffix);
  if (binary !== undefined) return { format: 'BinarySI', exponent: binary };
  const exponent = /^[eE]([-+]?\d+)$/.exec(suffix)?.[1];
  return exponent === undefined ? undefined : { format: 'DecimalExponent', exponent: Number(exponent) };
}

/** The amount without its sign. */
function nanosOf({ number, fraction, format, exponent }: Parts): bigint {
  const digits = BigInt(number + fraction);
  if (format === 'BinarySI') return shifted(digits * 1024n ** BigInt(exponent), 9 - fraction.length);
  return shifted(digits, 9 - fraction.length + exponent);
}

/** `digits` times ten to the `exponent`, rounded up. */
function shifted(digits: bigint, exponent: number): bigint {
  if (exponent >= 0) return digits * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(Math.min(-exponent, 2 * largestExponent));
  return (digits + divisor - 1n) / divisor;
}

/** Kubernetes' own quick look at whether a text is canonical; it errs for the few texts in the tests. */
function keepsSpelling({ number, fraction, format, exponent }: Parts): boolean {
  const digits = number + fraction;
  if (format === 'BinarySI') {
    const roomLeft = 14 - number.length - 3 * exponent;
    return fraction === '' && roomLeft >= 0 && BigInt(number) % 8n !== 0n;
  }
  const scale = exponent - fraction.length;
  const isShort = digits.length <= 18 && scale >= -9;
  return isShort && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

const invalid = (problem: keyof typeof messages): QuantityResult => ({ kind: 'invalid', message: messages[problem] });

/** The text of a quantity: exact, without fraction, with the largest suffix that keeps it so. */
export function formatQuantity(quantity: Quantity): string {
  return quantity.spelling ?? canonicalText(quantity);
}

/** Both together, in the format of the first unless that is zero. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format };
}

function canonicalText({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  const size = nanos < 0n ? -nanos : nanos;
  // Small binary amounts and fractions of a byte are written in powers of ten, so 1000 bytes are 1k.
  if (format === 'BinarySI' && size >= 1024n * nano && nanos % nano === 0n) return binaryText(nanos / nano);
  return decimalText(nanos, format);
}

function binaryText(amount: bigint): string {
  let rest = amount;
  let power = 0;
  while (rest % 1024n === 0n && power < binaryNames.length - 1) {
    rest /= 1024n;
    power++;
  }
  return `${rest}${binaryNames[power] ?? ''}`;
}

function decimalText(nanos: bigint, format: QuantityFormat): string {
  let rest = nanos;
  let exponent = -9;
  while (rest % 1000n === 0n) {
    rest /= 1000n;
    exponent += 3;
  }
  const name = format === 'DecimalExponent' ? undefined : decimalNames.get(exponent);
  if (name !== undefined || exponent === 0) return `${rest}${name ?? ''}`;
  return `${rest}e${exponent}`;
}

/** Whole nanocores as the Metrics API prints CPU: `10m`, `20u`, `1`, `123456789n`. The fast path of `formatQuantity`. */
export function cpuText(nanocores: number): string {
  if (nanocores === 0) return '0';
  let rest = nanocores;
  let thousands = 0;
  while (rest % 1000 === 0) {
    rest /= 1000;
    thousands++;
  }
  return rest + (cpuNames[thousands] ?? '');
}

const cpuNames = [...decimalSuffixes.keys()];

/** Whole bytes as the Metrics API prints memory: `10Mi`, `10241Ki`, `1500`. The fast path of `formatQuantity`. */
export function memoryText(bytes: number): string {
  if (bytes > -1024 && bytes < 1024) return bytes === 1000 ? '1k' : bytes === -1000 ? '-1k' : String(bytes);
  let rest = bytes;
  let power = 0;
  // Not with `%`, which is slow beyond 32 bits; dividing by a power of two is exact.
  for (let next = rest / 1024; Number.isInteger(next) && power < binaryNames.length - 1; next = rest / 1024) {
    rest = next;
    power++;
  }
  return rest + (binaryNames[power] ?? '');
}
