// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/bytes.js';
import { VeilmatchError } from '../../src/errors.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import type { PsiMachine } from '../../src/psi/index.js';
import { KINDS } from '../../src/psi/intersection/kinds.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import { encodeFrame, encodeRecords, FINISH, HELLO } from '../../src/psi/run/frames.js';
import { decodeHello, encodeHello, type Hello } from '../../src/psi/run/hello.js';
import { BLINDED, EVALUATED, TAGS } from '../../src/psi/shuffled/frames.js';
import { replayedRandom } from '../../src/random.js';
import { expectCode } from '../suites/errors.js';
import { drain } from '../support/exchange.js';

const NAMES = ['ada', 'grace', 'hedy'];
const set = IdentifierSet.ofStrings(NAMES);

type Reveal = 'intersection' | 'cardinality';

/** Machines with the same secrets each time, so that a recorded frame fits a fresh machine. */
function party(role: 'receiver' | 'sender', reveal: Reveal, chunkSize = 2): PsiMachine<unknown> {
  const secret = new Uint8Array(32).fill(role === 'receiver' ? 5 : 7);
  // One scalar, or one for each element.
  const scalars = NAMES.map((_, i) => {
    const scalar = secret.slice();
    scalar[30] = i;
    scalar[31] = 0;
    return scalar;
  });
  const options = { backend, reveal, chunkSize, random: replayedRandom([secret, ...scalars]) };
  return role === 'receiver' ? psiReceiver(set, options) : psiSender(set, options);
}

interface Recording {
  /** What each machine is given, in order. */
  readonly given: Record<'receiver' | 'sender', Uint8Array[]>;
}

