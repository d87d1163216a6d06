// SPDX-License-Identifier: Apache-2.0
/**
 * No frame, valid or not, keeps a party's event loop for more than 100 ms: operations are counted between two turns of the
 * loop, at what the slowest of their kind takes. Group operations are those of a toy group, which takes its turns where the
 * noble backend takes them; `test/group/turns.test.ts` holds every backend to as many.
 */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { contactClient } from '../../src/contact/client.js';
import { generateContactKeys, openPublishedSet, publishSet } from '../../src/contact/published.js';
import { contactServer } from '../../src/contact/server.js';
import type { GroupBackend } from '../../src/group/group.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import type { PsiMachine } from '../../src/psi/index.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { joinIdsReceiver, joinIdsSender } from '../../src/psi/join-ids/join-ids.js';
import { peopleReceiver, peopleSender } from '../../src/psi/people/people.js';
import { sumReceiver } from '../../src/psi/sum/receiver.js';
import { sumSender } from '../../src/psi/sum/sender.js';
import { signingPublicKey } from '../../src/signing.js';
import { expectCode } from '../suites/errors.js';
import { QUICK } from '../support/effort.js';
import { exchangeThrough, type Tamper } from '../support/exchange.js';
import { LoopMeter, RATE } from '../support/loop-meter.js';
import { toyGroup } from '../support/toy-group.js';

const meters = vi.hoisted(() => ({
  hashed: (_bytes: number): void => {},
  sorted: (_records: number): void => {},
  scalars: (): void => {},
}));

vi.mock(import('../../src/kernel/sha512.js'), async (original) => {
  const real = await original();
  const counted = (hash: ReturnType<typeof real.createSha512>): typeof hash => ({
    update(part) {
      meters.hashed(part.length);
      hash.update(part);
      return this;
    },
    digest: () => hash.digest(),
    clone: () => counted(hash.clone()),
  });
  return {
    sha512: (message) => {
      meters.hashed(message.length);
      return real.sha512(message);
    },
    createSha512: () => counted(real.createSha512()),
  };
});

vi.mock(import('../../src/group/scalar.js'), async (original) => {
  const real = await original();
  const counted =
    <Scalars extends Uint8Array[]>(operation: (...scalars: Scalars) => Uint8Array) =>
    (...scalars: Scalars): Uint8Array => {
      meters.scalars();
      return operation(...scalars);
    };
  return {
    ...real,
    addScalars: counted(real.addScalars),
    multiplyScalars: counted(real.multiplyScalars),
    reduceScalar: counted(real.reduceScalar),
  };
});

/** Sorting that takes no turns; what takes them is held by `test/sorting.test.ts`. */
vi.mock(import('../../src/sorting.js'), async (original) => {
  const real = await original();
  const counted =
    <Result>(sort: (bytes: Uint8Array, width: number) => Result) =>
    (bytes: Uint8Array, width: number): Result => {
      meters.sorted(bytes.length / width);
      return sort(bytes, width);
    };
  return {
    ...real,
    sortRecords: counted(real.sortRecords),
    sortedOrder: counted(real.sortedOrder),
  };
});

/** The bound of the issue, in microseconds as operations are rated. */
const MOST = 100_000;
/** Elements in the largest frame, and some in a second one. */
const SIZE = 33_000;
const FRAME = 32_767;

let meter: LoopMeter;
let backend: GroupBackend;

beforeEach(() => {
  meter = new LoopMeter();
  meters.hashed = (bytes) => meter.spend(RATE.hash + RATE.hashedByte * bytes);
  meters.sorted = (records) => meter.spend(RATE.sortedRecord * records);
  meters.scalars = () => meter.spend(RATE.scalarOperation);
  backend = toyGroup(() => meter.spend(RATE.groupOperation));
});

afterEach(() => meter.stop());

const namesFrom = (first: number): string[] => Array.from({ length: SIZE }, (_, i) => `person ${first + i}`);
const own = IdentifierSet.ofStrings(namesFrom(0));
const other = IdentifierSet.ofStrings(namesFrom(SIZE / 2));
const shared = SIZE / 2;
/** A frame holds 65,535 confirmations, of 16 bytes each: more of them than of any other record. */
const many = IdentifierSet.ofStrings([...namesFrom(0), ...namesFrom(SIZE)]);

/** The most that one party has done in one turn while both ran. */
async function mostOf(
  receiver: PsiMachine<unknown>,
  sender: PsiMachine<unknown>,
  tamper?: Tamper,
): Promise<number> {
  await exchangeThrough(receiver, sender, tamper);
  expect(meter.turns).toBeGreaterThan(100);
  return meter.most;
}

