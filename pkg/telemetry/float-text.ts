/** Powers of ten from here on are written with an exponent, and those below -4. */
const exponentFrom = 6;

/**
 * A float as Prometheus' Go libraries print it, bucket bounds above all: `le="1e+06"` and `le="1000000"` are different
 * series to whoever asks for them.
 */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return '0';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < exponentFrom) return String(value);
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits}e${exponent < 0 ? '-' : '+'}${size}`;
}
