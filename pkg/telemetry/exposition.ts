import type { Family, LabelValues } from './instruments.ts';

/** Content type of the Prometheus text format. */
export const expositionContentType = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

/** All instruments of the process, in one place, passed in and never global. */
export class Registry {
  readonly #families = new Map<string, Family>();

  /** Adds an instrument and returns it. Two families of one name are a broken promise. */
  register<T extends Family>(family: T): T {
    if (this.#families.has(family.name)) throw new Error(`metric family ${family.name} is registered twice`);
    this.#families.set(family.name, family);
    return family;
  }

  /** Everything in Prometheus' text format 0.0.4, families by name; a family without series is left out. */
  expose(): string {
    const families = [...this.#families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return families.map(familyText).join('');
  }
}

function familyText(family: Family): string {
  const lines = [...family.series()].map(
    ({ suffix, labels, value }) => `${family.name}${suffix}${labelText(labels)} ${numberText(value)}\n`,
  );
  if (lines.length === 0) return '';
  return `# HELP ${family.name} ${helpText(family.help)}\n# TYPE ${family.name} ${family.type}\n${lines.join('')}`;
}

function labelText(labels: LabelValues): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const helpText = (help: string): string => help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

function numberText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
