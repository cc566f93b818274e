import type { KubeConnection, KubeletCredentials } from '../kube/connection/connection.ts';
import type { KubeletConfig } from './config.ts';
import type { NamedFiles } from './named-files.ts';

/** What kubelets are shown, and what to do when one refuses it. */
export interface LiveKubeletCredentials {
  /** The same object while nothing changed, so that whoever builds a TLS context of it compares by identity. */
  current(): KubeletCredentials;
  /** Reads again, because a kubelet refused `refused`; true when there are others now. */
  renew(refused: KubeletCredentials): Promise<boolean>;
}

/**
 * What kubelets are shown and by what they are recognised, right now: the identity towards the kube-apiserver, with the
 * CA, certificate and key that flags name instead of its own. Nothing at all when completely insecure.
 */
export function kubeletCredentials(
  config: KubeletConfig,
  files: NamedFiles,
  connection: Pick<KubeConnection, 'kubeletCredentials' | 'renewCredentials'>,
): LiveKubeletCredentials {
  const { kubeletCa, kubeletCertificate, kubeletKey } = files;
  let own: KubeletCredentials = {};
  let shown: KubeletCredentials = {};
  return {
    current() {
      if (config.completelyInsecure) return shown;
      own = connection.kubeletCredentials();
      const next = {
        ...own,
        ...(kubeletCa === undefined ? {} : { ca: kubeletCa.text }),
        ...(kubeletCertificate === undefined ? {} : { cert: kubeletCertificate.text }),
        ...(kubeletKey === undefined ? {} : { key: kubeletKey.text }),
      };
      if (!same(shown, next)) shown = next;
      return shown;
    },
    async renew(refused) {
      return refused.token === own.token ? connection.renewCredentials(own) : true;
    },
  };
}

function same(a: KubeletCredentials, b: KubeletCredentials): boolean {
  return a.token === b.token && a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}
