import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { createLogger, type LoggerOptions } from './logger.ts';

describe('the log', () => {
  it('writes klog lines: severity, time, room, quoted message, facts', () => {
    const { log, lines } = logInto({ format: 'text', verbosity: 0 });
    log.named('scraper').warn('Node could not be scraped', { node: 'n"1', code: 403 });
    assert.match(
      lines()[0] ?? '',
      /^W\d{4} \d\d:\d\d:\d\d\.\d{6} scraper\] "Node could not be scraped" node="n\\"1" code=403$/,
    );
  });

  it('writes one JSON object a line with the keys of klog', () => {
    const { log, lines } = logInto({ format: 'json', verbosity: 4 });
    log.detail(4, 'Node scraped', { node: 'n1' });
    const { ts, ...rest } = JSON.parse(lines()[0] ?? '') as Record<string, unknown>;
    assert.equal(typeof ts, 'number');
    assert.deepEqual(rest, { caller: 'main', msg: 'Node scraped', v: 4, node: 'n1' });
  });

  it('keeps details from those who did not ask for them', () => {
    const { log, lines } = logInto({ format: 'text', verbosity: 2 });
    log.detail(3, 'too much');
    log.detail(2, 'just right');
    assert.equal(lines().length, 1);
    assert.match(lines()[0] ?? '', /just right/);
  });

  it('prints an error with the causes behind it', () => {
    const { log, lines } = logInto({ format: 'json', verbosity: 0 });
    const cause = new Error('connection refused');
    log.error('Watch ended', { err: new Error('could not list nodes', { cause }) });
    assert.match(lines()[0] ?? '', /"err":"could not list nodes: connection refused"/);
  });

  it('keeps a line a line, whatever is in it', () => {
    const { log, lines } = logInto({ format: 'text', verbosity: 0 });
    log.info('two\nlines', { text: 'a\nb' });
    assert.equal(lines().length, 1);
  });
});

function logInto(options: Pick<LoggerOptions, 'format' | 'verbosity'>) {
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const log = createLogger({ ...options, stream });
  return { log, lines: () => written.split('\n').filter((line) => line !== '') };
}
