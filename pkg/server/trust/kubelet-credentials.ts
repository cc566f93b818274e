import type { KubeConnection, KubeletCredentials } from '../../kube/connection/transport.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { KubeletConfig } from '../config.ts';
import { isPair } from './key-pair.ts';
import type { NamedFiles } from './named-files.ts';

/** What kubelets are shown, and what to do when one refuses it. */
export interface LiveKubeletCredentials {
  /** The same object while nothing changed, so that whoever builds a TLS context of it compares by identity. */
  current(): KubeletCredentials;
  /** Reads again, because a kubelet refused `refused`; true when there are others now. */
  renew(refused: KubeletCredentials): Promise<boolean>;
}

/** Where the rest of what kubelets are shown comes from, and where trouble with it is told. */
export interface KubeletCredentialsMeans {
  readonly connection: Pick<KubeConnection, 'kubeletCredentials' | 'renewCredentials'>;
  readonly log: Logger;
}

/**
 * What kubelets are shown and by what they are recognised, right now: the identity towards the kube-apiserver, with the
 * CA, certificate and key that flags name instead of its own. Nothing at all when completely insecure.
 */
export function kubeletCredentials(
  config: KubeletConfig,
  files: NamedFiles,
  { connection, log }: KubeletCredentialsMeans,
): LiveKubeletCredentials {
  const { kubeletCa } = files;
  const pair = lastPair(files, log);
  let own: KubeletCredentials = {};
  let shown: KubeletCredentials = {};
  return {
    current() {
      if (config.completelyInsecure) return shown;
      own = connection.kubeletCredentials();
      const next = {
        ...own,
        ...(kubeletCa === undefined ? {} : { ca: kubeletCa.text }),
        ...pair(),
      };
      if (!same(shown, next)) shown = next;
      return shown;
    },
    async renew(refused) {
      return refused.token === own.token ? connection.renewCredentials(own) : true;
    },
  };
}

/** The client certificate and key that flags name. Two files are not replaced at one moment: until they fit, the last pair stays. */
function lastPair(
  { kubeletCertificate, kubeletKey }: NamedFiles,
  log: Logger,
): () => Pick<KubeletCredentials, 'cert' | 'key'> {
  if (kubeletCertificate === undefined || kubeletKey === undefined) return () => ({});
  let last = { cert: kubeletCertificate.text, key: kubeletKey.text };
  let looked = last;
  return () => {
    const next = { cert: kubeletCertificate.text, key: kubeletKey.text };
    if (next.cert === looked.cert && next.key === looked.key) return last;
    looked = next;
    if (isPair(next.cert, next.key)) last = next;
    else log.warn('The client certificate and key for kubelets do not fit each other yet, the last ones stay in use');
    return last;
  };
}

function same(a: KubeletCredentials, b: KubeletCredentials): boolean {
  return a.token === b.token && a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}
