import { channel } from 'node:diagnostics_channel';
import { hostAndPort, type KubeletTarget } from './address.ts';
import type { KubeletAnswer } from './kubelet-client.ts';

/** A request to a kubelet, as it is announced to whoever listens on Node.js' diagnostics channels. */
export interface AnnouncedRequest {
  /** As in URLs. */
  readonly hostAndPort: string;
  readonly path: string;
}

/** How one of them ended. */
export interface AnnouncedAnswer {
  readonly request: AnnouncedRequest;
  readonly kind: KubeletAnswer['kind'];
}

/** Where requests to kubelets are announced: `AnnouncedRequest` when one begins, `AnnouncedAnswer` when it has ended. */
export const channelNames = { begun: 'tacho:kubelet:begun', ended: 'tacho:kubelet:ended' } as const;

const begun = channel(channelNames.begun);
const ended = channel(channelNames.ended);

/** Announces a request now, and its end when `done` is called. Costs nothing while nobody listens. */
export function announced(
  target: KubeletTarget,
  done: (answer: KubeletAnswer) => void,
): (answer: KubeletAnswer) => void {
  if (!begun.hasSubscribers) return done;
  const request: AnnouncedRequest = { hostAndPort: hostAndPort(target), path: target.path };
  begun.publish(request);
  return (answer) => {
    const end: AnnouncedAnswer = { request, kind: answer.kind };
    ended.publish(end);
    done(answer);
  };
}
