// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex, concatBytes } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend } from '../../src/group/noble.js';
import { ristretto255 } from '../../src/group/ristretto255.js';
import { createBackend } from '../../src/group/select.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { sumTerms } from '../../src/policy/terms.js';
import {
  admission,
  type IntersectionSumOptions,
  intersectionSum,
  Logarithms,
  memoryLedger,
} from '../../src/psi/index.js';
import { decodeFixed, decodeFrame, encodeFrame, FINISH, type FrameType } from '../../src/psi/run/frames.js';
import { FrameLog, sessionId } from '../../src/psi/run/session.js';
import type { Role } from '../../src/psi/run/suite.js';
import { describedSum } from '../../src/psi/sum/described.js';
import { addCiphertexts, decrypt, encryptOwn, encryptScalar } from '../../src/psi/sum/elgamal.js';
import { OPENED, SUM_FRAMES, TOTAL } from '../../src/psi/sum/frames.js';
import { sumReceiver } from '../../src/psi/sum/receiver.js';
import { sumSender } from '../../src/psi/sum/sender.js';
import { randomScalar, secureRandom } from '../../src/random.js';
import { expectCode } from '../suites/errors.js';
import { countingRandom, feed, indexOfType, record, testBadMessages } from '../suites/machines.js';
import { QUICK, times } from '../support/effort.js';

const MAX = 2 ** 40 - 1;

let backend: GroupBackend;
/** One for all: its table takes as long to make as a large sum to find. */
let logarithms: Logarithms;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
  logarithms = new Logarithms(backend);
});

/** Lists with duplicates within and overlaps between them, and values for every row. */
const name = fc.integer({ min: 0, max: 9 }).map(String);
const receiverList = fc.array(name, { maxLength: 8 });
const value = fc.oneof(fc.nat(5), fc.nat({ max: 100_000 }), fc.integer({ min: 0, max: 2 ** 30 }));
const senderList = fc.array(fc.tuple(name, value), { maxLength: 8 });
const to = fc.constantFrom('receiver' as const, 'sender' as const);

function plainSum(receiver: readonly string[], sender: readonly (readonly [string, number])[]) {
  const own = new Set(receiver);
  const shared = sender.filter(([key]) => own.has(key));
  const size = new Set(shared.map(([key]) => key)).size;
  const sum = shared.reduce((total, [, amount]) => total + amount, 0);
  return { size, sum, mean: size === 0 ? undefined : sum / size };
}

describe('lifted ElGamal', () => {
  it('adds what it encrypts, and opens to the multiple of the generator', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 5 }), value, async (values, extra) => {
        const secret = randomScalar();
        const publicKey = await backend.multiplyBase(secret);
        const own = await encryptOwn(backend, secret, values, secureRandom);
        const other = await encryptScalar(
          backend,
          publicKey,
          ristretto255.scalars.of(extra + 1),
          secureRandom,
        );
        const zero = await encryptScalar(backend, publicKey, undefined, secureRandom);
        const total = await addCiphertexts(backend, concatBytes(own, other, zero));
        const sum = values.reduce((a, b) => a + b, 0) + extra + 1;
        expect(await decrypt(backend, secret, total)).toEqual(
          await backend.multiplyBase(ristretto255.scalars.of(sum)),
        );
      }),
      { numRuns: times(20) },
    );
  });

  it('encrypts 0 and the same number twice as different things', async () => {
    const secret = randomScalar();
    const list = await encryptOwn(backend, secret, [0, 0, 7, 7, MAX], secureRandom);
    const elements = list.length / 32;
    const seen = new Set(
      Array.from({ length: elements }, (_, i) => bytesToHex(list.slice(32 * i, 32 * i + 32))),
    );
    expect(seen.size).toBe(elements);
    expect(await decrypt(backend, secret, list.slice(0, 64))).toEqual(new Uint8Array(32));
    expect(await decrypt(backend, secret, list.slice(256))).toEqual(
      await backend.multiplyBase(ristretto255.scalars.of(MAX)),
    );
  });
});

