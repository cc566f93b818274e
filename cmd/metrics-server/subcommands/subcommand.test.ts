import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chosenSubcommand, type SubcommandTable, subcommandLines } from './subcommand.ts';

const table: SubcommandTable = {
  doctor: { load: async () => async () => 0 },
  usage: { load: async () => async () => 0 },
};

describe('the first word of a command line', () => {
  it('may be a subcommand; what comes behind it is its own', () => {
    const choice = chosenSubcommand(['usage', 'pods', '--sort=cpu'], table);
    assert.ok(choice.kind === 'subcommand');
    assert.equal(choice.subcommand, table['usage']);
    assert.deepEqual(choice.args, ['pods', '--sort=cpu']);
  });

  it('may be nearly one, which is a mistake', () => {
    assert.deepEqual(chosenSubcommand(['docter'], table), {
      kind: 'misspelt',
      message: 'there is no command "docter"; did you mean doctor?',
    });
  });

  it('means to serve otherwise: flags, nothing at all, and words the reference would ignore', () => {
    for (const args of [[], ['--doctor'], ['-v=2', 'doctor'], ['start'], ['constructor'], ['']])
      assert.equal(chosenSubcommand(args, table).kind, 'serve', args.join(' '));
  });
});

describe('--help', () => {
  it('has a line for each subcommand', () => {
    assert.equal(
      subcommandLines({ doctor: 'Finds out what is wrong.', usage: 'Shows what is used.' }),
      '  metrics-server doctor     Finds out what is wrong.\n  metrics-server usage      Shows what is used.',
    );
  });
});
