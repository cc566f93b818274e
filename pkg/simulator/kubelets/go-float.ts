/**
 * A number as Go's `strconv.FormatFloat(value, 'g', -1, 64)` prints it, and so every Prometheus exporter written in Go:
 * the shortest digits that read back as the same number, with an exponent from 1e+06 upwards and below 1e-04.
 */
export function goFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (size >= 1e-4 && size < 1e6) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}
