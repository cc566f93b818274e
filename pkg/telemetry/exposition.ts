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
    return [...this.chunks()].join('');
  }

  /** The same in pieces that take a millisecond or two to make, cut between series: a histogram agrees with itself. */
  *chunks(): Generator<string> {
    const families = [...this.#families.values()].sort((a, b) => {
      const group = groupOf(a) - groupOf(b);
      if (group !== 0) return group;
      return a.name < b.name ? -1 : 1;
    });
    let chunk = '';
    for (const family of families) {
      for (const text of seriesTexts(family)) {
        chunk += text;
        if (chunk.length < chunkLength) continue;
        yield chunk;
        chunk = '';
      }
    }
    yield chunk;
  }
}

const chunkLength = 64 * 1024;

function groupOf({ name }: Family): number {
  if (name.startsWith('tacho_')) return 2;
  return name.startsWith('metrics_server_') ? 1 : 0;
}

/** One piece for each series, the first of which begins with what is said of the family. */
function* seriesTexts(family: Family): Generator<string> {
  let text = `# HELP ${family.name} ${helpText(family.help)}\n# TYPE ${family.name} ${family.type}\n`;
  let labels: LabelValues | undefined;
  let pairs = '';
  for (const series of family.series()) {
    if (series.labels !== labels) {
      if (labels !== undefined) {
        yield text;
        text = '';
      }
      labels = series.labels;
      pairs = labelPairs(labels);
    }
    text += `${family.name}${series.suffix}${braced(pairs, series.le)} ${valueText(series)}\n`;
  }
  if (labels !== undefined) yield text;
}

function braced(pairs: string, le: string | undefined): string {
  if (le === undefined) return pairs === '' ? '' : `{${pairs}}`;
  return pairs === '' ? `{le="${le}"}` : `{${pairs},le="${le}"}`;
}

const labelPairs = (labels: LabelValues): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');

const helpText = (help: string): string => help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

/** Observations are counted in whole numbers, and written so; everything else is a float. */
const valueText = ({ suffix, value }: Series): string =>
  suffix === '_bucket' || suffix === '_count' ? String(value) : floatText(value);
