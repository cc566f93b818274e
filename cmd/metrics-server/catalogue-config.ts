import type { Config } from '../../pkg/server/config.ts';
import type { Options } from './flags/sections.ts';

/** The metric catalogue; nothing where nobody wants one. */
export function catalogueConfig(options: Options): Pick<Config, 'catalogue'> {
  if (!options.catalogue) return {};
  return {
    catalogue: {
      resolutionMs: options['catalogue-resolution'],
      ...(options['catalogue-cadvisor'] && { cadvisor: { resolutionMs: options['catalogue-cadvisor-resolution'] } }),
      historyBudgetBytes: options['history-budget'],
      historyMs: options['history-duration'],
      labels: {
        separator: options['label-separator'],
        ignored: options['ignore-label'],
        stored: options['store-label'],
        podNamespace: options['pod-namespace-label'],
      },
      hostIdAnnotation: options['host-id-annotation'],
      ...(options['legacy-port'] > 0 && {
        legacyPort: { bindAddress: options['legacy-bind-address'], port: options['legacy-port'] },
      }),
    },
  };
}
