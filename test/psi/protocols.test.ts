// SPDX-License-Identifier: Apache-2.0
/** What every protocol of the registry must hold, and what one more gets by being in it. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberingPlan } from '../../src/attack/index.js';
import { checkFlags, protocolOptions } from '../../src/cli/flags/protocol-options.js';
import { run } from '../../src/cli/program.js';
import { compare, matching } from '../../src/compare/index.js';
import { registry } from '../../src/compare/registry.js';
import { describedContactDiscovery } from '../../src/contact/described.js';
import { generateContactKeys, openPublishedSet, publishSet } from '../../src/contact/published.js';
import { VeilmatchError } from '../../src/errors.js';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import type { IdentifierSet } from '../../src/identifiers/set.js';
import { admission } from '../../src/policy/admission.js';
import { memoryLedger } from '../../src/policy/ledger.js';
import { describedAuto } from '../../src/psi/auto/described.js';
import type { DescribedProtocol, Draw, OptionFlag } from '../../src/psi/described/described.js';
import { describedIntersection } from '../../src/psi/intersection/described.js';
import { describedPeople } from '../../src/psi/people/described.js';
import { runBoth } from '../../src/psi/run/both.js';
import { chosen, type OptionSpec, repeatedTerms } from '../../src/psi/run/options.js';
import type { Role } from '../../src/psi/run/suite.js';
import { type RandomSource, secureRandom } from '../../src/random.js';
import { signingPublicKey } from '../../src/signing.js';
import type { Channel } from '../../src/transport/channel/channel.js';
import { folderChannel } from '../../src/transport/channel/folder.js';
import { memoryChannels } from '../../src/transport/channel/memory.js';
import { type Journal, memoryJournal, partyTerms } from '../../src/transport/resume/journal.js';
import { recallParty, runParty } from '../../src/transport/run.js';
import { cutChannels } from '../suites/cut-channels.js';
import { expectCode } from '../suites/errors.js';
import { FileRun, roleOf } from '../suites/file-run.js';
import { toy } from '../suites/toy-protocol.js';
import { sample } from '../support/effort.js';

type Owns = Readonly<Record<Role, object>>;

let backend: GroupBackend;
let receiver: IdentifierSet;
let sender: IdentifierSet;
const owns = new Map<string, Owns>();
const SHARED = 12;
const number = (i: number): string => `+1415555${String(1000 + i)}`;

beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
  const rows = (first: number, count: number): { phone: string }[] =>
    Array.from({ length: count }, (_, i) => ({ phone: number(first + i) }));
  receiver = (await identifiersFromRows(rows(0, 30))).set;
  sender = (await identifiersFromRows(rows(30 - SHARED, 25))).set;
  const values = Array.from({ length: 25 }, (_, row) => row + 1);
  for (const { id } of [...registry, toy])
    owns.set(id, { receiver: { set: receiver }, sender: { set: sender, values } });
  const keys = await generateContactKeys({ backend });
  const name = { setId: 'members', epoch: 1 };
  const published = await publishSet(sender, { ...name, keys, backend, falsePositiveRate: 2 ** -40 });
  const pin = { signer: signingPublicKey(keys.signingKey) };
  const directory = await openPublishedSet(published, { setId: name.setId, pin });
  owns.set(describedContactDiscovery.id, {
    receiver: { set: receiver, directory },
    sender: { served: [{ ...name, secretKey: keys.secretKey, size: sender.size }] },
  });
});
afterAll(() => backend.dispose());

const ALL: readonly DescribedProtocol[] = [...registry, describedContactDiscovery, toy];
const ownOf = ({ id }: DescribedProtocol): Owns => owns.get(id)!;

/** Without the functions that results may have. */
const plain = (result: unknown): unknown => JSON.parse(JSON.stringify(result));

async function overChannels(
  protocol: DescribedProtocol,
  [a, b]: readonly [Channel, Channel],
  options: Readonly<Partial<Record<Role, object>>> = {},
): Promise<{ receiver: PromiseSettledResult<unknown>; sender: PromiseSettledResult<unknown> }> {
  const own = ownOf(protocol);
  const [asked, answered] = await Promise.allSettled([
    runParty(a, protocol, 'receiver', own.receiver, { backend, ...options.receiver }),
    runParty(b, protocol, 'sender', own.sender, { backend, ...options.sender }),
  ]);
  return { receiver: asked!, sender: answered! };
}