describe('intersectionSum', () => {
  it('gives size, sum and mean of the plain join, whatever the lists, values and chunks, to either party', async () => {
    await fc.assert(
      fc.asyncProperty(
        receiverList,
        senderList,
        to,
        fc.integer({ min: 1, max: 4 }),
        async (receiver, sender, to, chunkSize) => {
          const [names, values] = [sender.map(([key]) => key), sender.map(([, amount]) => amount)];
          const result = await intersectionSum(receiver, names, values, {
            backend,
            to,
            acceptChosenValues: true,
            chunkSize,
            logarithms,
          });
          expect(result).toEqual(plainSum(receiver, sender));
        },
      ),
      { numRuns: times(40) },
    );
  });

  it.each([
    ['nothing', [0, 0]],
    ['one', [1, 0]],
    // For these a table of logarithms grows to its full size.
    ...(QUICK
      ? []
      : [
          ['the most there can be', [MAX, 0]] as const,
          ['the most there can be, in parts', [MAX - 1, 1]] as const,
        ]),
  ] as const)(
    'the shared values may be %s',
    async (_, values) => {
      for (const to of ['receiver', 'sender'] as const) {
        const options = { backend, to, acceptChosenValues: true, logarithms };
        const { sum } = await intersectionSum(['a', 'b'], ['a', 'b'], values, options);
        expect(sum).toBe(values[0]! + values[1]!);
      }
    },
    300_000,
  );

  it('refuses values that add up to 2^40, before anything is sent', async () => {
    for (const values of [
      [2 ** 40, 0],
      [MAX, 1],
      [2 ** 39, 2 ** 39],
      [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ]) {
      const frames: Uint8Array[] = [];
      const onFrame = (_: unknown, frame: Uint8Array): void => void frames.push(frame);
      await expectCode('overflow', () => intersectionSum(['x'], ['a', 'b'], values, { backend, onFrame }));
      expect(frames).toEqual([]);
    }
  });

  it.each([[-1], [0.5], [Number.NaN], [Number.POSITIVE_INFINITY], ['7' as unknown as number], [2 ** 53]])(
    'refuses a value of %s, by its row',
    async (bad) => {
      const error = await expectCode('argument', () =>
        intersectionSum(['a'], ['a', 'b'], [1, bad], { backend }),
      );
      expect(error.position).toBe(1);
    },
  );

  it('refuses too few or too many values, and a bad option', async () => {
    await expectCode('argument', () => intersectionSum(['a'], ['a', 'b'], [1], { backend }));
    await expectCode('argument', () => intersectionSum(['a'], ['a'], [1, 2], { backend }));
    const both = { backend, to: 'both' } as unknown as IntersectionSumOptions;
    await expectCode('argument', () => intersectionSum(['a'], ['a'], [1], both));
  });

  it('refuses rows with several identifiers, on either side', async () => {
    const { set } = await identifiersFromRows([{ phone: '+14155550123', email: 'ada@example.com' }]);
    const one = (await identifiersFromRows([{ email: 'ada@example.com' }])).set;
    await expectCode('argument', () => intersectionSum(set, one, [1], { backend }));
    await expectCode('argument', () => intersectionSum(one, set, [1], { backend }));
    expect(await intersectionSum(one, one, [9], { backend })).toEqual({ size: 1, sum: 9, mean: 9 });
  });

  it('sends messages whose lengths depend on the sizes alone', async () => {
    const lengths = async (
      receiver: string[],
      values: number[],
      to: 'receiver' | 'sender',
    ): Promise<string[]> => {
      const seen: string[] = [];
      const onFrame = (from: string, frame: Uint8Array): void => void seen.push(`${from} ${frame.length}`);
      await intersectionSum(receiver, ['a', 'b'], values, {
        backend,
        to,
        acceptChosenValues: true,
        onFrame,
      });
      return seen;
    };
    for (const to of ['receiver', 'sender'] as const) {
      const disjoint = await lengths(['x', 'y', 'z'], [0, 0], to);
      expect(await lengths(['a', 'b', 'a much longer identifier'], [123_456_789, 5], to)).toEqual(disjoint);
    }
  });

  it('works through noble as it does through a kernel', async () => {
    const result = await intersectionSum(['a', 'b', 'c'], ['c', 'd', 'a'], [5, 70, 900], {
      backend: nobleBackend,
    });
    expect(result).toEqual({ size: 2, sum: 905, mean: 452.5 });
  });

  it('stops when the signal fires, and reports progress', async () => {
    const signal = AbortSignal.abort();
    await expectCode('aborted', () => intersectionSum(['a'], ['a'], [1], { backend, signal }));
    const phases = new Set<string>();
    const onProgress = (phase: string): void => void phases.add(phase);
    await intersectionSum(['a'], ['a'], [1], { backend, onProgress });
    expect([...phases].sort()).toEqual(['blind', 'encrypt', 'evaluate', 'tag', 'unblind']);
  });

  it('asks the sender before it says anything', async () => {
    const seen: unknown[] = [];
    const admit = async (run: unknown): Promise<void> => void seen.push(run);
    await intersectionSum(['a', 'b'], ['a'], [1], { backend, admit });
    expect(seen).toMatchObject([{ peerSize: 2, peerPeople: 2, ownSize: 1, learns: 'sum', terms: sumTerms }]);
  });
});

describe('what the receiver can make of it', () => {
  const names = ['ada', 'grace', 'hedy'];
  const values = [1_000, 20_000, 300_000];
  const sumOf = async (list: string[]): Promise<number> =>
    (await intersectionSum(list, names, values, { backend })).sum;

  it('an honest receiver learns a value from an intersection of size 1', async () => {
    expect(await sumOf(['grace', 'somebody else'])).toBe(20_000);
  });

  it('an honest receiver learns a value from two runs whose lists differ in one person', async () => {
    expect((await sumOf(['ada', 'grace', 'hedy'])) - (await sumOf(['ada', 'hedy']))).toBe(20_000);
  });

  it('a deviating receiver has one linear combination of its choice opened in a run, and no second one', async () => {
    let key = new Uint8Array();
    let records = new Uint8Array();
    let opened = new Uint8Array();
    const set = IdentifierSet.ofStrings(names);
    const run = record(
      (role) => (role === 'sender' ? sumSender(set, values, { backend }) : sumReceiver(set, { backend })),
      async (from, frame) => {
        const { name, body } = decodeFrame(frame, SUM_FRAMES);
        if (name === 'sumKey') key = body.slice();
        if (name === 'values') records = body.slice(4);
        if (name === 'opened') opened = body.slice();
        if (from !== 'receiver' || name !== 'total') return frame;
        // Three times the first record, minus the second, whoever they are; made fresh, so that S sees nothing odd.
        const width = records.length / names.length;
        const [one, two] = [0, 1].map((i) => records.subarray((i + 1) * width - 64, (i + 1) * width));
        const triple = await addCiphertexts(backend, concatBytes(one!, one!, one!));
        const fresh = await encryptScalar(backend, key, undefined, secureRandom);
        const chosen = await backend.add(await backend.subtract(triple, two!), fresh);
        return encodeFrame(TOTAL, chosen);
      },
    );
    // The digests differ in the end, but the number is out by then.
    await expect(run).rejects.toMatchObject({ code: 'transcript-mismatch' });
    const possible: number[] = values.flatMap((a) => values.filter((b) => b !== a).map((b) => 3 * a - b));
    const offset = 1_000_000;
    const shifted = await backend.add(opened, await backend.multiplyBase(ristretto255.scalars.of(offset)));
    expect(possible).toContain((await logarithms.solve(shifted)) - offset);
  });

  it('the sender opens one ciphertext and no more', async () => {
    const set = IdentifierSet.ofStrings(names);
    const make = (role: 'receiver' | 'sender') => {
      const options = { backend, random: countingRandom(role === 'sender' ? 3 : 5) };
      return role === 'sender' ? sumSender(set, values, options) : sumReceiver(set, options);
    };
    const given = (await record(make)).sender;
    const at = indexOfType(given, 18);
    const sender = await feed(make, 'sender', { sender: given, receiver: [] }, at, given[at]!);
    await expectCode('unexpected-message', async () => {
      for await (const _ of sender.receive(given[at]!));
    });
  });

  it('by default a peer has one run in thirty days, and needs a list of a thousand', async () => {
    const ledger = memoryLedger();
    let now = 0;
    const admit = admission({ peer: 'bank', ledger, now: () => now });
    const run = { peerSize: 1_000, ownSize: 5_000, learns: 'sum', terms: sumTerms };
    await expectCode('refused', () => admit({ ...run, peerSize: 999 }));
    await admit(run);
    now += 719 * 3_600_000;
    await expectCode('refused', () => admit(run));
    now += 3_600_000;
    await admit(run);
    // The machine asks it: nothing is evaluated for a peer that has had its run.
    await expectCode('refused', () => intersectionSum(names, names, values, { backend, admit }));
  });

  it('the mask hides the sum from the sender: what it opens is another element in every run', async () => {
    const seen = new Set<string>();
    for (let run = 0; run < 5; run++) {
      const onFrame = (_: string, frame: Uint8Array): void => {
        if (frame[0] === 19) seen.add(bytesToHex(frame));
      };
      await intersectionSum(names, names, values, { backend, onFrame });
    }
    expect(seen.size).toBe(5);
  });
});

describe('what a sender that learns the sum can make of it', () => {
  const targets = Array.from({ length: 40 }, (_, i) => `target ${i}`);
  const on = [0, 3, 7, 8, 20, 38, 39];
  const own = ['somebody', ...on.map((i) => targets[i]!), 'somebody else'];
  const powers = targets.map((_, i) => 2 ** i);

  it.skipIf(QUICK)(
    'a sender that follows the protocol, with powers of two for values, reads off the sum which of forty people are shared',
    async () => {
      const options = { backend, to: 'sender', acceptChosenValues: true, logarithms } as const;
      const { size, sum } = await intersectionSum(own, targets, powers, options);
      expect(size).toBe(on.length);
      expect(targets.flatMap((_, i) => (Math.floor(sum / 2 ** i) % 2 === 1 ? [i] : []))).toEqual(on);
    },
    300_000,
  );

  it('a receiver that has not accepted that does not begin', async () => {
    const set = IdentifierSet.ofStrings(own);
    for (const acceptChosenValues of [undefined, false]) {
      const options = { backend, to: 'sender', acceptChosenValues } as const;
      const error = await expectCode('argument', () => sumReceiver(set, options));
      expect(error.message).toContain('acceptChosenValues: true');
      await expectCode('argument', () => intersectionSum(own, targets, powers, options));
      // What the sender is told is the receiver's to decide, and only the receiver's.
      await sumSender(set, new Array(own.length).fill(1), options).abandon();
    }
  });

  it('the receiver then has nothing opened: no frame of the sender depends on a value but under its key', async () => {
    const seen: string[] = [];
    const onFrame = (from: Role, frame: Uint8Array): void =>
      void seen.push(`${from} ${decodeFrame(frame, SUM_FRAMES).name}`);
    const options = { backend, to: 'sender', acceptChosenValues: true, onFrame } as const;
    await intersectionSum(own.slice(0, 2), targets.slice(0, 2), [1, 2], options);
    expect(seen.filter((frame) => frame.startsWith('sender'))).toEqual([
      'sender hello',
      'sender evaluated',
      'sender sumKey',
      'sender values',
      'sender finish',
    ]);
  });

  it('the leakage statement says so', () => {
    expect(describedSum.leakage({ to: 'sender' }).sender).toMatch(/which of forty people/);
    expect(describedSum.leakage({ to: 'receiver' }).sender).toBe(describedSum.leakage().sender);
    expect(describedSum.leakage().sender).not.toContain('forty');
  });
});

/** Says something else in one frame, and closes the run as if it had been the truth. */
function lying(
  about: FrameType,
  change: (body: Uint8Array) => Uint8Array,
): (from: Role, frame: Uint8Array) => Uint8Array {
  const seen = { receiver: new FrameLog(), sender: new FrameLog() };
  const hellos: Uint8Array[] = [];
  return (from, frame) => {
    const { name, body } = decodeFrame(frame, SUM_FRAMES);
    if (name === 'hello') hellos.push(body);
    const to = from === 'receiver' ? 'sender' : 'receiver';
    if (name === 'finish') {
      return encodeFrame(FINISH, seen[to].finish(sessionId(hellos[0]!, hellos[1]!), from));
    }
    const given = name === about.name ? encodeFrame(about, change(body.slice())) : frame;
    seen[from].add(from, frame);
    seen[to].add(from, given);
    return given;
  };
}

for (const to of ['receiver', 'sender'] as const) {
  const set = IdentifierSet.ofStrings(['ada', 'grace', 'hedy']);
  const make = (role: 'receiver' | 'sender') => {
    const random = countingRandom(role === 'sender' ? 3 : 5);
    const options = { backend, to, acceptChosenValues: true, chunkSize: 2, random, logarithms };
    return role === 'sender' ? sumSender(set, [1, 20, 300], options) : sumReceiver(set, options);
  };
  testBadMessages(`sum, to the ${to}`, make);

  describe(`what a message of a sum may hold, to the ${to}`, () => {
    const identity = new Uint8Array(32);
    const bad = new Uint8Array(32).fill(0xff);
    let given: Awaited<ReturnType<typeof record>>;
    beforeAll(async () => {
      given = await record(make);
    });
    const give = (role: 'receiver' | 'sender', type: number, change: (frame: Uint8Array) => Uint8Array) => {
      const at = indexOfType(given[role], type);
      return feed(make, role, given, at, change(given[role][at]!.slice()));
    };
    const withRecord = (at: number, record: Uint8Array) => (frame: Uint8Array) => {
      frame.set(record, at);
      return frame;
    };

    it('the key must be an element other than the identity', async () => {
      await expectCode('identity-element', () => give('receiver', 16, withRecord(1, identity)));
      await expectCode('bad-element', () => give('receiver', 16, withRecord(1, bad)));
      await expectCode('bad-message', () => give('receiver', 16, (frame) => frame.slice(0, -1)));
    });

    it('values must be encryptions, and sorted by their tags', async () => {
      const frame = given.receiver[indexOfType(given.receiver, 17)]!;
      const width = (frame.length - 5) / 3;
      await expectCode('bad-element', () => give('receiver', 17, withRecord(5 + width - 64, bad)));
      const [one, two] = [frame.slice(5, 5 + width), frame.slice(5 + width, 5 + 2 * width)];
      await expectCode('bad-message', () => give('receiver', 17, withRecord(5, concatBytes(two, one))));
      await expectCode('bad-message', () => give('receiver', 17, withRecord(5, concatBytes(one, one))));
    });

    it('the total must be one encryption', async () => {
      await expectCode('identity-element', () => give('sender', 18, withRecord(1, identity)));
      await expectCode('bad-element', () => give('sender', 18, withRecord(1, bad)));
      await expectCode('bad-element', () => give('sender', 18, withRecord(33, bad)));
      const twice = (frame: Uint8Array): Uint8Array => concatBytes(frame, frame.slice(1));
      await expectCode('bad-message', () => give('sender', 18, twice));
      expect(
        decodeFixed(
          decodeFrame(given.sender[indexOfType(given.sender, 18)]!, SUM_FRAMES),
          to === 'sender' ? 68 : 64,
        ),
      );
    });

    if (to === 'receiver') {
      it('a sum that is out of range is an error of the receiver alone, when both have said that the run is complete', async () => {
        let receiver: ReturnType<typeof sumReceiver> | undefined;
        const kept = (role: Role) => {
          const machine = make(role);
          if (role === 'receiver') receiver = machine as typeof receiver;
          return machine;
        };
        const lie = lying(OPENED, () => identity);
        const { sender } = await record(kept, lie);
        expect(sender.at(-1)![0]).toBe(5);
        expect(receiver!.done).toBe(true);
        await expectCode('overflow', () => receiver!.result.opened!.solve());
      });

      it('what is opened must be an element, which is found out before the receiver says anything', async () => {
        const badOpened = record(
          make,
          lying(OPENED, () => bad),
        );
        await expect(badOpened).rejects.toMatchObject({ code: 'bad-element' });
      });
    } else {
      it('the receiver cannot claim more matches than there can be', async () => {
        const claim = (body: Uint8Array): Uint8Array => {
          body[67] = 4;
          return body;
        };
        await expect(record(make, lying(TOTAL, claim))).rejects.toMatchObject({ code: 'bad-message' });
      });
    }
  });
}

describe('the digits after the point', () => {
  const list = IdentifierSet.ofStrings(['ada', 'hedy']);
  const hello = (options: { readonly valueDigits?: number }, role: Role): Promise<Uint8Array[]> =>
    drained(
      role === 'receiver'
        ? sumReceiver(list, { backend, ...options }).start()
        : sumSender(list, [1, 2], { backend, ...options }).start(),
    );
  const drained = async (frames: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> => {
    const all: Uint8Array[] = [];
    for await (const frame of frames) all.push(frame);
    return all;
  };

  it('are zero where nobody says how many, and stand in a byte of the Hello', async () => {
    const [plain, none, cents] = await Promise.all(
      [{}, { valueDigits: 0 }, { valueDigits: 2 }].map(
        async (options) => (await hello(options, 'receiver'))[0]!,
      ),
    );
    expect([plain![24], none![24], cents![24]]).toEqual([0, 0, 2]);
    expect(plain!.subarray(0, 24)).toEqual(cents!.subarray(0, 24));
  });

  it.each([
    [0, 2],
    [2, 0],
    [2, 3],
  ])('%i of one party and %i of the other are no run: the sender answers nothing', async (own, theirs) => {
    const [greeting] = await hello({ valueDigits: own }, 'receiver');
    let admitted = false;
    const admit = async (): Promise<void> => {
      admitted = true;
    };
    const sender = sumSender(list, [1, 2], { backend, valueDigits: theirs, admit });
    expect(await drained(sender.start())).toEqual([]);
    const error = await expectCode('incompatible-peer', () => drained(sender.receive(greeting!)));
    expect(error.message).toContain(
      `For this party values have ${theirs} digits after the point, for the peer ${own}`,
    );
    // Before it is charged.
    expect(admitted).toBe(false);
  });

  it.each([-1, 1.5, 10, Number.NaN, '2'])('%s is no number of them', async (valueDigits) => {
    const options = { valueDigits: valueDigits as number };
    await expectCode('argument', () => sumReceiver(list, { backend, ...options }));
    await expectCode('argument', () => intersectionSum(['ada'], ['ada'], [1], options));
  });

  it('change nothing of the sum', async () => {
    expect(await intersectionSum(['ada', 'joan'], ['ada'], [250], { backend, valueDigits: 2 })).toMatchObject(
      {
        size: 1,
        sum: 250,
      },
    );
  });
});
