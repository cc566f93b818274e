import type { ClientTrust, RequestHeaderTrust } from '../../model/client-trust.ts';
import type { AuthenticationConfig } from '../config.ts';
import type { NamedFiles } from './named-files.ts';

/**
 * Whom to believe right now: what flags name, and for the rest what the kube-apiserver's ConfigMap says. A front-proxy CA
 * from a flag brings the names and headers of the flags with it; one from the ConfigMap brings the ConfigMap's.
 */
export function clientTrust(
  config: AuthenticationConfig,
  files: NamedFiles,
  configMap: { readonly current: ClientTrust | undefined },
): () => ClientTrust {
  return () => {
    const published = configMap.current;
    const clientCa = files.clientCa?.text ?? published?.clientCa;
    const requestHeader = requestHeaderOf(config, files) ?? published?.requestHeader;
    return {
      ...(clientCa === undefined ? {} : { clientCa }),
      ...(requestHeader === undefined ? {} : { requestHeader }),
    };
  };
}

function requestHeaderOf(
  config: AuthenticationConfig,
  { requestHeaderCa }: NamedFiles,
): RequestHeaderTrust | undefined {
  if (requestHeaderCa === undefined) return undefined;
  return {
    ca: requestHeaderCa.text,
    allowedNames: config.requestHeaderAllowedNames,
    usernameHeaders: config.requestHeaderUsernameHeaders,
    uidHeaders: config.requestHeaderUidHeaders,
    groupHeaders: config.requestHeaderGroupHeaders,
    extraHeaderPrefixes: config.requestHeaderExtraHeadersPrefix,
  };
}