const outcomeOf = (settled: PromiseSettledResult<unknown>): unknown => {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
};

describe.each(ALL.map((protocol) => ({ title: protocol.id, protocol })))('$title', ({ protocol }) => {
  it('finds what both lists share, and tells it in rows', async () => {
    const result = await runBoth(protocol, ownOf(protocol), { backend });
    const told = result.receiver as {
      size: number;
      peerSize: number;
      matches?: readonly number[];
      sum?: number;
    };
    expect(told.size).toBe(SHARED);
    expect(told.peerSize).toBe(sender.size);
    expect(Object.keys(told)).not.toContain('matched');
    const rows = Array.from({ length: SHARED }, (_, i) => 30 - SHARED + i);
    if (protocol.terms.named) expect(told.matches).toEqual(rows);
    if (told.sum !== undefined) expect(told.sum).toBe((SHARED * (SHARED + 1)) / 2);
    expect((result.sender as { peerSize: number }).peerSize).toBe(receiver.size);
  });

  it('comes to the same over a channel in memory and over folders as within one process', async () => {
    const both = await runBoth(protocol, ownOf(protocol), { backend });
    const folder = mkdtempSync(join(tmpdir(), 'veilmatch-protocol-'));
    try {
      const [there, back] = [join(folder, 'there'), join(folder, 'back')];
      for (const path of [there, back]) mkdirSync(path);
      const folders = await Promise.all([
        folderChannel({ incoming: back, outgoing: there, pollMilliseconds: 5 }),
        folderChannel({ incoming: there, outgoing: back, pollMilliseconds: 5 }),
      ]);
      for (const channels of [memoryChannels(), folders] as const) {
        const run = await overChannels(protocol, channels);
        // Pseudonyms are fresh in every run.
        const withoutFresh = (result: unknown): unknown => ({
          ...(plain(result) as object),
          pseudonyms: undefined,
        });
        expect(withoutFresh(outcomeOf(run.receiver))).toEqual(withoutFresh(both.receiver));
        expect(withoutFresh(outcomeOf(run.sender))).toEqual(withoutFresh(both.sender));
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.skipIf(protocol.files === undefined)('comes to the same through files, for one charge', async () => {
    const both = await runBoth(protocol, ownOf(protocol), { backend });
    const folder = mkdtempSync(join(tmpdir(), 'veilmatch-files-'));
    try {
      const run = new FileRun(folder, protocol, ownOf(protocol), backend);
      const steps = await run.all();
      const withoutFresh = (result: unknown): unknown => ({
        ...(plain(result) as object),
        pseudonyms: undefined,
      });
      const last = { receiver: steps.length - 1, sender: steps.length - 1 };
      last[roleOf(steps.length)]--;
      const [taken, given] = [steps[last.receiver]!, steps[last.sender]!];
      expect([taken.over, given.over]).toEqual([true, true]);
      expect(withoutFresh(taken.result)).toEqual(withoutFresh(both.receiver));
      // Who answers last, and is not told of the end, has nothing to take home.
      if (given.result !== undefined) expect(withoutFresh(given.result)).toEqual(withoutFresh(both.sender));
      await run.ledgers.sender.update(['receiver'], ([charges]) => {
        expect(charges).toHaveLength(1);
        return [charges!];
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('goes on where it was cut, wherever that is, to the same result and for one charge', async () => {
    const own = ownOf(protocol);
    const results = new Set<string>();
    for (const frames of sample(Array.from({ length: 12 }, (_, i) => i))) {
      const journalOf = (role: Role): Journal =>
        memoryJournal({
          runId: '0123456789abcdef',
          peer: 'them',
          terms: partyTerms(protocol, role, own[role]),
        });
      const journals = { receiver: journalOf('receiver'), sender: journalOf('sender') };
      let charged = 0;
      const options = {
        receiver: { journal: journals.receiver },
        sender: { journal: journals.sender, admit: async () => void charged++ },
      };
      let taken: unknown;
      let given: unknown;
      for (let attempt = 0; attempt < 20 && (taken === undefined || given === undefined); attempt++) {
        const ends = cutChannels(attempt === 0 ? frames : undefined);
        const held = { receiver: journals.receiver.held, sender: journals.sender.held };
        Object.assign(ends[0], { peerHolds: held.sender });
        Object.assign(ends[1], { peerHolds: held.receiver });
        const run = await overChannels(protocol, ends, options);
        if (run.receiver.status === 'fulfilled') taken ??= run.receiver.value;
        else expect(run.receiver.reason).toMatchObject({ code: 'disconnected' });
        if (run.sender.status === 'fulfilled') given ??= run.sender.value;
        else expect(run.sender.reason).toMatchObject({ code: 'disconnected' });
        // A sender that has come to its end has erased its journal: what the receiver holds is all that there is.
        if (given !== undefined && taken === undefined) {
          taken = await recallParty(protocol, 'receiver', own.receiver, {
            backend,
            journal: journals.receiver,
          });
        }
      }
      expect(charged).toBe(1);
      results.add(
        JSON.stringify({ ...(plain(taken) as object), pseudonyms: undefined, confirmed: undefined }),
      );
    }
    expect(results.size).toBe(1);
  });

  it('is not resumed with another list', async () => {
    const own = ownOf(protocol);
    const terms = { ...partyTerms(protocol, 'receiver', own.receiver), list: 'another' };
    const journal = memoryJournal({ runId: '0123456789abcdef', peer: 'them', terms });
    const [a] = memoryChannels();
    const error = await expectCode('argument', () =>
      runParty(a, protocol, 'receiver', own.receiver, { backend, journal }),
    );
    expect(error.message).toContain('list');
  });

  it('is refused by a policy that it does not fit', async () => {
    const admit = admission({
      peer: 'them',
      ledger: memoryLedger(),
      policy: { largestSet: receiver.size - 1, budgets: [] },
    });
    const run = await overChannels(protocol, memoryChannels(), { sender: { admit } });
    expect(run.sender).toMatchObject({ status: 'rejected', reason: { code: 'refused' } });
    expect(run.receiver.status).toBe('rejected');
  });

  it('is charged by its own terms', async () => {
    const ledger = memoryLedger();
    const admit = admission({ peer: 'them', ledger, policy: { budgets: [] } });
    await runBoth(protocol, ownOf(protocol), { backend, admit });
    await ledger.update(['them'], ([charges]) => {
      // People are filled up to two identifiers each.
      const width = protocol === describedPeople ? 2 : 1;
      const sizes = { peerSize: width * receiver.size, ownSize: width * sender.size };
      // Lists as short as these are matched by ECDH.
      const { terms } = protocol === describedAuto ? describedIntersection : protocol;
      expect(charges).toMatchObject([terms.charge(sizes)]);
      return [charges!];
    });
  });

  it('draws what it says, in that order', async () => {
    const own = ownOf(protocol);
    const drawn: Record<Role, number[]> = { receiver: [], sender: [] };
    const noting =
      (role: Role): RandomSource =>
      (length) => {
        drawn[role].push(length);
        // Every 32 bytes are a scalar, so that none is rejected and drawn again.
        return secureRandom(length).map((byte, i) => (i % 32 === 31 ? byte & 0x0f : byte));
      };
    await runBoth(protocol, own, {
      backend,
      random: { receiver: noting('receiver'), sender: noting('sender') },
    });
    for (const role of ['receiver', 'sender'] as const) {
      const lengths = protocol.draws[role](own[role] as never).map((draw: Draw) => {
        if (draw === 'nonce') return 32;
        return draw.kind === 'delta' ? draw.count : 32 * draw.count;
      });
      expect(drawn[role].slice(0, lengths.length)).toEqual(lengths);
    }
  });

  it('stops when it is told to, whatever its machines do with the signal', async () => {
    const stop = new AbortController();
    let frames = 0;
    const onFrame = (): void => {
      frames++;
      stop.abort();
    };
    const stopping = { backend, signal: stop.signal, onFrame };
    await expectCode('aborted', () => runBoth(protocol, ownOf(protocol), stopping));
    expect(frames).toBe(1);
  });

  it('is not run where the parties do not agree on what both must', async () => {
    const spec = protocol.options as OptionSpec<Record<string, unknown>>;
    const flags = protocol.flags as Record<string, OptionFlag | undefined>;
    for (const [name, { agreed, default: usual }] of Object.entries(spec)) {
      if (!agreed) continue;
      const word = flags[name]?.choices?.find((choice) => choice !== usual);
      const other = usual === false ? true : typeof usual === 'number' ? usual + 1 : word;
      expect(other, name).toBeDefined();
      const run = await overChannels(protocol, memoryChannels(), { sender: { [name]: other } });
      expect(run.sender, name).toMatchObject({ status: 'rejected', reason: { code: 'incompatible-peer' } });
      expect(run.receiver.status, name).toBe('rejected');
    }
  });

  it('has options that say what they may be, and a flag that is well formed', () => {
    const spec = protocol.options as OptionSpec<Record<string, unknown>>;
    expect(() => chosen(spec, {})).not.toThrow();
    for (const [name, option] of Object.entries(spec)) {
      expect(() => option.check(Symbol('none')), name).toThrow(VeilmatchError);
      const flag = (protocol.flags as Record<string, OptionFlag | undefined>)[name];
      if (flag === undefined) continue;
      expect(flag.flags, name).toMatch(/^--[a-z][a-z-]*(?: <[A-Z,]+>)?$/);
      for (const word of flag.choices ?? []) {
        expect(() => option.check(flag.read?.(word) ?? word), name).not.toThrow();
      }
    }
    expect(Object.values(repeatedTerms(spec, {})).every((text) => typeof text === 'string')).toBe(true);
  });
});

it('one protocol more is compared and attacked like the others', async () => {
  const plan = numberingPlan('US', { areaCodes: ['415555'] });
  const reports = [];
  for await (const report of compare(receiver, sender, {
    protocols: [toy].map(matching),
    plan,
    backend,
    concurrency: 1,
    attackSeconds: 5,
  })) {
    reports.push(report);
  }
  expect(reports).toMatchObject([{ protocol: 'toy', title: toy.title, correct: true, size: SHARED }]);
  // Everything that the receiver did not have, and everything that the sender did not have.
  expect(reports[0]!.attacks.outsider.recovered).toBe(sender.size - SHARED);
  expect(reports[0]!.sender.recovered).toBe(receiver.size - SHARED);
});

it('one protocol more is compared with the columns that its parties bring, whatever they are called', async () => {
  const { commandLine } = toy;
  const column = { flags: '--column-of-its-own <NAME>', help: 'its own', most: 9 };
  const brought: string[][] = [];
  const weighing: typeof toy = {
    ...toy,
    commandLine: {
      ...commandLine,
      receiver: { ...commandLine.receiver, columns: { scores: column } },
      sender: { ...commandLine.sender, columns: { weights: column } },
    },
    receiver: {
      ...toy.receiver,
      machine(own, options) {
        brought.push(Object.keys(own));
        return toy.receiver.machine(own, options);
      },
    },
    sender: {
      ...toy.sender,
      machine(own, options) {
        expect((own as unknown as { weights: unknown }).weights).toHaveLength(sender.rowCount);
        brought.push(Object.keys(own));
        return toy.sender.machine(own, options);
      },
    },
  };
  expect((await matching(weighing).run(receiver, sender, { backend })).size).toBe(SHARED);
  expect(brought).toEqual([
    ['set', 'scores'],
    ['set', 'weights'],
  ]);
});

it('one protocol more gets its flags and their help', () => {
  const options = protocolOptions([...registry, toy]);
  const polite = options.find(({ long }) => long === '--polite')!;
  expect(polite.description).toBe('with --reveal toy: begin with a greeting');
  const thanks = options.find(({ long }) => long === '--thanks')!;
  expect(thanks.description).toBe('with --reveal toy: be thanked so often (default: 1)');
  expect(thanks.argChoices).toEqual(['1', '2']);
  expect(options.filter(({ long }) => long === '--verifiable')).toHaveLength(1);
  const coarse = options.find(({ long }) => long === '--coarse')!;
  expect(coarse.parseArg!('100,500', undefined)).toEqual({ step: 100, atLeast: 500 });
  expect(() => coarse.parseArg!('100', undefined)).toThrow(/such as 100,500/);
  // Only the party that asks makes a count coarse.
  expect(coarse.description).toContain('of the receiver: ');
  const to = options.find(({ long }) => long === '--to')!;
  expect(to.argChoices).toEqual(['receiver', 'both', 'sender']);
  expect(to.description).toMatch(
    /^with --reveal intersection or cardinality: .* \(default: receiver\); with --reveal sum: /,
  );
});

it('a flag that two protocols write in two ways is told of, by both', async () => {
  const polite = { ...toy.flags.polite!, flags: '--to <ANYBODY>' };
  const io = { stdout: process.stdout, stderr: process.stderr } as never;
  const rejected = run(['--version'], io, [...registry, { ...toy, flags: { polite } }]);
  const error = await expectCode('argument', () => rejected);
  expect(error.message).toBe(
    'The protocols ecdh-psi and toy write one flag in two ways, --to <WHO> and --to <ANYBODY>: write it alike, or give one of ' +
      'them another name.',
  );
  const alike = { ...toy.flags.polite!, flags: '--to <WHO>' };
  expect(() => checkFlags([...registry, { ...toy, flags: { polite: alike } }])).not.toThrow();
});

it('a protocol is compared whatever pieces it draws its secrets in', async () => {
  const inChunks: DescribedProtocol = {
    ...describedIntersection,
    receiver: {
      ...describedIntersection.receiver,
      machine: (own, options) =>
        describedIntersection.receiver.machine(own as never, { ...options, chunkSize: 4 }),
    },
  };
  const { size, views } = await matching(inChunks).run(receiver, sender, { backend });
  expect(size).toBe(SHARED);
  expect(views.receiver.knowledge.blinds).toHaveLength(32 * receiver.size);
});

it('a party that takes nothing home is told once that the run is complete', async () => {
  const quiet: DescribedProtocol = { ...toy, sender: { ...toy.sender, result: async () => undefined } };
  let told = 0;
  const run = await overChannels(quiet, memoryChannels(), { sender: { onResult: async () => void told++ } });
  expect(run.sender).toEqual({ status: 'fulfilled', value: undefined });
  expect(told).toBe(1);
});

describe('a mode', () => {
  const modes = [...registry, describedContactDiscovery].map(({ mode }) => mode);

  it('of one protocol more is a number of its own, which nothing but its folder knows', () => {
    expect(modes).not.toContain(toy.mode);
    expect(toy.mode).toBeGreaterThan(0);
  });

  it('is the one that was published', () => {
    expect(Object.fromEntries(registry.map(({ id, mode }) => [id, mode]))).toEqual({
      'ecdh-psi': 1,
      'ot-psi': 5,
      'ecdh-psi-cardinality': 2,
      'ecdh-psi-people': 2,
      'ecdh-psi-sum': 3,
      'join-ids': 4,
      auto: 6,
    });
  });

  /** What each party is told where the two run different protocols. */
  async function told(known: object): Promise<readonly string[]> {
    const [a, b] = memoryChannels();
    const { intersection } = await import('../../src/psi/index.js');
    const ends = await Promise.allSettled([
      runParty(a, intersection, 'receiver', { set: receiver }, { backend, ...known }),
      runParty(b, toy, 'sender', { set: sender }, { backend, ...known }),
    ]);
    return ends.flatMap((end) =>
      end.status === 'rejected' ? [`${end.reason.code}: ${end.reason.message}`] : [],
    );
  }

  it('that the peer does not have is refused, by the names of both protocols where both are known', async () => {
    expect((await told({}))[1]).toBe(
      'incompatible-peer: This party runs toy, the peer a protocol of mode 1. Agree on one.',
    );
    expect((await told({ known: [...registry, toy] }))[1]).toBe(
      'incompatible-peer: This party runs toy, the peer ecdh-psi. Agree on one.',
    );
    const counted = await Promise.allSettled(
      [toy].map((protocol) => runBoth(protocol, ownOf(protocol), { backend, known: 5 as never })),
    );
    expect(counted).toMatchObject([{ status: 'rejected', reason: { code: 'argument' } }]);
  });

  it('is one byte', async () => {
    for (const mode of [-1, 256, 1.5, Number.NaN, '1', undefined]) {
      const wrong = { ...toy, mode: mode as number };
      await expectCode('argument', () => runBoth(wrong, ownOf(toy), { backend }));
    }
  });
});
