/** How many of 10^-9 a suffix stands for. */
const factors: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 10n ** 3n,
  m: 10n ** 6n,
  '': 10n ** 9n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  Ki: 2n ** 10n * 10n ** 9n,
  Mi: 2n ** 20n * 10n ** 9n,
  Gi: 2n ** 30n * 10n ** 9n,
  Ti: 2n ** 40n * 10n ** 9n,
};

/** A Kubernetes quantity of cores, in nanocores. */
export function nanocores(quantity: string): bigint {
  return nanosOf(quantity);
}

/** A Kubernetes quantity of bytes. */
export function bytes(quantity: string): bigint {
  return nanosOf(quantity) / 10n ** 9n;
}

function nanosOf(quantity: string): bigint {
  const [, whole = '', fraction = '', suffix = ''] = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)$/.exec(quantity) ?? [];
  const factor = factors[suffix];
  if (whole === '' || factor === undefined) throw new Error(`"${quantity}" is no quantity this suite knows`);
  return (BigInt(whole + fraction) * factor) / 10n ** BigInt(fraction.length);
}

const nanosecondsPer: Readonly<Record<string, bigint>> = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  µs: 1_000n,
  us: 1_000n,
  ns: 1n,
};

/** A duration as Go prints it (`1m30.5s`), in nanoseconds. */
export function nanoseconds(duration: string): bigint {
  const parts = [...duration.matchAll(/(\d+)(?:\.(\d+))?(h|ms|m|s|µs|us|ns)/g)];
  if (parts.map(([part]) => part).join('') !== duration) throw new Error(`"${duration}" is no duration`);
  return parts.reduce((sum, [, whole = '', fraction = '', unit = '']) => {
    const scaled = BigInt(whole + fraction) * (nanosecondsPer[unit] ?? 0n);
    return sum + scaled / 10n ** BigInt(fraction.length);
  }, 0n);
}
