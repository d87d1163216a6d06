// SPDX-License-Identifier: Apache-2.0
/** What a peer sends is decoded before anything else is spent on it: nothing of a bad frame takes a place in a table. */

import { beforeEach, describe, expect, it } from 'vitest';
import { IdentifierSet } from '../../src/identifiers/set.js';
import type { PsiMachine } from '../../src/psi/index.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { joinIdsReceiver, joinIdsSender } from '../../src/psi/join-ids/join-ids.js';
import { peopleReceiver, peopleSender } from '../../src/psi/people/people.js';
import { expectCode } from '../suites/errors.js';
import { exchangeThrough } from '../support/exchange.js';
import { LoopMeter } from '../support/loop-meter.js';
import { toyGroup } from '../support/toy-group.js';

/** More than a receiver takes the blinds off in one go. */
const SIZE = 5_000;
const set = IdentifierSet.ofStrings(Array.from({ length: SIZE }, (_, i) => `person ${i}`));
const TYPE = { blinded: 2, evaluated: 3, ids: 20 } as const;

type Pair = readonly [PsiMachine<unknown>, PsiMachine<unknown>];

describe('a frame whose last element is none', () => {
  let meter: LoopMeter;
  const backend = toyGroup(() => {});

  beforeEach(() => {
    meter = new LoopMeter();
    return () => meter.stop();
  });

  it.each<[string, keyof typeof TYPE, () => Pair]>([
    ['to the sender, in order', 'blinded', () => pair('intersection')],
    ['to the receiver, in order', 'evaluated', () => pair('intersection')],
    ['to the sender, shuffled', 'blinded', () => pair('cardinality')],
    ['to the receiver, shuffled', 'evaluated', () => pair('cardinality')],
    ['to the sender of people', 'blinded', people],
    ['to the receiver of people', 'evaluated', people],
    ['of a list that is joined', 'blinded', joined],
    ['of ids', 'ids', joined],
  ])('%s, puts nothing into a table', async (_, name, make) => {
    let before = -1;
    const run = exchangeThrough(...make(), (_, frame) => {
      if (frame[0] !== TYPE[name]) return [frame];
      before = meter.tableOperations;
      const changed = frame.slice();
      // The highest that there is: it sorts behind all elements.
      changed.fill(0xff, frame.length - 32);
      return [changed];
    });
    await expectCode('bad-element', () => run);
    expect(before).toBeGreaterThanOrEqual(0);
    expect(meter.tableOperations).toBe(before);
  });

  function pair(reveal: 'intersection' | 'cardinality'): Pair {
    return [psiReceiver(set, { backend, reveal }), psiSender(set, { backend, reveal })];
  }

  function people(): Pair {
    return [peopleReceiver(set, { backend }), peopleSender(set, { backend })];
  }

  function joined(): Pair {
    return [joinIdsReceiver(set, { backend }), joinIdsSender(set, { backend })];
  }
});
