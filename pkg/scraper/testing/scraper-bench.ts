import assert from 'node:assert/strict';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { NodeRecord } from '../../model/cluster.ts';
import { Registry } from '../../telemetry/exposition.ts';
import type { Facts, Logger } from '../../telemetry/logger.ts';
import type { FollowedReport } from '../scrape-report.ts';
import { Scraper, type ScraperOptions } from '../scraper.ts';
import { FakeKubelets } from './fake-kubelets.ts';
import { FakeSink } from './fake-sink.ts';
import { FakeTargets } from './fake-targets.ts';

const second = 1000;

/** A scraper and everything around it, in wound time. Use with `await using`. */
export class Bench implements AsyncDisposable {
  readonly clock = new WoundClock();
  readonly kubelets = new FakeKubelets(this.clock);
  readonly sink = new FakeSink();
  readonly registry = new Registry();
  readonly log = new KeptLog();
  readonly targets: FakeTargets;
  readonly scraper: Scraper;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: Partial<ScraperOptions>, ...nodes: readonly NodeRecord[]) {
    this.targets = new FakeTargets(...nodes);
    this.scraper = new Scraper({
      targets: this.targets,
      client: this.kubelets,
      sink: this.sink,
      address: { preferredAddressTypes: ['Hostname', 'InternalIP'], port: 10250, useNodeStatusPort: false },
      metricResolutionMs: 15 * second,
      requestTimeoutMs: 10 * second,
      clock: this.clock,
      log: this.log,
      registry: this.registry,
      seed: 1,
      ...options,
    });
  }

  start(): void {
    this.#running = this.scraper.run(this.#stop.signal);
  }

  /** The report of a node that is asked. */
  followed(node: string): FollowedReport {
    const report = this.scraper.reportOf(node);
    return report?.kind === 'followed' ? report : assert.fail(`${node} is not asked`);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Winds in short steps until `done`, a minute at most. */
  async windUntil(done: () => boolean): Promise<void> {
    for (let step = 0; step < 240 && !done(); step++) await this.clock.wind(250);
    assert.ok(done(), 'it does not happen within a minute');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

class KeptLog implements Logger {
  readonly lines: { readonly level: string; readonly message: string; readonly facts: Facts }[] = [];

  info(message: string, facts: Facts = {}): void {
    this.lines.push({ level: 'info', message, facts });
  }

  warn(message: string, facts: Facts = {}): void {
    this.lines.push({ level: 'warn', message, facts });
  }

  error(message: string, facts: Facts = {}): void {
    this.lines.push({ level: 'error', message, facts });
  }

  detail(): void {}

  named(): Logger {
    return this;
  }

  get shown(): string[] {
    return this.lines.map(({ message }) => message);
  }
}
