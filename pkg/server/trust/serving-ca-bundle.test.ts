import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { makeAuthority } from '../../apiserver/serving-ca/issuing.ts';
import { usualTerms } from '../../apiserver/serving-ca/rotation.ts';
import type { ApiServiceReading, ApiServiceTrust } from '../../kube/api-services.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { type ApiServices, patienceMs, ServingCaBundle } from './serving-ca-bundle.ts';

const signal = new AbortController().signal;
const service = { namespace: 'kube-system', name: 'metrics-server' };
const [beta, v1] = ['v1beta1.metrics.k8s.io', 'v1.metrics.k8s.io'] as const;

let ours = '';
let theirs = '';

before(async () => {
  const clock = new WoundClock();
  const make = async (name: string): Promise<string> =>
    (await makeAuthority({ service: { ...service, name }, keyAlgorithm: 'ecdsa-p256', terms: usualTerms }, clock.now()))
      .certPem;
  [ours, theirs] = [await make('ours'), await make('theirs')];
});

describe('caBundle of our APIServices', () => {
  it('is put in place at once where nobody could verify, in every version that is registered', async () => {
    const { bundle, apiServices } = setUp({ [beta]: {} });
    assert.deepEqual(await bundle.publish(ours, signal), { told: true, problems: [] });
    assert.equal(apiServices.of(beta).caBundle, ours);
    assert.deepEqual(apiServices.applied, [beta]);
  });

  it('is left alone where it is right, whatever its line ends', async () => {
    const { bundle, apiServices } = setUp({ [beta]: { caBundle: `# ours\r\n${ours.replaceAll('\n', '\r\n')}` } });
    assert.deepEqual(await bundle.publish(ours, signal), { told: true, problems: [] });
    assert.deepEqual(apiServices.applied, []);
  });

  it('turns verification on only when a roll-out has had time to replace replicas that cannot be verified', async () => {
    const { bundle, apiServices, clock } = setUp({ [beta]: { insecureSkipTlsVerify: true } });
    const early = await bundle.publish(ours, signal);
    assert.match(early.problems[0] ?? '', /does not verify us yet: it will, two minutes after our start/);
    assert.deepEqual(apiServices.applied, []);
    await clock.wind(patienceMs);
    assert.deepEqual(await bundle.publish(ours, signal), { told: true, problems: [] });
    assert.equal(apiServices.of(beta).insecureSkipTlsVerify, false);
  });

  it('keeps what verified others until they had time to be replaced, and not for ever', async () => {
    const { bundle, apiServices, clock } = setUp({ [beta]: { caBundle: theirs } });
    await bundle.publish(ours, signal);
    assert.equal(apiServices.of(beta).caBundle, ours + theirs);
    await clock.wind(patienceMs);
    await bundle.publish(ours, signal);
    assert.equal(apiServices.of(beta).caBundle, ours);
  });

  it('is not complete while one version lacks it', async () => {
    const { bundle, apiServices } = setUp({ [beta]: {}, [v1]: {} });
    apiServices.refusals.set(v1, 'cannot get APIService: forbidden');
    assert.deepEqual(await bundle.publish(ours, signal), {
      told: false,
      problems: ['cannot get APIService: forbidden'],
    });
    assert.equal(apiServices.of(beta).caBundle, ours);
  });

  it('of another server, of the kube-apiserver itself, or left to cert-manager is none of our business', async () => {
    const cases: readonly [Partial<ApiServiceTrust>, RegExp][] = [
      [{ service: { namespace: 'monitoring', name: 'adapter' } }, /leads to Service monitoring\/adapter, not to ours/],
      [
        { annotations: { 'cert-manager.io/inject-ca-from': 'a/b' } },
        /left to cert-manager, as its annotation cert-manager\.io\/inject-ca-from asks/,
      ],
    ];
    for (const [apiService, problem] of cases) {
      const { bundle, apiServices } = setUp({ [beta]: apiService });
      assert.match((await bundle.publish(ours, signal)).problems[0] ?? '', problem);
      assert.deepEqual(apiServices.applied, []);
    }
    const { bundle, apiServices } = setUp({ [beta]: {} });
    apiServices.takeService(beta);
    assert.match((await bundle.publish(ours, signal)).problems[0] ?? '', /served by the kube-apiserver itself/);
  });
});

function setUp(wanted: Readonly<Record<string, Partial<ApiServiceTrust>>>) {
  const clock = new WoundClock();
  const apiServices = new PretendApiServices(wanted);
  const bundle = new ServingCaBundle({ apiServices, names: [beta, v1], service, clock, log: silentLogger });
  return { clock, apiServices, bundle };
}

class PretendApiServices implements ApiServices {
  readonly applied: string[] = [];
  readonly refusals = new Map<string, string>();
  readonly #kept: Map<string, ApiServiceTrust>;

  constructor(wanted: Readonly<Record<string, Partial<ApiServiceTrust>>>) {
    const usual = { service, caBundle: '', insecureSkipTlsVerify: false, annotations: {} };
    this.#kept = new Map(Object.entries(wanted).map(([name, one]) => [name, { ...usual, ...one, name }]));
  }

  of(name: string): ApiServiceTrust {
    const found = this.#kept.get(name);
    assert.ok(found);
    return found;
  }

  takeService(name: string): void {
    const { service: _, ...rest } = this.of(name);
    this.#kept.set(name, rest);
  }

  async read(name: string): Promise<ApiServiceReading> {
    const message = this.refusals.get(name);
    if (message !== undefined) return { kind: 'forbidden', message };
    const apiService = this.#kept.get(name);
    return apiService ? { kind: 'found', apiService } : { kind: 'absent' };
  }

  async applyCaBundle({ name }: ApiServiceTrust, caBundle: string): Promise<ApiServiceReading> {
    this.applied.push(name);
    this.#kept.set(name, { ...this.of(name), caBundle, insecureSkipTlsVerify: false });
    return this.read(name);
  }
}
