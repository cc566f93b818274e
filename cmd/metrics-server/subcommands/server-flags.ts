import type { FlagReading, ServerFlags } from '../../../pkg/doctor/facts.ts';
import { kubeletTls } from '../config.ts';
import type { Options } from '../flags/sections.ts';
import { parseOptions } from '../options.ts';

/** Reads the flags of a pod as the server in it does. */
export async function readServerFlags(args: readonly string[]): Promise<FlagReading> {
  const parsed = await parseOptions(args);
  if (parsed.kind === 'problems') return { kind: 'refused', problems: parsed.problems };
  if (parsed.kind !== 'run') return { kind: 'refused', problems: [`--${parsed.kind} makes it print and end`] };
  return { kind: 'read', flags: serverFlags(parsed.options) };
}

function serverFlags(options: Options): ServerFlags {
  const nodeSelector = options['node-selector'];
  return {
    securePort: options['secure-port'],
    apiVersions: options['api-versions'],
    events: options.events,
    viaNodeProxy: options['kubelet-via-node-proxy'],
    ...(options['serving-ca'] === 'self-managed' && { servingCaSecret: options['serving-ca-secret'] }),
    ...(kubeletTls(options) === 'pin' && { pinSecret: options['kubelet-pins-secret'] }),
    kubelet: {
      port: options['kubelet-port'],
      useNodeStatusPort: options['kubelet-use-node-status-port'],
      preferredAddressTypes: options['kubelet-preferred-address-types'],
      certificateAuthority: options['kubelet-certificate-authority'],
      trust: options['deprecated-kubelet-completely-insecure'] ? 'insecure' : kubeletTls(options),
      ...(nodeSelector !== undefined && { nodeSelector }),
    },
  };
}
