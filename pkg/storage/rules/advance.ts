import { as, type CoreNanoseconds, type EpochMs, type EpochNs } from '../../model/units.ts';
import { cpuRate, samplesApart, windowBetween } from '../../model/usage.ts';
import type { Slots } from '../rows/slots.ts';
import type { Limits } from './limits.ts';
import { decide, type Incoming, type Rule } from './rule.ts';

type Consequence = 'rate' | 'rate-since-start' | 'new-baseline' | 'vouch' | 'nothing';

/** What follows from each rule. After a new baseline the last good value stands in until there is a rate again. */
const consequences: Readonly<Record<Rule, Consequence>> = {
  unreadable: 'nothing',
  'first-sample': 'new-baseline',
  'fresh-container': 'rate-since-start',
  repeated: 'vouch',
  'from-the-past': 'nothing',
  'clock-set-back': 'new-baseline',
  restarted: 'new-baseline',
  'restarted-fresh': 'rate-since-start',
  'start-moved': 'new-baseline',
  'counter-fell': 'new-baseline',
  'clock-jumped': 'new-baseline',
  'baseline-too-old': 'new-baseline',
  'too-soon': 'vouch',
  'impossible-rate': 'new-baseline',
  measured: 'rate',
};

/** Does to the chosen row what the rule for this sample demands, and names the rule. */
export function advance(slots: Slots, next: Incoming, limits: Limits): Rule {
  const rule = decide(slots, next, limits);
  const consequence = consequences[rule];
  switch (consequence) {
    case 'rate':
      publishRate(slots, next);
      slots.remember(next);
      break;
    case 'rate-since-start':
      publishSinceStart(slots, next);
      slots.remember(next);
      break;
    case 'new-baseline':
      slots.remember(next);
      break;
    case 'vouch':
      slots.confirm(next.receivedAt);
      break;
    case 'nothing':
      break;
    default:
      consequence satisfies never;
  }
  return rule;
}

function publishRate(slots: Slots, next: Incoming): void {
  const window = samplesApart(as<EpochMs>(slots.sampledAt), as<EpochMs>(next.sampledAt));
  slots.publish(next, cpuRate(as<CoreNanoseconds>(next.cpu - slots.cpu), window), window);
}

function publishSinceStart(slots: Slots, next: Incoming): void {
  const window = windowBetween(as<EpochNs>(next.startedAt), as<EpochMs>(next.sampledAt));
  slots.publish(next, cpuRate(as<CoreNanoseconds>(next.cpu), window), window);
}
