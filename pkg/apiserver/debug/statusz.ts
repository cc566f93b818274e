import type { Clock } from '../../lifecycle/clock.ts';
import { timeText } from '../../model/time-text.ts';
import { jsonValue } from '../encode/json/json-string.ts';
import { textBody } from '../encode/text-body.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { contentTypes, fitting, type MediaType, type Offers, parseAccept, wantsPretty } from '../negotiate.ts';
import { plainRoute, type Route } from '../router.ts';
import { notAcceptable, statusAnswer } from '../status.ts';
import type { VersionInfo } from '../version.ts';
import { withWarnings } from '../warnings.ts';

/** What the page tells beside the version. */
export interface StatuszOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** When the program started, in milliseconds since 1970. */
  readonly startedAtMs: number;
}

/** What the page is about. */
export interface ServedProgram {
  readonly version: VersionInfo;
  /** What the index document lists. */
  readonly paths: () => readonly string[];
}

/**
 * `/statusz`: which program this is, since when it runs, and where else to look. In words, or as a `Statusz` of
 * `config.k8s.io` for those whose Accept header spells that out (KEP-4827).
 */
export function statuszRoute(options: StatuszOptions, program: ServedProgram): Route {
  return plainRoute('/statusz', (request) => {
    const form = formFor(request);
    if (form === 'none') return statusAnswer(onlyTheseForms, request);
    const facts = factsOf(options, program);
    if (form === 'words') return inWords(facts, options.startedAtMs);
    const answer = asDocument(facts, form);
    return withWarnings(answer, form.as.version === 'v1alpha1' ? [deprecated] : []);
  });
}

/** What the reference's generic server calls itself, whatever it serves. */
const component = 'apiserver';

const deprecated = 'This version of the statusz endpoint is deprecated. Please use a newer version.';

const onlyTheseForms = notAcceptable(
  'only the following media types are accepted: application/json, application/yaml, text/plain',
);

type Document = MediaType & Required<Pick<MediaType, 'as'>>;

const documents: Offers = ({ kind, group, version }, encoding) =>
  encoding !== 'protobuf' &&
  kind === 'Statusz' &&
  group === 'config.k8s.io' &&
  ['v1beta1', 'v1alpha1'].includes(version);

/** What the client likes best. JSON counts only where its clause says of which type. */
function formFor(request: ApiRequest): 'words' | 'none' | Document {
  const accept = request.headers.accept ?? '';
  if (accept.trim() === '') return 'words';
  for (const clause of parseAccept(accept)) {
    const media = fitting(clause, documents);
    if (media?.as !== undefined) return { ...media, as: media.as, pretty: media.pretty || wantsPretty(request) };
    const isOfWords = clause.type === '*' || (clause.type === 'text' && ['plain', '*'].includes(clause.subtype));
    if (isOfWords && !['as', 'g', 'v'].some((name) => clause.parameters.has(name))) return 'words';
  }
  return 'none';
}

type Facts = ReturnType<typeof factsOf>;

function factsOf({ clock, startedAtMs }: StatuszOptions, { version, paths }: ServedProgram) {
  const { emulationMajor, emulationMinor, minCompatibilityMajor, minCompatibilityMinor } = version;
  return {
    startTime: timeText(startedAtMs),
    uptimeSeconds: Math.max(0, Math.floor((clock.now() - startedAtMs) / 1000)),
    goVersion: version.goVersion,
    binaryVersion: version.gitVersion.replace(/^v/, ''),
    emulationVersion: emulationMajor && `${emulationMajor}.${emulationMinor}`,
    minimumCompatibilityVersion: minCompatibilityMajor && `${minCompatibilityMajor}.${minCompatibilityMinor}`,
    paths: lookedAt(paths()),
  };
}

/** First segments, each once; not those of APIs and their descriptions, and not this page. */
function lookedAt(paths: readonly string[]): readonly string[] {
  const roots = paths.map((path) => `/${path.split('/')[1]}`);
  return [...new Set(roots)].filter((path) => !['/apis', '/openapi', '/statusz'].includes(path)).sort();
}

function asDocument(facts: Facts, { as, ...media }: Document): Answer {
  const { kind, group, version } = as;
  const document = { kind, apiVersion: `${group}/${version}`, metadata: { name: component }, ...facts };
  const headers = { 'Content-Type': contentTypes[media.encoding] };
  return { status: 200, headers, body: textBody([`${jsonValue(document)}\n`], media) };
}

function inWords(facts: Facts, startedAtMs: number): Answer {
  const { uptimeSeconds, goVersion, binaryVersion, emulationVersion, paths } = facts;
  const two = (count: number): string => String(count).padStart(2, '0');
  const hours = Math.floor(uptimeSeconds / 3600);
  const lines = [
    '',
    `${component} statusz`,
    'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.',
    '',
    `Started: ${unixDate(startedAtMs)}`,
    `Up: ${hours} hr ${two(Math.floor(uptimeSeconds / 60) % 60)} min ${two(uptimeSeconds % 60)} sec`,
    `Go version: ${goVersion}`,
    `Binary version: ${binaryVersion}`,
    emulationVersion ? `Emulation version: ${emulationVersion}` : '',
    paths.length === 0 ? '' : `Paths: ${paths.join(' ')}`,
    '',
  ];
  return { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: lines.join('\n') };
}

/** `Sat Nov 21 04:00:34 UTC 2026`, a day of one digit led by a space. */
function unixDate(epochMs: number): string {
  const [weekday = '', day = '', month, year, time] = new Date(epochMs).toUTCString().split(' ');
  return `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${time} UTC ${year}`;
}
