// SPDX-License-Identifier: Apache-2.0
/** A suite is a parameter of a run: every protocol runs in another group, of other widths, and parties of two refuse each other. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attackTranscript, type Knowledge, NumberList, type PsiObservation } from '../../src/attack/index.js';
import { contactDiscovery } from '../../src/contact/protocol.js';
import { VeilmatchError } from '../../src/errors.js';
import { nobleBackend } from '../../src/group/noble.js';
import { ristretto255 } from '../../src/group/ristretto255.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { ristretto255Sha512 } from '../../src/oprf/ristretto255.js';
import { memoryLedger } from '../../src/policy/ledger.js';
import { defaultPolicy } from '../../src/policy/policy.js';
import { cardinality } from '../../src/psi/cardinality/index.js';
import { observeRun, type SentFrame } from '../../src/psi/described/observe.js';
import { countPeople, createJoinIds, intersect, intersectionSum, Logarithms } from '../../src/psi/index.js';
import { intersection } from '../../src/psi/intersection/index.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { runBoth } from '../../src/psi/run/both.js';
import { ciphertextBytes, ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import { sumReceiver } from '../../src/psi/sum/receiver.js';
import { sumSender } from '../../src/psi/sum/sender.js';
import { replayedRandom, secureRandom } from '../../src/random.js';
import { signingPublicKey } from '../../src/signing.js';
import { memoryChannels } from '../../src/transport/channel/memory.js';
import { runStep } from '../../src/transport/exchange/step.js';
import { memoryJournal, partyTerms } from '../../src/transport/resume/journal.js';
import { runParty } from '../../src/transport/run.js';
import { expectCode } from '../suites/errors.js';
import { type ForeignSuite, P256, P384 } from '../suites/weierstrass-backend.js';
import { drain, exchangeThrough } from '../support/exchange.js';

const OWN = ['ada', 'grace', 'hedy', 'edith', 'joan'];
const THEIRS = ['hedy', 'mary', 'ada', 'edith'];
const SHARED_ROWS = [0, 2, 3];
const VALUES = [1000, 7, 30, 200];
const SUM = 1230;

describe.each([
  ['33 bytes', P256, 33, 32],
  ['49 bytes', P384, 49, 48],
] as const)('a suite whose elements have %s', (_, foreign, elementBytes, scalarBytes) => {
  const { suite, backend } = foreign;

  it('has widths of its own', () => {
    expect(suite.group).toMatchObject({ elementBytes, scalarBytes });
    expect(suite.group.identity.some((byte) => byte !== 0)).toBe(true);
  });

  it.each([
    { blinding: 'additive' },
    { blinding: 'multiplicative' },
    { to: 'both' },
    { blinding: 'additive', verifiable: true, to: 'both' },
  ] as const)('finds what two lists share: %o', async (options) => {
    const run = intersect(OWN, THEIRS, { ...foreign, ...options, chunkSize: 2 });
    if (suite.proofs === undefined && 'verifiable' in options) {
      const error = await expectCode('argument', () => run);
      expect(error.message).toContain('has no proofs');
      return;
    }
    const { size, matches, sender } = await run;
    expect({ size, matches }).toEqual({ size: SHARED_ROWS.length, matches: SHARED_ROWS });
    if ('to' in options) expect(sender?.matches).toEqual([0, 2, 3]);
  });

  it('counts what they share, also for the sender', async () => {
    const ran = await intersect(OWN, THEIRS, { ...foreign, reveal: 'cardinality', to: 'both' });
    expect(ran).toMatchObject({ size: 3, sender: { size: 3 } });
  });

  it('counts people with several identifiers a row', async () => {
    const rows = (...of: readonly [string, string][]) =>
      identifiersFromRows(of.map(([phone, email]) => ({ phone, email })));
    const own = await rows(['+14155550101', 'ada@example.com'], ['+14155550102', 'grace@example.com']);
    const theirs = await rows(['+14155550101', 'lovelace@example.com'], ['+14155550199', 'ada@example.com']);
    expect(await countPeople(own.set, theirs.set, foreign)).toBe(1);
    const options = { ...foreign, people: true };
    expect(await intersectionSum(own.set, theirs.set, [30, 12], options)).toMatchObject({ size: 1, sum: 42 });
  });

  it.each([{}, { to: 'sender', acceptChosenValues: true }] as const)(
    'adds values up over what they share: %o',
    async (options) => {
      const ran = await intersectionSum(OWN, THEIRS, VALUES, { ...foreign, ...options });
      expect(ran).toMatchObject({ size: 3, sum: SUM });
    },
  );

  it('adds nothing up where nothing is shared', async () => {
    expect(await intersectionSum(['rosa'], THEIRS, VALUES, foreign)).toMatchObject({ size: 0, sum: 0 });
  });

  it('finds logarithms through a larger table than that of a small one', async () => {
    const logarithms = new Logarithms(backend);
    for (const x of [100_000, 1, 16_383])
      expect(await logarithms.solve(await backend.multiplyBase(suite.group.scalars.of(x)))).toBe(x);
  });

  it('gives shared people one pseudonym, and nobody else', async () => {
    const { size, receiver, sender } = await createJoinIds(OWN, THEIRS, foreign);
    expect(size).toBe(3);
    expect(SHARED_ROWS.map((row) => receiver[row])).toEqual([sender[2], sender[0], sender[3]]);
    expect(new Set([...receiver, ...sender]).size).toBe(OWN.length + THEIRS.length - size);
  });

  it('sends a Hello and records of its widths, which an observer reads and an attack goes by', async () => {
    const numbers = ['+14155550101', '+14155550102', '+14155550103'];
    const rows = (list: readonly string[]) => identifiersFromRows(list.map((phone) => ({ phone })));
    const own = { receiver: await rows(numbers.slice(0, 2)), sender: await rows(numbers.slice(1)) };
    const frames: SentFrame[] = [];
    const key = suite.group.scalars.random(secureRandom);
    await runBoth(
      intersection,
      { receiver: { set: own.receiver.set }, sender: { set: own.sender.set } },
      {
        ...foreign,
        blinding: 'multiplicative',
        random: { sender: replayedRandom([secureRandom(32), key]) },
        onFrame: (from, bytes) => void frames.push({ from, bytes: bytes.slice() }),
      },
    );
    const lengthOf = (type: number): number => frames.find(({ bytes }) => bytes[0] === type)!.bytes.length;
    expect([lengthOf(1), lengthOf(2), lengthOf(3)]).toEqual([
      1 + 64 + elementBytes,
      5 + 2 * elementBytes,
      5 + 2 * elementBytes,
    ]);
    const observation = observeRun(frames, suite) satisfies PsiObservation;
    expect(observation).toMatchObject({ dst: suite.dst, blinded: { length: 2 * elementBytes } });
    expect(observation.publicKey).toEqual(await backend.multiplyBase(key));
    const messages = frames.map(({ from, bytes }) => ({ from, name: 'frame', bytes }));
    const transcript = { protocol: intersection.id, seenBy: 'outsider', messages, observation } as const;
    const attack = async (knowledge: Knowledge): Promise<readonly string[]> =>
      (await attackTranscript(transcript, knowledge, NumberList.from(numbers), { backend })).recovered;
    expect(await attack({})).toEqual([]);
    expect(await attack({ scalars: [key] })).toEqual(numbers.slice(1));
    expect(() => observeRun(frames)).toThrow(expect.objectContaining({ code: 'incompatible-peer' }));
  });

  it('sends values of two elements each', async () => {
    const frames: Uint8Array[] = [];
    await intersectionSum(OWN, THEIRS, VALUES, {
      ...foreign,
      onFrame: (__, frame) => void frames.push(frame),
    });
    const bodyOf = (type: number): number => frames.find(([first]) => first === type)!.length - 1;
    expect([16, 18, 19].map(bodyOf)).toEqual([elementBytes, ciphertextBytes(suite.group), elementBytes]);
    const tag = bodyOf(17) - 4 - THEIRS.length * 2 * elementBytes;
    expect(tag / THEIRS.length).toBe(6);
  });

  it('runs over a channel and goes on from a journal, which is of that suite', async () => {
    const own = { set: IdentifierSet.ofStrings(OWN) };
    const terms = partyTerms(intersection, 'receiver', own, { suite, chunkSize: 2 });
    const journal = memoryJournal({ runId: '0123456789abcdef', peer: 'them', terms });
    const [a, b] = memoryChannels();
    const [taken, answered] = await Promise.all([
      runParty(a, intersection, 'receiver', own, { ...foreign, chunkSize: 2, journal }),
      runParty(b, intersection, 'sender', { set: IdentifierSet.ofStrings(THEIRS) }, foreign),
    ]);
    expect(taken).toMatchObject({ matches: SHARED_ROWS, peerSize: THEIRS.length });
    expect(answered).toMatchObject({ peerSize: OWN.length });
    const [other] = memoryChannels();
    const error = await expectCode('argument', () =>
      runParty(other, intersection, 'receiver', own, {
        backend: nobleBackend,
        chunkSize: 2,
        journal: memoryJournal({ runId: '0123456789abcdef', peer: 'them', terms }),
      }),
    );
    expect(error.message).toContain('another version');
  });

  it('runs through two files, which say of which suite they are', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'veilmatch-suites-'));
    try {
      const [request, response] = [join(folder, 'request'), join(folder, 'response')];
      const [ownKey, theirKey] = [secureRandom(32), secureRandom(32)];
      const own = { set: IdentifierSet.ofStrings(OWN) };
      const theirs = { set: IdentifierSet.ofStrings(THEIRS) };
      const journal = memoryJournal({
        runId: '0123456789abcdef',
        peer: 'them',
        terms: partyTerms(intersection, 'receiver', own, { suite }),
      });
      const asking = { signingKey: ownKey, peer: signingPublicKey(theirKey), journal };
      await runStep({ writes: request }, intersection, 'receiver', own, { ...foreign, ...asking });
      const allow = { peer: 'them', policy: defaultPolicy, ledger: memoryLedger() };
      const answering = { signingKey: theirKey, peer: signingPublicKey(ownKey), allow };
      const files = { reads: request, writes: response };
      await expectCode('incompatible-peer', () =>
        runStep(files, intersection, 'sender', theirs, { ...answering, backend: nobleBackend }),
      );
      await runStep(files, intersection, 'sender', theirs, { ...answering, ...foreign });
      const step = await runStep({ reads: response }, intersection, 'receiver', own, { ...foreign, journal });
      expect(step).toMatchObject({ result: { matches: SHARED_ROWS } });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('fills a frame with as many elements as fit', async () => {
    const set = IdentifierSet.ofStrings(OWN);
    const most = Math.floor((2 ** 20 - 5) / elementBytes);
    psiSender(set, { ...foreign, chunkSize: most });
    const error = await expectCode('argument', () => psiSender(set, { ...foreign, chunkSize: most + 1 }));
    expect(error.message).toContain(`from 1 to ${most}`);
  });

  it('is refused by a party of ristretto255, and refuses one', async () => {
    const [own, theirs] = [IdentifierSet.ofStrings(OWN), IdentifierSet.ofStrings(THEIRS)];
    const here = { backend: nobleBackend };
    for (const [asking, answering] of [
      [foreign, here],
      [here, foreign],
    ] as const) {
      let sent = 0;
      const admit = async (): Promise<void> => expect.unreachable();
      const error = await expectCode('incompatible-peer', () =>
        exchangeThrough(psiReceiver(own, asking), psiSender(theirs, { ...answering, admit }), (__, frame) =>
          [frame].slice(sent++),
        ),
      );
      expect(error.message).toMatch(/^The peer uses suite \d, this party suite \d\.$/);
      await expectCode('incompatible-peer', () =>
        exchangeThrough(sumReceiver(own, asking), sumSender(theirs, VALUES, answering)),
      );
    }
  });

  it('is refused for its number before its width is looked at', async () => {
    const [hello] = await drain(psiReceiver(IdentifierSet.ofStrings(OWN), foreign).start());
    for (const length of [18, 60, hello!.length, hello!.length + 900]) {
      const frame = new Uint8Array(length);
      frame.set(hello!.subarray(0, length));
      const sender = psiSender(IdentifierSet.ofStrings(THEIRS), { backend: nobleBackend });
      await drain(sender.start());
      await expectCode('incompatible-peer', () => drain(sender.receive(frame)));
    }
    const short = psiSender(IdentifierSet.ofStrings(THEIRS), { backend: nobleBackend });
    await drain(short.start());
    await expectCode('bad-message', () => drain(short.receive(hello!.subarray(0, 17))));
    // Of the right number, the length has to be that of the suite.
    const own = psiSender(IdentifierSet.ofStrings(THEIRS), foreign);
    await drain(own.start());
    await expectCode('bad-message', () => drain(own.receive(hello!.subarray(0, hello!.length - 1))));
  });
});

describe('a backend', () => {
  const refused: Readonly<Record<string, () => unknown>> = {
    'of another group than the suite': () => intersect(OWN, THEIRS, { ...P256, backend: P384.backend }),
    'of ristretto255 for another suite': () => intersect(OWN, THEIRS, { ...P256, backend: nobleBackend }),
    'of another group where no suite is given': () => createJoinIds(OWN, THEIRS, { backend: P256.backend }),
    'of a group that it does not name': () =>
      runBoth(
        cardinality,
        { receiver: { set: IdentifierSet.ofStrings(OWN) }, sender: { set: IdentifierSet.ofStrings(THEIRS) } },
        { backend: { ...nobleBackend, group: undefined } as never },
      ),
    'of another group for the VOPRF of ristretto255': async () => ristretto255Sha512(P256.backend),
  };

  it.each(Object.entries(refused))('%s is refused', async (_, run) => {
    await expectCode('argument', async () => run());
  });

  it('computes in ristretto255 where nothing is said', () => {
    expect(nobleBackend.group).toBe(ristretto255);
    expect(ristretto255Suite.group).toBe(ristretto255);
  });
});

it.each([null, 1, {}])('a suite that is none is refused: %o', async (suite) => {
  await expectCode('argument', () =>
    intersect(OWN, THEIRS, { backend: nobleBackend, suite: suite as never }),
  );
});

it('contact discovery has the suite of the published set', async () => {
  const { suite }: ForeignSuite = P256;
  const options = { backend: nobleBackend, suite };
  const error = await expectCode('argument', () => contactDiscovery.sender.machine({ served: [] }, options));
  expect(error).toBeInstanceOf(VeilmatchError);
  expect(error.message).toContain('one suite');
});
