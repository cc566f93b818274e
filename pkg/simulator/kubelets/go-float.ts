/**
 * A number as Go's `strconv.FormatFloat(value, 'g', -1, 64)` prints it, and so every Prometheus exporter written in Go:
 * the shortest digits that read back as the same number, with an exponent from 1e+06 upwards and below 1e-04.
 */
export function goFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (size >= 1e-4 && size < 1e6) return String(value);
  // Thousands of kubelets print such numbers all day, and `toExponential` takes five times as long as `String`.
  return size >= 1e6 && size < 1e21 ? withExponent(value) : value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Moves the point behind the first digit. JavaScript writes no exponent of its own below 1e+21. */
function withExponent(value: number): string {
  const text = String(Math.abs(value));
  const point = text.indexOf('.');
  const whole = point < 0 ? text.length : point;
  const digits = (point < 0 ? text : text.slice(0, point) + text.slice(point + 1)).replace(/0+$/, '');
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${value < 0 ? '-' : ''}${digits[0]}${fraction}e+${String(whole - 1).padStart(2, '0')}`;
}
