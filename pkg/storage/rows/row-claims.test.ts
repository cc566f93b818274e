import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerLayout } from '../../model/batch.ts';
import { noRow, RowClaims } from './row-claims.ts';

const size = 500;
const names = Array.from({ length: size }, (_, at) => `app-${at}`);

describe('rows that are handed on to containers in another order', () => {
  const orders: Readonly<Record<string, readonly string[]>> = {
    'the same': names,
    'the reverse': names.toReversed(),
    'halves exchanged': [...names.slice(size / 2), ...names.slice(0, size / 2)],
    'one moved to the end': [...names.slice(1), ...names.slice(0, 1)],
    any: names.map((_, at) => names[(at * 7) % size] ?? ''),
    'with strangers between': names.flatMap((name, at) => (at % 3 === 0 ? [`new-${at}`, name] : [name])),
  };
  for (const [what, order] of Object.entries(orders)) {
    it(`are each found, in as many looks as there are, some times over: ${what}`, () => {
      let looks = 0;
      const rows = new Proxy(
        Array.from(names.keys(), (at) => at + 1),
        {
          get: (target, key) => {
            looks++;
            return Reflect.get(target, key) as unknown;
          },
        },
      );
      const claims = new RowClaims(layoutOf(names), rows);
      const layout = layoutOf(order);
      const found = order.map((name, slot) => {
        const row = claims.follow(layout, slot);
        const known = names.indexOf(name) + 1;
        return row === noRow && known > 0 && claims.claim(known) ? known : row;
      });
      assert.deepEqual(
        found,
        order.map((name) => names.indexOf(name) + 1 || noRow),
      );
      assert.ok(looks < 40 * size, `${looks} looks`);
    });
  }

  it('are claimed once: who is named twice finds none', () => {
    const claims = new RowClaims(layoutOf(['a', 'b']), [7, 8]);
    assert.deepEqual([claims.claim(8), claims.claim(8), claims.claim(9)], [true, false, false]);
    assert.equal(claims.follow(layoutOf(['b']), 0), noRow);
    assert.deepEqual([claims.at(0), claims.at(1), claims.at(2)], [7, noRow, noRow]);
  });
});

const layoutOf = (containers: readonly string[]): ContainerLayout => ({
  namespaces: containers.map(() => 'ns'),
  pods: containers.map(() => 'web'),
  containers,
});
