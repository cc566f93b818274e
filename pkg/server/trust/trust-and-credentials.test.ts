import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { selfSigned } from '../../kube/testing/certificates.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { ClientTrust } from '../../model/client-trust.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { madeConfig } from '../testing/made-config.ts';
import { clientTrust } from './client-trust.ts';
import { kubeletCredentials } from './kubelet-credentials.ts';
import { openNamedFiles } from './named-files.ts';

const ownProxyCa = selfSigned('proxy').cert;

const means = { clock: new WoundClock(), log: silentLogger };

const published: ClientTrust = {
  clientCa: 'published client CA',
  requestHeader: {
    ca: 'published proxy CA',
    allowedNames: ['front-proxy-client'],
    usernameHeaders: ['X-Remote-User'],
    uidHeaders: ['X-Remote-Uid'],
    groupHeaders: ['X-Remote-Group'],
    extraHeaderPrefixes: ['X-Remote-Extra-'],
  },
};

describe('whom to believe', () => {
  it('is what the ConfigMap says, live', () => {
    const configMap: { current: ClientTrust | undefined } = { current: undefined };
    const trust = clientTrust(madeConfig().authentication, {}, configMap);
    assert.deepEqual(trust(), {});
    configMap.current = published;
    assert.deepEqual(trust(), published);
  });

  it('is what flags name where they name it, with the headers of the flags', async () => {
    await using folder = await folderWith({ 'proxy.crt': ownProxyCa });
    const path = join(folder.path, 'proxy.crt');
    const opened = await openNamedFiles(madeConfig({ authentication: { requestHeaderCaFile: path } }), means);
    assert.ok(opened.kind === 'opened');
    const trust = clientTrust(madeConfig().authentication, opened.files, { current: published });
    assert.equal(trust().clientCa, 'published client CA');
    assert.equal(trust().requestHeader?.ca, ownProxyCa);
    assert.deepEqual(trust().requestHeader?.usernameHeaders, ['x-remote-user']);
  });
});

describe('files named by flags', () => {
  it('are all named when several cannot be read', async () => {
    const opened = await openNamedFiles(
      madeConfig({ authentication: { requestHeaderCaFile: '/no/proxy', clientCaFile: '/no/client' } }),
      means,
    );
    assert.deepEqual(opened, {
      kind: 'failed',
      problems: [
        '--client-ca-file: cannot read /no/client: there is no such file',
        '--requestheader-client-ca-file: cannot read /no/proxy: there is no such file',
      ],
    });
  });
});

describe('what kubelets are shown', () => {
  const { kubelet } = madeConfig();
  const known = { token: 't', ca: 'cluster CA' };
  const connection = { kubeletCredentials: () => known, renewCredentials: async () => false };

  it('is our identity towards the kube-apiserver, the same object while nothing changes', () => {
    const credentials = kubeletCredentials(kubelet, {}, { connection, log: silentLogger });
    assert.deepEqual(credentials.current(), { token: 't', ca: 'cluster CA' });
    assert.equal(credentials.current(), credentials.current());
  });

  it('is read again when a kubelet refuses it, unless it is another by then', async () => {
    const refused: unknown[] = [];
    let current = known;
    const renewCredentials = async (shown: unknown) => refused.push(shown) > 0;
    const credentials = kubeletCredentials(
      kubelet,
      {},
      {
        connection: { kubeletCredentials: () => current, renewCredentials },
        log: silentLogger,
      },
    );
    const first = credentials.current();
    assert.equal(await credentials.renew(first), true);
    current = { ...known, token: 'another' };
    credentials.current();
    assert.equal(await credentials.renew(first), true);
    assert.deepEqual(refused, [known]);
  });

  it('is nothing at all over plain HTTP', () => {
    assert.deepEqual(
      kubeletCredentials({ ...kubelet, completelyInsecure: true }, {}, { connection, log: silentLogger }).current(),
      {},
    );
  });
});

async function folderWith(files: Readonly<Record<string, string>>) {
  const path = await mkdtemp(join(tmpdir(), 'tacho-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
