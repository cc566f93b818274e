import type { Config } from '../../pkg/server/config.ts';
import type { Options } from './flags/sections.ts';

/** From what the user wrote to what the server is built from. An empty path means "not given". */
export function configOf(options: Options): Config {
  return {
    ...path('kubeconfig', options.kubeconfig),
    metricResolutionMs: options['metric-resolution'],
    kubelet: kubeletConfig(options),
    serving: {
      bindAddress: options['bind-address'],
      port: options['secure-port'],
      certDir: options['cert-dir'],
      ...path('certFile', options['tls-cert-file']),
      ...path('keyFile', options['tls-private-key-file']),
    },
    authentication: authenticationConfig(options),
    authorization: {
      ...path('kubeconfig', options['authorization-kubeconfig']),
      alwaysAllowPaths: options['authorization-always-allow-paths'],
      authorizedTtlMs: options['authorization-webhook-cache-authorized-ttl'],
      unauthorizedTtlMs: options['authorization-webhook-cache-unauthorized-ttl'],
    },
    logging: { format: options['logging-format'], verbosity: options.v },
  };
}

function kubeletConfig(options: Options): Config['kubelet'] {
  const nodeSelector = options['node-selector'];
  return {
    port: options['kubelet-port'],
    useNodeStatusPort: options['kubelet-use-node-status-port'],
    preferredAddressTypes: options['kubelet-preferred-address-types'],
    ...path('certificateAuthority', options['kubelet-certificate-authority']),
    ...path('clientCertificate', options['kubelet-client-certificate']),
    ...path('clientKey', options['kubelet-client-key']),
    requestTimeoutMs: options['kubelet-request-timeout'],
    insecureTls: options['kubelet-insecure-tls'],
    completelyInsecure: options['deprecated-kubelet-completely-insecure'],
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
  };
}

function authenticationConfig(options: Options): Config['authentication'] {
  return {
    ...path('kubeconfig', options['authentication-kubeconfig']),
    tokenCacheTtlMs: options['authentication-token-webhook-cache-ttl'],
    skipLookup: options['authentication-skip-lookup'],
    tolerateLookupFailure: options['authentication-tolerate-lookup-failure'],
    ...path('clientCaFile', options['client-ca-file']),
    ...path('requestHeaderCaFile', options['requestheader-client-ca-file']),
    requestHeaderAllowedNames: options['requestheader-allowed-names'],
    requestHeaderUsernameHeaders: options['requestheader-username-headers'],
    requestHeaderGroupHeaders: options['requestheader-group-headers'],
    requestHeaderExtraHeadersPrefix: options['requestheader-extra-headers-prefix'],
    requestHeaderUidHeaders: options['requestheader-uid-headers'],
  };
}

function path<Name extends string>(name: Name, text: string): { readonly [Key in Name]?: string } {
  return (text === '' ? {} : { [name]: text }) as { readonly [Key in Name]?: string };
}
