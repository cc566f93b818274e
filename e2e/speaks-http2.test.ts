import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { onPretendCluster, openCluster } from './cluster.ts';
import { metricsPath } from './metrics-api.ts';

const { pretend } = await openCluster();
const nodes = `${metricsPath}/nodes`;

await onPretendCluster('how the server speaks with a real aggregation layer: it cannot be reached there', () => {
  assert.ok(pretend);

  test('one connection by HTTP/2 carries many users at once, each with their own rights', async () => {
    await using session = await opened(await pretend.certificate('front-proxy-client'));
    const asked = Array.from({ length: 60 }, (_, at) => {
      const user = at % 2 === 0 ? 'viewer' : 'nobody-we-know';
      return ask(session, { ':path': nodes, 'x-remote-user': user, 'x-remote-group': 'system:authenticated' });
    });
    const answers = await Promise.all(asked);
    assert.deepEqual(
      answers.map(({ status }) => status),
      Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? 200 : 403)),
    );
    assert.ok(answers.every(({ body }) => JSON.parse(body).kind.length > 0));
  });

  test('a stranger is answered once, and asked to leave', async () => {
    await using session = await opened({});
    const left = once(session, 'goaway');
    assert.equal((await ask(session, { ':path': nodes, 'x-remote-user': 'viewer' })).status, 403);
    assert.deepEqual((await left)[0], 0);
  });

  async function opened(certificate: { readonly cert?: string; readonly key?: string }) {
    assert.ok(pretend);
    const session = connect(`https://127.0.0.1:${pretend.serverPort}`, { rejectUnauthorized: false, ...certificate });
    await once(session, 'remoteSettings');
    return Object.assign(session, { [Symbol.asyncDispose]: async () => session.destroy() });
  }
});

async function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders) {
  const stream = session.request(headers);
  const [{ ':status': status }] = await once(stream, 'response');
  return { status, body: await text(stream) };
}
