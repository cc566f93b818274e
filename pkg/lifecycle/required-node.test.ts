import assert from 'node:assert/strict';
import { it } from 'node:test';
import { complaintAboutNode } from './required-node.ts';

it('a Node.js that is too old is told which one to use', () => {
  assert.match(
    complaintAboutNode('metrics-server', '20.20.2') ?? '',
    /^metrics-server needs Node\.js 24 or newer, this is 20\.20\.2\. .*node_modules\/\.bin\/node dist\/cmd\/metrics-server\/main\.js$/,
  );
  assert.equal(complaintAboutNode('metrics-server', '24.0.0'), undefined);
  assert.equal(complaintAboutNode('metrics-server', '100.1.0'), undefined);
});
