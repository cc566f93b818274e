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

  it('works out facts that are given as a function only for those who asked', () => {
    const { log, lines } = logInto({ format: 'text', verbosity: 2 });
    log.detail(3, 'too much', () => assert.fail('nobody asked'));
    log.detail(2, 'just right', () => ({ node: 'n1' }));
    assert.match(lines()[0] ?? '', /"just right" node="n1"$/);
  });

  it('gives rooms that a rule fits a verbosity of their own; of several rules the first', () => {
    const verbosityRules = [
      { pattern: 'kube*', verbosity: 4 },
      { pattern: 'kubelets', verbosity: 9 },
      { pattern: 'stor?ge', verbosity: 1 },
      { pattern: '.*', verbosity: 9 },
      { pattern: 'é[(\\', verbosity: 9 },
    ];
    const { log, lines } = logInto({ format: 'text', verbosity: 2, verbosityRules });
    const said = (room: string) => {
      const before = lines().length;
      for (let verbosity = 0; verbosity <= 10; verbosity++) log.named(room).detail(verbosity, 'said');
      return lines().length - before - 1;
    };
    const rooms = ['kube', 'kubelets', 'storage', 'storge', 'scraper', 'main'];
    assert.deepEqual(rooms.map(said), [4, 4, 1, 2, 2, 2]);
  });

  it('says more or less while it runs, save where a rule says how much', () => {
    const { log, lines } = logInto({
      format: 'text',
      verbosity: 0,
      verbosityRules: [{ pattern: 'kube', verbosity: 1 }],
    });
    const [scraper, kube] = [log.named('scraper'), log.named('kube').named('kube')];
    for (const verbosity of [0, 5, 1]) {
      log.setVerbosity(verbosity);
      scraper.detail(3, `scraper at ${verbosity}`);
      kube.detail(1, `kube at ${verbosity}`);
    }
    assert.deepEqual(
      lines().map((line) => line.replace(/^.*\] /, '')),
      ['"kube at 0"', '"scraper at 5"', '"kube at 5"', '"kube at 1"'],
    );
  });

  it('prints an error with the causes behind it', () => {
    const { log, lines } = logInto({ format: 'json', verbosity: 0 });
    const cause = new Error('connection refused');
    log.error('Watch ended', { err: new Error('could not list nodes', { cause }) });
    assert.match(lines()[0] ?? '', /"err":"could not list nodes: connection refused"/);
  });

  it('prints what several parts said when several broke', () => {
    const { log, lines } = logInto({ format: 'json', verbosity: 0 });
    const errors = [new Error('no route to ::1'), new Error('no route to 127.0.0.1')];
    log.error('Could not connect', { err: new Error('request failed', { cause: new AggregateError(errors) }) });
    assert.match(lines()[0] ?? '', /"err":"request failed: no route to ::1; no route to 127.0.0.1"/);
  });

  for (const format of ['text', 'json'] as const) {
    it(`breaks nothing, whatever is given to it, as ${format}`, () => {
      const { log, lines } = logInto({ format, verbosity: 0 });
      for (const value of strangeValues()) log.info('Strange', { value, node: 'n1' });
      log.info('Strange', {
        get value() {
          throw new Error('not today');
        },
        node: 'n1',
      });
      assert.equal(lines().length, strangeValues().length + 1);
      for (const line of lines()) assert.match(line, /Strange.*node("?[:=])"n1"/);
      for (const line of lines()) assert.ok(line.length < 5_000, `${line.length} characters`);
    });
  }

  it('leaves out a fact that is undefined', () => {
    const { log, lines } = logInto({ format: 'text', verbosity: 0 });
    log.info('Node scraped', { node: 'n1', reason: undefined });
    assert.match(lines()[0] ?? '', /node="n1"$/);
  });

  it('lets no fact replace the time or the message of a JSON line', () => {
    const { log, lines } = logInto({ format: 'json', verbosity: 0 });
    log.info('Node scraped', { msg: 'mine', ts: 1, caller: 'me' });
    const { ts, msg, caller } = JSON.parse(lines()[0] ?? '') as Record<string, unknown>;
    assert.deepEqual([typeof ts, ts === 1, msg, caller], ['number', false, 'Node scraped', 'main']);
  });

  it('is no reason to end when nobody reads it any more', () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('write EPIPE')) });
    const log = createLogger({ format: 'text', verbosity: 0, stream });
    log.info('into the void');
    log.info('into the void');
    stream.emit('error', new Error('write EPIPE'));
  });

  it('keeps a line a line, whatever is in it', () => {
    const { log, lines } = logInto({ format: 'text', verbosity: 0 });
    log.info('two\nlines', { text: 'a\nb' });
    assert.equal(lines().length, 1);
  });
});

function strangeValues(): unknown[] {
  const itself: Record<string, unknown> = {};
  itself['me'] = itself;
  const ownCause = new Error('round and round');
  ownCause.cause = ownCause;
  const throwing = { toJSON: () => assert.fail('not today') };
  return [1n, { deep: 1n }, itself, ownCause, throwing, Symbol('s'), () => 1, 'x'.repeat(1e6), new AggregateError([])];
}

function logInto(options: Omit<LoggerOptions, 'stream'>) {
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
