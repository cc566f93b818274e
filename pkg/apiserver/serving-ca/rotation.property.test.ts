import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { certificatesIn, writeAuthorities } from './authorities.ts';
import { makeAuthority } from './issuing.ts';
import type { RotationTerms } from './rotation.ts';
import { PretendCluster } from './testing/pretend-secret.ts';
import { Replica } from './testing/replica.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A year in a day: what happens over years happens often. */
const terms: RotationTerms = {
  authorityLifetimeMs: 24 * hourMs,
  leafLifetimeMs: 6 * hourMs,
  renewAt: 2 / 3,
  overlapMs: 30 * minuteMs,
  skewMs: 5 * minuteMs,
  lookEveryMs: 3 * minuteMs,
};
/** A kube-apiserver may be so far behind with what it knows of APIServices. */
const behindMs = terms.overlapMs - 2 * terms.lookEveryMs;

for (const seed of [1, 2]) {
  test(`whatever befalls the Secret and the replicas, every kube-apiserver can verify every replica (seed ${seed})`, async () => {
    await using world = await World.begin(seed);
    for (let third = 0; third < 3 * 36; third++) {
      await world.misfortune();
      for (let minute = 0; minute < 20; minute += 2) await world.nextMinutes(2);
      world.recover();
    }
    assert.ok(world.authorities.size >= 4, `seed ${seed}: only ${world.authorities.size} authorities`);
  });
}

/** Two replicas, one Secret, and kube-apiservers that know any bundle of the last minutes. */
class World implements AsyncDisposable {
  /** Every authority that was ever announced. */
  readonly authorities = new Set<string>();
  readonly #seed: number;
  readonly #clock = new WoundClock();
  readonly #cluster = new PretendCluster();
  readonly #replicas: Replica[] = [];
  /** Bundles and until when somebody may know no newer one. */
  #known: { readonly roots: readonly X509Certificate[]; until: number }[] = [];
  #state: number;
  #story: string[] = [];

  private constructor(seed: number) {
    this.#seed = seed;
    this.#state = seed;
    this.#cluster.onPublish = (bundle) => this.#announced(bundle);
  }

  static async begin(seed: number): Promise<World> {
    const world = new World(seed);
    world.#replicas.push(world.#born());
    await world.#clock.wind(3 * terms.lookEveryMs);
    world.#replicas.push(world.#born());
    await world.#clock.wind(3 * terms.lookEveryMs);
    return world;
  }

  /** One at a time: what two at once do, nobody can promise. */
  async misfortune(): Promise<void> {
    const [first] = this.#replicas;
    assert.ok(first);
    const happen: Readonly<Record<string, () => Promise<void> | void>> = {
      nothing: () => undefined,
      'Secret deleted': () => this.#cluster.change(undefined),
      'Secret spoilt': () => this.#cluster.change(new Map([['ca.crt', Buffer.from('spoilt')]])),
      'authority replaced': async () => this.#cluster.change(writeAuthorities({ active: await this.#strange() })),
      'replica restarted': async () => {
        await first.stop();
        this.#replicas.shift();
        this.#replicas.push(this.#born());
        await this.#clock.wind(0);
      },
      'replica cut off': () => {
        first.view.refusal = 'no answer';
      },
      'bundle cannot be put in place': () => {
        for (const { view } of this.#replicas) view.mayNotPublish = true;
      },
    };
    const names = Object.keys(happen);
    const name = names[Math.floor(this.#random() * names.length)] ?? 'nothing';
    this.#story = [...this.#story.slice(-5), name];
    await happen[name]?.();
  }

  recover(): void {
    for (const { view } of this.#replicas) {
      view.refusal = '';
      view.mayNotPublish = false;
    }
  }

  async nextMinutes(count: number): Promise<void> {
    await this.#clock.wind(count * minuteMs);
    const now = this.#clock.now();
    this.#known = this.#known.filter(({ until }) => until >= now);
    for (const { leaf } of this.#replicas) {
      if (leaf === undefined) continue;
      const certificate = new X509Certificate(leaf.certPem);
      for (const { roots } of this.#known) {
        assert.ok(isVerified(certificate, roots, now), `seed ${this.#seed}, after: ${this.#story.join(', ')}`);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const replica of this.#replicas) await replica.stop();
  }

  #announced(bundle: string): void {
    const now = this.#clock.now();
    for (const one of this.#known) one.until = Math.min(one.until, now + behindMs);
    const pems = certificatesIn(bundle);
    for (const pem of pems) this.authorities.add(pem);
    this.#known.push({ roots: pems.map((pem) => new X509Certificate(pem)), until: Number.POSITIVE_INFINITY });
  }

  #born(): Replica {
    return new Replica(this.#cluster, this.#clock, { terms });
  }

  #strange() {
    const service = { namespace: 'other', name: `ca-${this.#random()}` };
    return makeAuthority({ service, keyAlgorithm: 'ecdsa-p256', terms }, this.#clock.now());
  }

  #random(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }
}

function isVerified(leaf: X509Certificate, roots: readonly X509Certificate[], now: number): boolean {
  const isGood = ({ validFromDate, validToDate }: X509Certificate): boolean =>
    validFromDate.getTime() <= now && now <= validToDate.getTime();
  return isGood(leaf) && roots.some((root) => isGood(root) && leaf.checkIssued(root) && leaf.verify(root.publicKey));
}
