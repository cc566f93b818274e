import type { KubeletCredentials } from '../kube/connection/connection.ts';
import type { KubeletConfig } from './config.ts';
import type { NamedFiles } from './named-files.ts';

/**
 * What kubelets are shown and by what they are recognised, right now: the identity towards the kube-apiserver, with the
 * CA, certificate and key that flags name instead of its own. Nothing at all when completely insecure.
 */
export function kubeletCredentials(
  config: KubeletConfig,
  files: NamedFiles,
  connection: { kubeletCredentials(): KubeletCredentials },
): () => KubeletCredentials {
  const { kubeletCa, kubeletCertificate, kubeletKey } = files;
  let last: KubeletCredentials = {};
  return () => {
    if (config.completelyInsecure) return last;
    const next = {
      ...connection.kubeletCredentials(),
      ...(kubeletCa === undefined ? {} : { ca: kubeletCa.text }),
      ...(kubeletCertificate === undefined ? {} : { cert: kubeletCertificate.text }),
      ...(kubeletKey === undefined ? {} : { key: kubeletKey.text }),
    };
    // The same object while nothing changed, so that whoever builds a TLS context of it compares by identity.
    if (!same(last, next)) last = next;
    return last;
  };
}

function same(a: KubeletCredentials, b: KubeletCredentials): boolean {
  return a.token === b.token && a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}
