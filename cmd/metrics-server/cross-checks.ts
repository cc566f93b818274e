import { formatDuration } from '../../pkg/model/duration.ts';
import type { Options } from './flags/sections.ts';

type FlagName = keyof Options;

/** One rule between flags. */
interface Rule {
  readonly between: readonly FlagName[];
  /** What is wrong, or nothing. */
  readonly problem: (options: Options) => string | undefined;
}

/**
 * Every rule between flags that these options break, as sentences that name the flags, their values and what is allowed.
 * Rules over an `unreadable` flag are left out: that one is a problem of its own.
 */
export function crossChecks(options: Options, unreadable: ReadonlySet<string>): string[] {
  return rules
    .filter(({ between }) => !between.some((name) => unreadable.has(name)))
    .map(({ problem }) => problem(options))
    .filter((problem) => problem !== undefined);
}

/** What these options say that was hardly meant so, as sentences. */
export function crossDoubts(options: Options): string[] {
  const policy = isSet(options, 'audit-policy-file');
  const backends = (['audit-log-path', 'audit-webhook-config-file'] as const).filter((name) => isSet(options, name));
  if (policy && backends.length === 0)
    return ['--audit-policy-file alone records nothing: --audit-log-path or --audit-webhook-config-file say where to'];
  return policy ? [] : backends.map((name) => `--${name} without --audit-policy-file records nothing`);
}

const duration = (ms: number): string => formatDuration(Math.round(ms * 1e6));

const timeoutFitsIntoPeriod: Rule = {
  between: ['metric-resolution', 'kubelet-request-timeout'],
  problem(options) {
    const resolution = options['metric-resolution'];
    const timeout = options['kubelet-request-timeout'];
    if (timeout <= resolution * 0.9) return undefined;
    return (
      `--kubelet-request-timeout must be at most nine tenths of --metric-resolution: with --metric-resolution=${duration(resolution)} ` +
      `at most ${duration(resolution * 0.9)}, got ${duration(timeout)}`
    );
  },
};

const oneTrustInKubelets: Rule = {
  between: ['kubelet-insecure-tls', 'kubelet-tls'],
  problem(options) {
    const tls = options['kubelet-tls'];
    if (!options['kubelet-insecure-tls'] || tls === '' || tls === 'insecure') return undefined;
    return `--kubelet-insecure-tls=true and --kubelet-tls=${tls} exclude each other: the former means --kubelet-tls=insecure`;
  },
};

const insecureHasNoCa: Rule = {
  between: ['kubelet-tls', 'kubelet-certificate-authority'],
  problem: (options) =>
    options['kubelet-tls'] === 'insecure' && isSet(options, 'kubelet-certificate-authority')
      ? `--kubelet-tls=insecure and ${shown(options, 'kubelet-certificate-authority')} exclude each other: either verify kubelet certificates or do not`
      : undefined,
};

const rules: readonly Rule[] = [
  timeoutFitsIntoPeriod,
  apart('kubelet-insecure-tls', 'kubelet-certificate-authority', 'either verify kubelet certificates or do not'),
  oneTrustInKubelets,
  insecureHasNoCa,
  together('kubelet-client-certificate', 'kubelet-client-key'),
  together('kubelet-client-key', 'kubelet-client-certificate'),
  ...(
    [
      'kubelet-client-key',
      'kubelet-client-certificate',
      'kubelet-insecure-tls',
      'kubelet-tls',
      'kubelet-certificate-authority',
    ] as const
  ).map((name) => apart('deprecated-kubelet-completely-insecure', name, 'plain HTTP has neither TLS nor credentials')),
  apart('serving-ca', 'tls-cert-file', 'the serving certificate is either ours to make or yours to give'),
  together('tls-cert-file', 'tls-private-key-file'),
  together('tls-private-key-file', 'tls-cert-file'),
  {
    between: ['logging-format', 'vmodule'],
    problem: (options) =>
      options['logging-format'] === 'json' && options.vmodule.length > 0
        ? '--logging-format=json and --vmodule exclude each other: only the text format knows --vmodule'
        : undefined,
  },
  {
    between: ['legacy-port', 'catalogue'],
    problem: (options) =>
      options['legacy-port'] > 0 && !options.catalogue
        ? "--legacy-port needs --catalogue (or --source): without it there is nothing of Heapster's to serve"
        : undefined,
  },
  ...auditRules('audit-log'),
  ...auditRules('audit-webhook'),
];

/** What batches need, where there are any. */
function auditRules(prefix: 'audit-log' | 'audit-webhook'): Rule[] {
  const mode = `${prefix}-mode` as const;
  const throttled = `${prefix}-batch-throttle-enable` as const;
  const positive = (name: FlagName, isNeeded: (options: Options) => boolean): Rule => ({
    between: [mode, throttled, name],
    problem: (options) =>
      options[mode] === 'batch' && isNeeded(options) && options[name] === 0
        ? `--${name} must be more than 0 when --${mode}=batch, got 0`
        : undefined,
  });
  return [
    positive(`${prefix}-batch-buffer-size`, () => true),
    positive(`${prefix}-batch-max-size`, () => true),
    positive(`${prefix}-batch-throttle-qps`, (options) => options[throttled]),
    positive(`${prefix}-batch-throttle-burst`, (options) => options[throttled]),
  ];
}

type SwitchOrText = { [Name in keyof Options]: Options[Name] extends boolean | string ? Name : never }[keyof Options];

const isSet = (options: Options, name: SwitchOrText): boolean => options[name] !== false && options[name] !== '';

const shown = (options: Options, name: SwitchOrText): string => `--${name}=${options[name]}`;

function apart(one: SwitchOrText, other: SwitchOrText, why: string): Rule {
  return {
    between: [one, other],
    problem: (options) =>
      isSet(options, one) && isSet(options, other)
        ? `${shown(options, one)} and ${shown(options, other)} exclude each other: ${why}`
        : undefined,
  };
}

function together(given: SwitchOrText, needed: SwitchOrText): Rule {
  return {
    between: [given, needed],
    problem: (options) =>
      isSet(options, given) && !isSet(options, needed)
        ? `${shown(options, given)} needs --${needed} as well`
        : undefined,
  };
}
