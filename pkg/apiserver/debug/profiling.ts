import type { Clock } from '../../lifecycle/clock.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import type { Route } from '../router.ts';
import { type ProfileKind, Profiler } from './profiler.ts';

interface ProfilePage {
  readonly kind: ProfileKind;
  /** When the client does not say. */
  readonly seconds: number;
  readonly file: string;
  readonly about: string;
}

const pages: Readonly<Record<string, ProfilePage>> = {
  profile: {
    kind: 'cpu',
    seconds: 30,
    file: 'metrics-server.cpuprofile',
    about: 'what the CPU does, over ?seconds= (30)',
  },
  heap: {
    kind: 'heap',
    seconds: 10,
    file: 'metrics-server.heapprofile',
    about: 'who allocates the memory that stays, over ?seconds= (10)',
  },
};

/** A request must be answered within its own time, which is a minute. */
const longestSeconds = 50;

const root = '/debug/pprof';

/** Profiles of the running program below `/debug/pprof/`, named as in Go and recorded by V8. The index document is silent about them. */
export function profilingRoutes(clock: Clock): readonly Route[] {
  const profiler = new Profiler(clock);
  return [
    { pattern: root, handler: () => text(302, '', { Location: `${root}/` }) },
    { pattern: `${root}/`, handler: () => text(200, index) },
    ...Object.entries(pages).map(
      ([name, page]): Route => ({
        pattern: `${root}/${name}`,
        handler: (request) => recorded(profiler, page, request),
      }),
    ),
  ];
}

async function recorded(profiler: Profiler, page: ProfilePage, { query, signal }: ApiRequest): Promise<Answer> {
  const seconds = Number(query.get('seconds') ?? page.seconds);
  if (!(seconds > 0 && seconds <= longestSeconds))
    return text(400, `seconds must be more than 0 and at most ${longestSeconds}\n`);
  const recording = await profiler.record(page.kind, seconds * 1000, signal);
  if (recording.kind === 'busy') return text(409, 'a profile is being recorded already, try again when it is done\n');
  const headers = {
    'Content-Type': 'application/json',
    'Content-Disposition': `attachment; filename="${page.file}"`,
    'X-Content-Type-Options': 'nosniff',
  };
  return { status: 200, headers, body: recording.json };
}

const index = [
  `${root}/`,
  '',
  ...Object.entries(pages).map(([name, { about }]) => `${name}\t${about}`),
  '',
  'Open them in the developer tools of a browser or an editor.',
  '',
].join('\n');

function text(status: number, body: string, more: Readonly<Record<string, string>> = {}): Answer {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', ...more };
  return { status, headers, body };
}
