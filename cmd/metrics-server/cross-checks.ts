import { formatDuration } from '../../pkg/model/duration.ts';
import type { Options } from './flags/sections.ts';

/** One rule between flags: what is wrong, or nothing. */
type Rule = (options: Options) => string | undefined;

/** Every rule between flags that these options break, as sentences that name the flags, their values and what is allowed. */
export function crossChecks(options: Options): string[] {
  return rules.map((rule) => rule(options)).filter((problem) => problem !== undefined);
}

const duration = (ms: number): string => formatDuration(Math.round(ms * 1e6));

const rules: readonly Rule[] = [
  function timeoutFitsIntoPeriod(options) {
    const resolution = options['metric-resolution'];
    const timeout = options['kubelet-request-timeout'];
    if (timeout <= resolution * 0.9) return undefined;
    return (
      `--kubelet-request-timeout must be at most nine tenths of --metric-resolution: with --metric-resolution=${duration(resolution)} ` +
      `at most ${duration(resolution * 0.9)}, got ${duration(timeout)}`
    );
  },
  apart('kubelet-insecure-tls', 'kubelet-certificate-authority', 'either verify kubelet certificates or do not'),
  together('kubelet-client-certificate', 'kubelet-client-key'),
  together('kubelet-client-key', 'kubelet-client-certificate'),
  ...(
    [
      'kubelet-client-key',
      'kubelet-client-certificate',
      'kubelet-insecure-tls',
      'kubelet-certificate-authority',
    ] as const
  ).map((name) => apart('deprecated-kubelet-completely-insecure', name, 'plain HTTP has neither TLS nor credentials')),
  together('tls-cert-file', 'tls-private-key-file'),
  together('tls-private-key-file', 'tls-cert-file'),
];

type SwitchOrText = { [Name in keyof Options]: Options[Name] extends boolean | string ? Name : never }[keyof Options];

const isSet = (options: Options, name: SwitchOrText): boolean => options[name] !== false && options[name] !== '';

const shown = (options: Options, name: SwitchOrText): string => `--${name}=${options[name]}`;

function apart(one: SwitchOrText, other: SwitchOrText, why: string): Rule {
  return (options) =>
    isSet(options, one) && isSet(options, other)
      ? `${shown(options, one)} and ${shown(options, other)} exclude each other: ${why}`
      : undefined;
}

function together(given: SwitchOrText, needed: SwitchOrText): Rule {
  return (options) =>
    isSet(options, given) && !isSet(options, needed) ? `${shown(options, given)} needs --${needed} as well` : undefined;
}
