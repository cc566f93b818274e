import { as, type EpochMs } from '../../../model/units.ts';
import type { KubeletAnswer } from '../kubelet-client.ts';
import { printable } from '../network-failure.ts';
import { allLent, type BodyPool } from './body-pool.ts';
import type { ResponseHead } from './response-head.ts';
import type { ResponseReader } from './response-reader.ts';
import { bodyLimit, unpackLater, unpackNow } from './unpack.ts';

/** Of an answer that is a refusal, this much is read so that the connection can be kept; a longer one is cut off. */
const refusalLimit = 64 * 1024;

/** The largest body that is taken. */
export const mostBytes = (status: number): number => (status === 200 ? bodyLimit : refusalLimit);

/** Content types that say plainly: no metrics in Prometheus' text format. Others are read, for exporters are careless. */
const foreignTypes = /^(text\/html|application\/(json|vnd\.google\.protobuf|vnd\.kubernetes\.protobuf|xml))\b/i;

/** What an answer is taken for. */
export interface AnswerMeans {
  /** The media type that was asked for: it is not foreign, whichever it is. */
  readonly accept: string | undefined;
  /** Counts what is unpacked. */
  readonly pool: BodyPool;
}

/** What the response that `reader` has read to its end means. The reader is disposed of when nobody needs it any more. */
export function answerTo(reader: ResponseReader, means: AnswerMeans, done: (answer: KubeletAnswer) => void): void {
  const { head, ending } = reader;
  if (ending?.kind === 'whole' && head?.status === 200) return usageIn(reader, { ...means, head, done });
  const answer = refusalIn(reader);
  reader[Symbol.dispose]();
  done(answer);
}

function refusalIn({ head, ending, body }: ResponseReader): KubeletAnswer {
  if (ending?.kind === 'bad') return { kind: 'bad-body', message: ending.message };
  if (head === undefined || ending === undefined || ending.kind === 'cut-short') {
    return { kind: 'unreachable', code: 'ECONNRESET' };
  }
  if (head.status === 200) return { kind: 'too-large', limitBytes: bodyLimit };
  // Kubelets pack usage only; what somebody between packed is not worth unpacking.
  const detail = isPlain(head) ? printable(body.bytes.toString('latin1', 0, 400)) : '';
  return { kind: 'status', code: head.status, ...(detail && { detail }) };
}

const isPlain = ({ contentEncoding }: ResponseHead): boolean => /^(identity)?$/i.test(contentEncoding);

interface Wanted extends AnswerMeans {
  readonly head: ResponseHead;
  readonly done: (answer: KubeletAnswer) => void;
}

function usageIn(reader: ResponseReader, { head, accept, pool, done }: Wanted): void {
  const { contentType, contentEncoding } = head;
  const end = (answer: KubeletAnswer): void => done(dated(answer, head.date));
  const release = (): void => reader[Symbol.dispose]();
  const refuse = (message: string): void => {
    release();
    done({ kind: 'bad-body', message });
  };
  const isWanted = accept !== undefined && contentType.startsWith(accept);
  if (!isWanted && foreignTypes.test(contentType)) return refuse(`its content type is ${printable(contentType)}`);
  const { bytes } = reader.body;
  if (isPlain(head)) return end({ kind: 'ok', body: bytes, release });
  if (contentEncoding.toLowerCase() !== 'gzip') {
    return refuse(`content encoding ${printable(contentEncoding)} was not asked for`);
  }
  unpack(bytes, pool, (answer) => {
    release();
    end(answer);
  });
}

function unpack(packed: Buffer, pool: BodyPool, done: (answer: KubeletAnswer) => void): void {
  const answer = unpackNow(packed);
  if (answer !== undefined) return done(answer);
  // It may become as large as any that is taken.
  if (!pool.lend(bodyLimit)) return done({ kind: 'bad-body', message: allLent });
  unpackLater(packed, (late) => {
    if (late.kind === 'ok') return done({ ...late, release: () => pool.end(bodyLimit) });
    pool.end(bodyLimit);
    done(late);
  });
}

function dated(answer: KubeletAnswer, text: string): KubeletAnswer {
  if (answer.kind !== 'ok' || text === '') return answer;
  const date = Date.parse(text);
  return Number.isNaN(date) ? answer : { ...answer, date: as<EpochMs>(date) };
}
