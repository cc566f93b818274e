/** Millicores as kubectl top prints them: `255m`, `16000m`. */
export const cpuAmount = (millicores: number): string => `${Math.round(millicores)}m`;

/** Bytes as kubectl top prints them, in whole mebibytes: `1157Mi`. */
export const memoryAmount = (bytes: number): string => `${Math.round(bytes / 2 ** 20)}Mi`;

/** A share as whole percent; nothing where there is nothing to divide by. */
export function percent(part: number | undefined, whole: number | undefined): string | undefined {
  if (part === undefined || whole === undefined || whole <= 0) return undefined;
  return `${Math.round((100 * part) / whole)}%`;
}