/** Puts 32 bytes over the last element of the frames of a type. */
function endingIn(type: number, element: (frame: Uint8Array) => Uint8Array): Tamper {
  return (_, frame) => {
    if (frame[0] !== type) return [frame];
    const changed = frame.slice();
    changed.set(element(frame), frame.length - 32);
    return [changed];
  };
}

const NO_ELEMENT = new Uint8Array(32).fill(0xff);
const firstOf = (frame: Uint8Array): Uint8Array => frame.slice(5, 37);

describe.skipIf(QUICK)('between two turns of the event loop', () => {
  it.each(['intersection', 'cardinality'] as const)(
    'a run that reveals the %s stays below the bound',
    async (reveal) => {
      const receiver = psiReceiver(own, { backend, reveal, chunkSize: FRAME });
      const sender = psiSender(other, { backend, reveal, chunkSize: FRAME });
      expect(await mostOf(receiver, sender)).toBeLessThan(MOST);
      expect(receiver.result.size).toBe(shared);
    },
  );

  it.each(['intersection', 'cardinality'] as const)(
    'what both learn (%s) stays below the bound',
    async (reveal) => {
      const options = { backend, reveal, to: 'both', chunkSize: FRAME } as const;
      const sender = psiSender(other, options);
      expect(await mostOf(psiReceiver(own, options), sender)).toBeLessThan(MOST);
      expect(sender.result.size).toBe(shared);
    },
  );

  it('confirmations of a full frame stay below the bound', async () => {
    const options = { backend, to: 'both', chunkSize: FRAME } as const;
    const sender = psiSender(many, options);
    expect(await mostOf(psiReceiver(many, options), sender)).toBeLessThan(MOST);
    expect(sender.result.size).toBe(many.size);
  });

  it('people stay below the bound', async () => {
    const receiver = peopleReceiver(own, { backend, chunkSize: FRAME });
    expect(await mostOf(receiver, peopleSender(other, { backend, chunkSize: FRAME }))).toBeLessThan(MOST);
    expect(receiver.result.size).toBe(shared);
  });

  it('a sum stays below the bound', async () => {
    const receiver = sumReceiver(own, { backend, chunkSize: FRAME });
    const values = new Array<number>(SIZE).fill(1);
    const sender = sumSender(other, values, { backend, chunkSize: FRAME });
    expect(await mostOf(receiver, sender)).toBeLessThan(MOST);
    expect(receiver.result.size).toBe(shared);
  });

  it('a run with proofs stays below the bound', async () => {
    const options = { backend, verifiable: true, chunkSize: FRAME };
    const receiver = psiReceiver(own, options);
    expect(await mostOf(receiver, psiSender(other, options))).toBeLessThan(MOST);
    expect(receiver.result.size).toBe(shared);
  });

  it('join ids stay below the bound', async () => {
    const receiver = joinIdsReceiver(own, { backend, chunkSize: FRAME });
    expect(await mostOf(receiver, joinIdsSender(other, { backend, chunkSize: FRAME }))).toBeLessThan(MOST);
    expect(receiver.result.size).toBe(shared);
  });

  it('contact discovery stays below the bound', async () => {
    const keys = await generateContactKeys({ backend });
    const small = IdentifierSet.ofStrings(namesFrom(0).slice(0, 10));
    const name = { setId: 'people', epoch: 1 };
    const published = await publishSet(small, { ...name, keys, backend });
    const directory = await openPublishedSet(published, {
      setId: 'people',
      pin: { signer: signingPublicKey(keys.signingKey) },
    });
    const client = contactClient(own, directory, { backend });
    const server = contactServer([{ ...name, secretKey: keys.secretKey, size: 10 }], { backend });
    expect(await mostOf(client, server)).toBeLessThan(MOST);
    expect(client.result.matched).toEqual(Array.from({ length: 10 }, (_, i) => i));
  });

  it.each(['intersection', 'cardinality'] as const)(
    'a bad frame stays below it as well (%s)',
    async (reveal) => {
      const options = { backend, reveal, chunkSize: FRAME };
      for (const [type, element, code] of [
        [2, () => NO_ELEMENT, 'bad-element'],
        [2, firstOf, 'repeated-element'],
        [3, () => NO_ELEMENT, 'bad-element'],
        [3, firstOf, reveal === 'intersection' ? 'repeated-element' : 'bad-message'],
      ] as const) {
        const run = exchangeThrough(
          psiReceiver(own, options),
          psiSender(other, options),
          endingIn(type, element),
        );
        await expectCode(code, () => run);
      }
      expect(meter.most).toBeLessThan(MOST);
    },
  );

  it('many small frames that come together have a turn each', async () => {
    const few = IdentifierSet.ofStrings(namesFrom(0).slice(0, 300));
    const receiver = psiReceiver(few, { backend, chunkSize: 5 });
    expect(await mostOf(receiver, psiSender(few, { backend }))).toBeLessThan(MOST);
  });
});
