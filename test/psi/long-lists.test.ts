// SPDX-License-Identifier: Apache-2.0
/** Lists so long that what is done with their parts must not be one call with an argument for each. */

import { expect, it } from 'vitest';
import { concatBytes, equalBytes, sortRecords } from '../../src/bytes.js';
import { observeRun } from '../../src/psi/described/observe.js';
import { ciphertextBytes, ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import { encodeFrame, HELLO, recordFrames } from '../../src/psi/run/frames.js';
import { encodeHello, type Hello } from '../../src/psi/run/hello.js';
import { Line } from '../../src/psi/run/machine.js';
import { SortedRecords } from '../../src/psi/run/matching.js';
import { tagBytes } from '../../src/psi/run/suite.js';
import { takeShared } from '../../src/psi/shuffled/shuffled.js';
import { SUM_FRAMES, VALUES } from '../../src/psi/sum/frames.js';
import { sum } from '../../src/psi/sum/index.js';
import { secureRandom } from '../../src/random.js';

/** More arguments than an engine takes in one call. */
const PEOPLE = 200_000;
const width = tagBytes(PEOPLE, PEOPLE);
const record = width + ciphertextBytes(ristretto255Suite.group);

const helloOf = (role: 'receiver' | 'sender'): Hello => ({
  role,
  mode: sum.mode,
  to: 'receiver',
  verifiable: false,
  identifiersPerRow: 1,
  detail: 0,
  kinds: new Set(['opaque']),
  size: PEOPLE,
  maxPeerSize: PEOPLE,
  nonce: secureRandom(32),
  publicKey: role === 'sender' ? secureRandom(32) : new Uint8Array(32),
});
const values = sortRecords(secureRandom(PEOPLE * record), record);
const frames = [...recordFrames(VALUES, values, record)];

const parts = (from: number, to: number): Uint8Array => {
  const joined = new Uint8Array(PEOPLE * (to - from));
  for (let i = 0; i < PEOPLE; i++) {
    joined.set(values.subarray(i * record + from, i * record + to), i * (to - from));
  }
  return joined;
};

it('takes what is attached to every person of a long list', async () => {
  const tags = await SortedRecords.of(parts(0, width), width);
  const lookup = { tags, width: 1, tagBytes: width, peer: helloOf('sender') };
  const seen: Uint8Array[] = [];
  let shared = 0;
  const taking = takeShared(new Line('receiver', SUM_FRAMES), VALUES, lookup, {
    bytes: ciphertextBytes(ristretto255Suite.group),
    async take(attachments, marks) {
      seen.push(attachments);
      shared += marks.reduce((sum, mark) => sum + mark, 0);
    },
  });
  await taking.next();
  let step = await taking.next(frames[0]);
  for (const frame of frames.slice(1)) step = await taking.next(frame);
  if (!step.done) throw new Error('It waits for more than all frames.');
  expect([step.value, shared]).toEqual([PEOPLE, PEOPLE]);
  expect(equalBytes(concatBytes(...seen), parts(width, record))).toBe(true);
});

it('reads a long run off the line', () => {
  const hellos = (['receiver', 'sender'] as const).map((from) => ({
    from,
    bytes: encodeFrame(HELLO, encodeHello(helloOf(from), ristretto255Suite)),
  }));
  const observed = observeRun(
    [...hellos, ...frames.map((bytes) => ({ from: 'sender' as const, bytes }))],
    sum,
    ristretto255Suite,
    [{ type: VALUES, list: 'tags', behind: ({ group }) => ciphertextBytes(group) }],
  );
  expect(equalBytes(observed.tags, parts(0, width))).toBe(true);
  expect(observed.blinded).toEqual(concatBytes());
});
