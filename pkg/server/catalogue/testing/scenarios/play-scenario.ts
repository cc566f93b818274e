import assert from 'node:assert/strict';
import type { Heapster } from '../../../../heapster/heapster.ts';
import { KeptLines } from '../../../../heapster/testing/kept-lines.ts';
import { usualHeapster } from '../../../../heapster/testing/usual-heapster.ts';
import { WoundClock } from '../../../../lifecycle/wound-clock.ts';
import type { NodeFacts } from '../../../../model/pod-facts.ts';
import type { MonotonicMs } from '../../../../model/units.ts';
import { cadvisorQuestion } from '../../../../scraper/collect/cadvisor-question.ts';
import type { Question } from '../../../../scraper/collect/question.ts';
import { summaryQuestion } from '../../../../scraper/collect/summary-question.ts';
import { checkExpectation } from './check-expectation.ts';
import { cadvisorText, summaryText } from './kubelet-texts.ts';
import { PointWatch } from './point-watch.ts';
import type { NodeSize, Scenario, ScenarioEvent, ScenarioRound, ToldNode } from './scenario.ts';

const minuteMs = 60_000;

/**
 * Plays a story: kubelets' answers as bytes, through the decoder, into the catalogue. Throws where something is not as the
 * file expects, or where a point is negative, absurd, out of order or there twice, whatever it expects; returns how many
 * points were looked at.
 */
export async function playScenario(scenario: Scenario): Promise<number> {
  const stage = new Stage(scenario);
  let minute = 0;
  for (const round of scenario.rounds) {
    for (; minute < round.from; minute++) await stage.minute();
    for (; minute <= round.to; minute++)
      await stage.minute(round, minute - round.from, minute === round.to ? round.expected : []);
  }
  assert.deepEqual(stage.log.messages, scenario.logged, 'what the log says');
  return stage.watch.looked;
}

/** A round in which no kubelet answers. */
const silence: ScenarioRound = { from: 0, to: 0, events: [], told: new Map(), expected: [] };

class Stage {
  readonly log = new KeptLines();
  readonly watch: PointWatch;
  readonly #clock = new WoundClock();
  readonly #beganAt = this.#clock.now();
  readonly #question = summaryQuestion();
  readonly #heapster: Heapster;
  /** How much each node's clock is ahead. */
  readonly #ahead = new Map<string, number>();
  readonly #last = new Map<string, { readonly uid: string; readonly text: Buffer; readonly cadvisor: Buffer }>();

  constructor({ nodes }: Scenario) {
    this.#heapster = usualHeapster({
      facts: { node: (name) => factsOf(name, nodes.get(name)) },
      clock: this.#clock,
      log: this.log,
    });
    this.watch = new PointWatch(this.#heapster.model, nodes);
  }

  /** What happens, what kubelets say, the end of the round, what is expected of it; then a minute passes. */
  async minute(round: ScenarioRound = silence, since = 0, expected: ScenarioRound['expected'] = []): Promise<void> {
    const beat = this.#clock.monotonic();
    // What happens once has happened in the first minute of a stretch.
    if (since === 0) for (const event of round.events) this.#happen(event);
    for (const [name, told] of round.told) this.#take(name, told, { beat, since });
    for (const [name, told] of round.told) if (told.twice) this.#take(name, told, { beat, since });
    this.#heapster.endRound(beat);
    const { model } = this.#heapster;
    for (const each of expected) checkExpectation(each, model, this.#clock.now() - beat);
    this.watch.look(this.#clock.now());
    await this.#clock.wind(minuteMs);
  }

  #happen(event: ScenarioEvent): void {
    switch (event.kind) {
      case 'kubelet-clock':
        this.#ahead.set(event.node, event.aheadMs);
        return;
      case 'our-clock':
        return this.#clock.jump(event.byMs);
      case 'deleted':
        return this.#heapster.removeNode(event.node);
    }
  }

  #take(name: string, told: ToldNode, { beat, since }: { readonly beat: MonotonicMs; readonly since: number }): void {
    const moment = {
      beganAt: this.#beganAt,
      now: this.#beganAt + beat,
      aheadMs: this.#ahead.get(name) ?? 0,
      minute: since,
    };
    const fresh = { uid: told.uid, text: summaryText(name, told, moment), cadvisor: cadvisorText(told, moment) };
    const said = told.repeats ? (this.#last.get(name) ?? fresh) : fresh;
    this.#last.set(name, said);
    const report = { node: name, uid: said.uid, beat, askedAt: this.#clock.monotonic() };
    if (said.cadvisor.length > 0)
      this.#heapster.takeCadvisor({ ...report, answer: answerIn(cadvisorQuestion, said.cadvisor) });
    this.#heapster.take({ ...report, answer: answerIn(this.#question, said.text) });
  }
}

function answerIn<Answer>(question: Question<Answer>, text: Buffer): Answer {
  const read = question.decode(text);
  assert.ok(read.kind === 'answer' && read.skipped === 0, 'the decoder reads what is told');
  return read.answer;
}

function factsOf(name: string, size: NodeSize | undefined): NodeFacts | undefined {
  if (size === undefined) return undefined;
  const amounts = { cpu: size.cores * 1000, memory: size.memoryBytes, ephemeralStorage: 100 * 2 ** 30 };
  const labels = { hostname: name, hostId: '', labels: {} };
  return { name, ...labels, schedulable: true, capacity: amounts, allocatable: amounts };
}