async function record(reveal: Reveal): Promise<Recording> {
  const receiver = party('receiver', reveal);
  const sender = party('sender', reveal);
  const given: Recording['given'] = { receiver: [], sender: [] };
  await drain(sender.start());
  const queue = (await drain(receiver.start())).map((frame) => ({ to: sender, frame }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { to, frame } = next;
    given[to.role].push(frame);
    const back = to === sender ? receiver : sender;
    queue.push(...(await drain(to.receive(frame))).map((answer) => ({ to: back, frame: answer })));
  }
  return { given };
}

/** Gives a fresh machine the recorded frames up to `index`, and then this one. */
async function feed(
  role: 'receiver' | 'sender',
  reveal: Reveal,
  recording: Recording,
  index: number,
  frame: Uint8Array,
): Promise<PsiMachine<unknown>> {
  const machine = party(role, reveal);
  await drain(machine.start());
  for (const earlier of recording.given[role].slice(0, index)) await drain(machine.receive(earlier));
  await drain(machine.receive(frame));
  return machine;
}

const IDENTITY = new Uint8Array(32);
const NOT_CANONICAL = new Uint8Array(32).fill(0xff);

describe.each(['intersection', 'cardinality'] as const)('bad messages, %s', (reveal) => {
  let recording: Recording;
  const blindedAt = 1;
  const evaluatedAt = 1;
  let tagsAt: number;
  let finishAt: number;

  beforeAll(async () => {
    recording = await record(reveal);
    finishAt = recording.given.receiver.length - 1;
    tagsAt = finishAt - 1;
  });

  const toSender = (index: number, frame: Uint8Array) => feed('sender', reveal, recording, index, frame);
  const toReceiver = (index: number, frame: Uint8Array) => feed('receiver', reveal, recording, index, frame);
  const helloWith = (role: 'receiver' | 'sender', change: Partial<Hello>): Uint8Array => {
    const hello = decodeHello(
      recording.given[role === 'receiver' ? 'sender' : 'receiver'][0]!.subarray(1),
      ristretto255Suite,
    );
    return encodeFrame(HELLO, encodeHello({ ...hello, ...change }, ristretto255Suite));
  };

  it('another version, suite, mode or role is an incompatible peer', async () => {
    for (const [offset, value] of [
      [15, 2],
      [17, 2],
      [18, 9],
      [19, 9],
      [20, 1],
      [22, 4],
      [24, 1],
    ] as const) {
      const hello = recording.given.sender[0]!.slice();
      hello[offset] = value;
      await expectCode('incompatible-peer', () => toSender(0, hello));
    }
    const other = KINDS[reveal === 'intersection' ? 'cardinality' : 'intersection'].mode;
    await expectCode('incompatible-peer', () => toSender(0, helloWith('receiver', { mode: other })));
    await expectCode('incompatible-peer', () => toReceiver(0, helloWith('sender', { mode: other })));
    await expectCode('incompatible-peer', () => toSender(0, helloWith('receiver', { role: 'sender' })));
  });

  it('what else the parties must agree on: who learns, proofs, several identifiers a row', async () => {
    for (const change of [
      { to: 'both' },
      { to: 'sender' },
      { mode: 3 },
      { verifiable: true },
      { identifiersPerRow: 3 },
    ] as const) {
      await expectCode('incompatible-peer', () => toSender(0, helloWith('receiver', change)));
      await expectCode('incompatible-peer', () => toReceiver(0, helloWith('sender', change)));
    }
    const flagless = recording.given.sender[0]!.slice();
    flagless[23] = 3;
    await expectCode('bad-message', () => toSender(0, flagless));
  });

  it('the sender may refuse a run before it says anything', async () => {
    const seen: unknown[] = [];
    const refusing = psiSender(set, {
      backend,
      reveal,
      async admit(run) {
        seen.push(run);
        throw new VeilmatchError('wrong-size', 'Not today.');
      },
    });
    await drain(refusing.start());
    await expectCode('wrong-size', () => drain(refusing.receive(recording.given.sender[0]!)));
    expect(seen).toMatchObject([{ peerSize: 3, ownSize: 3, learns: reveal }]);
  });

  it('identifiers of other kinds are incompatible lists', async () => {
    await expectCode('incompatible-lists', () =>
      toSender(0, helloWith('receiver', { kinds: new Set(['phone']) })),
    );
  });

  it('a set above the limit is refused, on either side', async () => {
    await expectCode('wrong-size', () => toSender(0, helloWith('receiver', { size: 2 ** 24 + 1 })));
    await expectCode('wrong-size', () => toSender(0, helloWith('receiver', { maxPeerSize: 2 })));
    await expectCode('wrong-size', () => toReceiver(0, helloWith('sender', { maxPeerSize: 2 })));
  });

  it("the sender's key must be an element other than the identity", async () => {
    await expectCode('identity-element', () => toReceiver(0, helloWith('sender', { publicKey: IDENTITY })));
    await expectCode('bad-element', () => toReceiver(0, helloWith('sender', { publicKey: NOT_CANONICAL })));
  });

  it('elements that are not canonical, the identity, and repeated ones are named with their position in the list', async () => {
    const [, first] = recording.given.sender;
    const good = first!.subarray(5, 37);
    const asked = (second: Uint8Array): Uint8Array => encodeRecords(BLINDED, 0, concatBytes(good, second));
    expect((await expectCode('bad-element', () => toSender(blindedAt, asked(NOT_CANONICAL)))).position).toBe(
      1,
    );
    expect((await expectCode('identity-element', () => toSender(blindedAt, asked(IDENTITY)))).position).toBe(
      1,
    );
    expect((await expectCode('repeated-element', () => toSender(blindedAt, asked(good)))).position).toBe(1);
    // Also across chunks: the third element is the first one again.
    const again = encodeRecords(BLINDED, 2, good);
    expect((await expectCode('repeated-element', () => toSender(blindedAt + 1, again))).position).toBe(2);
    const bad = encodeRecords(BLINDED, 2, NOT_CANONICAL);
    const error = await expectCode('bad-element', () => toSender(blindedAt + 1, bad));
    expect(error.position).toBe(2);
    expect(error.message).toContain('Element 2');
  });

  it('answers that are not canonical, the identity, repeated or (shuffled) unsorted are refused', async () => {
    const answer = recording.given.receiver[evaluatedAt]!;
    const one = answer.subarray(5, 37);
    const two = answer.subarray(37, 69);
    const given = (...elements: Uint8Array[]): Uint8Array =>
      encodeRecords(EVALUATED, 0, concatBytes(...elements));
    const unsorted = reveal === 'cardinality';
    await expectCode('identity-element', () => toReceiver(evaluatedAt, given(IDENTITY)));
    await expectCode('bad-element', () => toReceiver(evaluatedAt, given(NOT_CANONICAL)));
    await expectCode(unsorted ? 'bad-message' : 'repeated-element', () =>
      toReceiver(evaluatedAt, given(one, one)),
    );
    if (unsorted) await expectCode('bad-message', () => toReceiver(evaluatedAt, given(two, one)));
  });

  it('tags that are repeated or unsorted are refused', async () => {
    const tags = recording.given.receiver[tagsAt]!;
    const width = (tags.length - 5) / NAMES.length;
    const [one, two] = [tags.subarray(5, 5 + width), tags.subarray(5 + width, 5 + 2 * width)];
    await expectCode('bad-message', () => toReceiver(tagsAt, encodeRecords(TAGS, 0, concatBytes(one, one))));
    await expectCode('bad-message', () => toReceiver(tagsAt, encodeRecords(TAGS, 0, concatBytes(two, one))));
  });

  it('more records than were declared, gaps, overlaps and empty frames are refused', async () => {
    const four = concatBytes(
      ...recording.given.sender.slice(1, 3).map((frame) => frame.subarray(5)),
      IDENTITY,
    );
    await expectCode('wrong-size', () => toSender(blindedAt, encodeRecords(BLINDED, 0, four)));
    await expectCode('bad-message', () => toSender(blindedAt, recording.given.sender[2]!));
    await expectCode('bad-message', () => toSender(2, recording.given.sender[1]!));
    await expectCode('bad-message', () => toSender(blindedAt, encodeRecords(BLINDED, 0, new Uint8Array())));
    await expectCode('bad-message', () => toSender(blindedAt, encodeRecords(BLINDED, 0, new Uint8Array(31))));
  });

  it('frames out of turn, of unknown type, empty or too long are refused', async () => {
    await expectCode('unexpected-message', () => toSender(0, recording.given.sender[1]!));
    await expectCode('unexpected-message', () => toSender(1, recording.given.sender[0]!));
    await expectCode('unexpected-message', () => toReceiver(1, recording.given.receiver[finishAt]!));
    await expectCode('bad-message', () => toSender(0, Uint8Array.of(9, 1, 2)));
    await expectCode('bad-message', () => toSender(0, new Uint8Array()));
    await expectCode('bad-message', () => toSender(0, new Uint8Array(1_048_577).fill(1)));
    await expectCode('bad-message', () => toSender(0, encodeFrame(HELLO, new Uint8Array(96))));
  });

  it('a message changed on the way that is valid in itself withholds the result', async () => {
    const finish = recording.given.receiver[finishAt]!.slice();
    finish[7]! ^= 1;
    await expectCode('transcript-mismatch', () => toReceiver(finishAt, finish));
    const short = encodeFrame(FINISH, recording.given.receiver[finishAt]!.subarray(1, 32));
    await expectCode('transcript-mismatch', () => toReceiver(finishAt, short));
    const tags = recording.given.receiver[tagsAt]!.slice();
    tags[tags.length - 1]! ^= 1;
    const machine = await toReceiver(tagsAt, tags);
    await expectCode('transcript-mismatch', () =>
      drain(machine.receive(recording.given.receiver[finishAt]!)),
    );
    expect(machine.done).toBe(false);
  });

  it("the sender does not take its own Finish for the receiver's", async () => {
    const reflected = recording.given.receiver[finishAt]!;
    const last = recording.given.sender.length - 1;
    await expectCode('transcript-mismatch', () => toSender(last, reflected));
  });
});

describe('a machine', () => {
  it('must be started, takes no second start, and has no result before its end', async () => {
    const machine = party('receiver', 'intersection');
    await expectCode('unexpected-message', () => drain(machine.receive(new Uint8Array(3))));
    await drain(machine.start());
    await expectCode('unexpected-message', () => drain(machine.start()));
    await expectCode('unexpected-message', () => machine.result);
  });

  it('has failed for good after an error', async () => {
    const { given } = await record('intersection');
    const machine = party('sender', 'intersection');
    await drain(machine.start());
    await expectCode('bad-message', () => drain(machine.receive(new Uint8Array(3))));
    await expectCode('unexpected-message', () => drain(machine.receive(given.sender[0]!)));
  });

  it('has failed when its frames were not drawn to the end', async () => {
    const { given } = await record('intersection');
    const machine = party('receiver', 'intersection');
    await drain(machine.start());
    for await (const _ of machine.receive(given.receiver[0]!)) break;
    await expectCode('unexpected-message', () => drain(machine.receive(given.receiver[1]!)));
  });

  it('takes nothing after the end', async () => {
    const { given } = await record('intersection');
    const machine = await feed(
      'receiver',
      'intersection',
      { given },
      given.receiver.length - 1,
      given.receiver.at(-1)!,
    );
    expect(machine.done).toBe(true);
    await expectCode('unexpected-message', () => drain(machine.receive(given.receiver[0]!)));
  });

  it('refuses an identifier too long for its length to be written', async () => {
    const long = IdentifierSet.ofStrings(['a', 'x'.repeat(65_536)]);
    const error = await expectCode('argument', () => psiSender(long, { backend }));
    expect(error.position).toBe(1);
  });
});

it('a Hello survives encoding, whatever it says', () => {
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const u32s = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(
    fc.property(
      fc.record<Hello>({
        role: fc.constantFrom('receiver', 'sender'),
        mode: fc.integer({ min: 1, max: 255 }),
        to: fc.constantFrom('receiver', 'both', 'sender'),
        verifiable: fc.boolean(),
        identifiersPerRow: fc.integer({ min: 1, max: 255 }),
        detail: fc.nat(255),
        kinds: fc.subarray(['phone', 'email', 'composite', 'opaque'] as const).map((kinds) => new Set(kinds)),
        size: u32s,
        maxPeerSize: u32s,
        nonce: bytes32,
        publicKey: bytes32,
      }),
      (hello) => {
        expect(encodeHello(hello, ristretto255Suite)).toHaveLength(96);
        expect(decodeHello(encodeHello(hello, ristretto255Suite), ristretto255Suite)).toEqual(hello);
      },
    ),
  );
});
