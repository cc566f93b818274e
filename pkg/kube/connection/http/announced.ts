import { channel } from 'node:diagnostics_channel';
import type { HttpAnswer } from './http-client.ts';

/** A request to a kube-apiserver, as it is announced to whoever listens on Node.js' diagnostics channels. */
export interface AnnouncedRequest {
  /** Base URL. */
  readonly server: string;
  /** With the query. */
  readonly path: string;
}

/** Where they are announced: when one is sent, when its answer begins, and when its body or the attempt has ended. */
export const channelNames = {
  begun: 'tacho:kube-apiserver:begun',
  answered: 'tacho:kube-apiserver:answered',
  ended: 'tacho:kube-apiserver:ended',
} as const;

const begun = channel(channelNames.begun);
const answered = channel(channelNames.answered);
const ended = channel(channelNames.ended);

/** Announces a request now, and what becomes of it. Costs nothing while nobody listens. */
export function announced(request: AnnouncedRequest, answer: Promise<HttpAnswer>): Promise<HttpAnswer> {
  if (!begun.hasSubscribers) return answer;
  begun.publish(request);
  return answer.then(
    (given) => {
      answered.publish(request);
      given.body.once('close', () => ended.publish(request));
      return given;
    },
    (cause: unknown) => {
      ended.publish(request);
      throw cause;
    },
  );
}
