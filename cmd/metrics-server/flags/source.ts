import process from 'node:process';
import { nearest } from '../nearest.ts';
import { type Parsed, problem } from './parsed.ts';

/** Heapster's `--source`, as the texts of the flags of ours that it means. */
export interface SourceFlags {
  readonly flags: Readonly<Record<string, string>>;
}

/** One option of a source: what it means, or what is wrong with its value. */
type Option = (text: string, given: Given) => Meaning;

/** The options as they were given, and which of them is being read. */
interface Given {
  readonly name: string;
  readonly all: ReadonlyMap<string, string>;
}

interface Meaning {
  readonly flags?: Readonly<Record<string, string>>;
  /** What whoever wrote it should know. */
  readonly warning?: string;
  readonly problem?: string;
}

const keys = ['kubernetes.summary_api', 'kubernetes'] as const;

const options: Readonly<Record<string, Option>> = {
  inClusterConfig: flag((on, { all }) => {
    if (on || (all.get('auth') ?? '') !== '') return {};
    return { problem: 'inClusterConfig=false needs auth=<path of a kubeconfig>: there is no other identity' };
  }),
  auth: (text, { all }) => {
    const inCluster = all.get('inClusterConfig') === undefined || goBool(all.get('inClusterConfig') ?? '') !== false;
    if (text === '') return {};
    return inCluster ? { warning: 'auth is of use with inClusterConfig=false only' } : { flags: { kubeconfig: text } };
  },
  kubeletPort: (text) =>
    /^\d{1,5}$/.test(text)
      ? { flags: { 'kubelet-port': text } }
      : { problem: `kubeletPort must be a port, got "${text}"` },
  kubeletHttps: flag((on) =>
    on
      ? {}
      : {
          flags: { 'deprecated-kubelet-completely-insecure': 'true' },
          warning: 'kubeletHttps=false asks kubelets without TLS and without credentials',
        },
  ),
  insecure: flag((on) =>
    on
      ? {
          flags: { 'kubelet-insecure-tls': 'true' },
          warning: 'insecure=true takes kubelets without verifying them; the kube-apiserver is verified all the same',
        }
      : {},
  ),
  useServiceAccount: flag((on) =>
    on ? {} : { warning: 'useServiceAccount=false has no effect: kubelets are always shown who asks' },
  ),
  apiVersion: () => ({ warning: 'apiVersion has no effect: there is only v1' }),
  host_id_annotation: (text) => ({ flags: { 'host-id-annotation': text } }),
};

/** Variables by their names. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Reads `kubernetes.summary_api:<url>?<options>`, in which `$NAME` and `${NAME}` stand for what the environment says. */
export const parseSource = (texts: readonly string[]): Parsed<SourceFlags | undefined> =>
  parseSourceIn(process.env, texts);

/** The same in an environment. */
export function parseSourceIn(environment: Environment, texts: readonly string[]): Parsed<SourceFlags | undefined> {
  const [text = '', ...more] = texts;
  if (text === '') return { kind: 'value', value: undefined };
  if (more.length > 0) return problem(`may be given once, got "${texts.join('" and "')}"`);
  const [key = '', rest = ''] = splitOnce(text, ':');
  const known = keys.find((name) => name === key.toLowerCase());
  if (known === undefined) return problem(`must begin with kubernetes.summary_api, got "${key}"${meant(key, keys)}`);
  const { text: expanded, unset } = expand(rest, environment);
  if (unset.length > 0) return problem(`names variables that the environment does not have: ${unset.join(', ')}`);
  const [url = '', query = ''] = splitOnce(expanded.replace(/^['"]+|['"]+$/g, ''), '?');
  const all = new Map(new URLSearchParams(query).entries());
  const meanings = [ofKey(known), ofUrl(url), ...[...all].map(([name, own]) => meaningOf(own, { name, all }))];
  const problems = meanings.flatMap((meaning) => meaning.problem ?? []);
  if (problems.length > 0) return problem(`has mistakes: ${problems.join('; ')}`);
  const warnings = meanings.flatMap(({ warning }) => warning ?? []);
  const flags = Object.assign(
    { catalogue: 'true' },
    ...meanings.map((meaning) => meaning.flags),
  ) as SourceFlags['flags'];
  return {
    kind: 'value',
    value: { flags },
    ...(warnings.length > 0 && { warning: `was taken, but ${warnings.join('; ')}` }),
  };
}

/** Heapster put nothing where a variable was not set; that hid mistakes, so here it is one. */
function expand(rest: string, environment: Environment): { readonly text: string; readonly unset: readonly string[] } {
  const unset: string[] = [];
  const text = rest.replace(/\$(?:\{(\w+)\}|([A-Za-z_]\w*))/g, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    if (environment[name] === undefined) unset.push(name);
    return environment[name] ?? '';
  });
  return { text, unset };
}

function meaningOf(text: string, given: Given): Meaning {
  const { name } = given;
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  return option?.(text, given) ?? { problem: `there is no option ${name}${meant(name, Object.keys(options))}` };
}

const ofKey = (key: (typeof keys)[number]): Meaning =>
  key === 'kubernetes'
    ? { warning: 'kubernetes is read as kubernetes.summary_api: kubelets since 1.21 have no /stats/container/' }
    : {};

/** The host of old was the kube-apiserver's; ours comes from the kubeconfig, or from where we run. */
function ofUrl(url: string): Meaning {
  if (url === '' || /^https?:\/\/kubernetes\.default\b/.test(url)) return {};
  return { warning: `the address ${url} has no effect: the kube-apiserver is that of --kubeconfig, or of the cluster` };
}

/** An option that is on or off. */
function flag(meaning: (on: boolean, given: Given) => Meaning): Option {
  return (text, given) => {
    const on = goBool(text);
    if (on !== undefined) return meaning(on, given);
    return { problem: `${given.name} must be true or false, got "${text}"${meant(text, ['true', 'false'])}` };
  };
}

/** As Go reads truth values. */
function goBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined;
}

function meant(word: string, candidates: readonly string[]): string {
  const found = nearest(word, candidates);
  return found === undefined ? '' : ` (did you mean ${found}?)`;
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** What was given, and what `--source` means; a flag that was given itself counts more. */
export function withSource(texts: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const source = parseSource(texts.get('source') ?? []);
  const flags = source.kind === 'value' ? (source.value?.flags ?? {}) : {};
  return new Map([...Object.entries(flags).map(([name, text]) => [name, [text]] as const), ...texts]);
}
