import { floatText } from './float-text.ts';
import type { Family, LabelValues, Series } from './instruments.ts';

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

  /**
   * Everything in Prometheus' text format 0.0.4; a family without series is left out. Families come by name, those every
   * component of Kubernetes has before metrics-server's, as there, and ours behind both.
   */
  expose(): string {
    const families = [...this.#families.values()].sort((a, b) => {
      const group = groupOf(a) - groupOf(b);
      if (group !== 0) return group;
      return a.name < b.name ? -1 : 1;
    });
    return families.map(familyText).join('');
  }
}

function groupOf({ name }: Family): number {
  if (name.startsWith('tacho_')) return 2;
  return name.startsWith('metrics_server_') ? 1 : 0;
}

function familyText(family: Family): string {
  const lines = [...family.series()].map(
    (series) => `${family.name}${series.suffix}${labelText(series.labels)} ${valueText(series)}\n`,
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

/** Observations are counted in whole numbers, and written so; everything else is a float. */
const valueText = ({ suffix, value }: Series): string =>
  suffix === '_bucket' || suffix === '_count' ? String(value) : floatText(value);
