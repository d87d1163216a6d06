// SPDX-License-Identifier: Apache-2.0
/** Runs through files: steps that are repeated, cut, or given another file than the one that is due. */

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registry } from '../../src/compare/index.js';
import { contactDiscovery } from '../../src/contact/index.js';
import { VeilmatchError } from '../../src/errors.js';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { memoryLedger } from '../../src/policy/ledger.js';
import { runBoth } from '../../src/psi/run/both.js';
import { ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import type { Protocol } from '../../src/psi/run/protocol.js';
import type { Role } from '../../src/psi/run/suite.js';
import { openExchange, writeExchange } from '../../src/transport/exchange/exchange-file.js';
import { runStep } from '../../src/transport/index.js';
import type { Journal } from '../../src/transport/resume/journal.js';
import { lent } from '../../src/transport/resume/lent.js';
import { expectCode } from '../suites/errors.js';
import { FileRun, KEYS, PUBLIC, roleOf } from '../suites/file-run.js';
import { toy } from '../suites/toy-protocol.js';
import { places } from '../support/effort.js';

let backend: GroupBackend;
let folder: string;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});
afterAll(() => backend.dispose());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'veilmatch-steps-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const names = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `person ${first + i}`);
const sets = {
  receiver: IdentifierSet.ofStrings(names(0, 12)),
  sender: IdentifierSet.ofStrings(names(8, 9)),
};
const own = {
  receiver: { set: sets.receiver },
  sender: { set: sets.sender, values: names(0, 9).map((_, i) => i) },
};

/** What no option is given for, and what changes how many files there are, or what they hold. */
const OPTIONS: Readonly<Record<string, readonly object[]>> = {
  'ecdh-psi': [{ to: 'both' }, { verifiable: true }, { blinding: 'multiplicative' }],
  'ot-psi': [{ to: 'both' }],
  'ecdh-psi-cardinality': [{ to: 'both' }],
  'ecdh-psi-sum': [{ to: 'sender', acceptChosenValues: true }],
};
interface Case {
  readonly title: string;
  readonly protocol: Protocol;
  readonly options: object;
  readonly files: number;
}
const THROUGH_FILES = [...registry, toy].filter(({ files }) => files !== undefined);
const CASES: readonly Case[] = THROUGH_FILES.flatMap((protocol) =>
  [{}, ...(OPTIONS[protocol.id] ?? [])].map((options) => ({
    title: `${protocol.id} ${JSON.stringify(options)}`,
    protocol: protocol as Protocol,
    options,
    files: (protocol as Protocol).files!({ ...defaults(protocol), ...options }),
  })),
);
function defaults({ options }: Pick<Protocol, 'options'>): object {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, (option as { default: unknown }).default]),
  );
}

const begin = ({ protocol, options }: Case): FileRun =>
  new FileRun(mkdtempSync(join(folder, 'run-')), protocol, own, backend, options);
const plain = (result: unknown): unknown => ({
  ...(JSON.parse(JSON.stringify(result)) as object),
  pseudonyms: undefined,
});

async function chargesOf({ ledgers }: FileRun, role: Role): Promise<number> {
  let count = 0;
  await ledgers[role].update([role === 'sender' ? 'receiver' : 'sender'], ([charges]) => {
    count = charges!.length;
    return [charges!];
  });
  return count;
}

/** The same file, but for one frame, signed by the party that made it. */
async function altered(path: string, at: number, change: (frame: Uint8Array) => Uint8Array): Promise<void> {
  const role = roleOf(at);
  const check = () => ({ begins: 'frames', elements: 100, maxPeerSize: 100, fixedBytes: 2 ** 20 }) as const;
  const { header, frames } = await openExchange(path, {
    suite: ristretto255Suite,
    signer: PUBLIC[role],
    check,
  });
  const all: Uint8Array[] = [];
  for await (const frame of frames()) all.push(frame.slice());
  all[all.length - 1] = change(all.at(-1)!);
  const given = async function* (): AsyncGenerator<Uint8Array> {
    yield* all;
  };
  await writeExchange(path, header, given(), KEYS[role]);
}

/** A journal on a disk that is full after so many records. */
function failing(journal: Journal, records: number): Journal {
  let left = records;
  const count = (): void => {
    if (left-- <= 0) throw new VeilmatchError('io', 'The disk is full.');
  };
  return lent(journal, {
    async addFrame(frame) {
      count();
      await journal.addFrame(frame);
    },
    async addOutcome(call, outcome) {
      count();
      await journal.addOutcome(call, outcome);
    },
  });
}

describe.each(CASES)('$title', (tried) => {
  it('writes the same file again when a step is done twice, at any time, and is charged once', async () => {
    const run = begin(tried);
    const written: Buffer[] = [];
    const through = new Set<Role>();
    for (let at = -1; at < tried.files; at++) {
      const writes = at + 1 < tried.files;
      const step = await run.step(at);
      expect(step).toMatchObject({ written: writes ? at + 1 : undefined, files: tried.files });
      if (writes) written.push(readFileSync(run.path(at + 1)));
      if (step.over) through.add(roleOf(at + 1));
      for (let again = -1; again <= at; again++) {
        if (through.has(roleOf(again + 1))) continue;
        await run.step(again);
        expect(readFileSync(run.path(again + 1))).toEqual(written[again + 1]);
      }
    }
    expect(await chargesOf(run, 'sender')).toBe(1);
  });

  it('gives what both lists share, and keeps no journal after the last step', async () => {
    const both = await runBoth(tried.protocol, own as never, { backend, ...tried.options });
    const run = begin(tried);
    const steps = await run.all();
    for (const [number, { over, result }] of steps.entries()) {
      expect(over).toBe(number >= tried.files - 1);
      if (result !== undefined) expect(plain(result)).toEqual(plain(both[roleOf(number)]));
    }
    expect(steps.at(-1)!.result).toBeDefined();
    for (const number of [tried.files, tried.files - 1]) {
      const error = await expectCode('argument', () => run.step(number - 1));
      expect(error.message).toContain('erased');
    }
  });

  it('goes on where a step was cut, whatever was on the disk, to the same result and for one charge', async () => {
    const both = await runBoth(tried.protocol, own as never, { backend, ...tried.options });
    for (const records of places()) {
      const run = begin(tried);
      let cut = 0;
      let last: unknown;
      for (let at = -1; at < tried.files; at++) {
        const journal = run.journals[roleOf(at + 1)];
        try {
          last = await run.step(at, { journal: failing(journal, records) });
        } catch (error) {
          expect(error).toMatchObject({ code: 'io' });
          cut++;
          expect(() => statSync(run.path(at + 1))).toThrow();
          last = await run.step(at);
        }
      }
      const { result } = last as { result: unknown };
      expect(plain(result)).toEqual(plain(both[roleOf(tried.files)]));
      expect(await chargesOf(run, 'sender')).toBe(1);
      if (cut === 0) break;
    }
  });

  it('does not answer another file in the place of one that it has answered', async () => {
    const run = begin(tried);
    for (let at = -1; at < tried.files; at++) {
      const writes = at + 1 < tried.files;
      // A party that is through has no journal any more.
      if (at >= 0 && writes && at + 2 < tried.files) {
        await run.step(at);
        const [right, answer] = [readFileSync(run.path(at)), readFileSync(run.path(at + 1))];
        await altered(run.path(at), at, (frame) =>
          frame.map((byte, i) => (i === frame.length - 1 ? byte ^ 1 : byte)),
        );
        await expectCode('bad-file', () => run.step(at));
        expect(readFileSync(run.path(at + 1))).toEqual(answer);
        writeFileSync(run.path(at), right);
      }
      await run.step(at);
    }
  });

  it('takes no file out of turn', async () => {
    const run = begin(tried);
    for (let at = -1; at + 1 < tried.files; at++) {
      await run.step(at);
      const role = roleOf(at + 2);
      for (let wrong = 0; wrong <= at; wrong++) {
        // The party's own file, one that the other party has answered, or an earlier one under the name of a later one.
        if (roleOf(wrong) === role) {
          await expectCode('bad-file', () => run.step(at + 1, {}, { reads: run.path(wrong) }));
        }
      }
    }
  });

  it('takes no file of somebody else, or for somebody else', async () => {
    const run = begin(tried);
    await run.step(-1);
    const journal = run.journal('sender');
    await expectCode('bad-file', () => run.step(0, { journal, peer: PUBLIC.sender }));
    await expectCode('bad-file', () =>
      run.step(0, { journal: run.journal('sender'), signingKey: KEYS.receiver }),
    );
    expect(await chargesOf(run, 'sender')).toBe(0);
  });
});

const [first] = CASES;

it('a request that does not hold what it declares is not charged', async () => {
  const run = begin(first!);
  await run.step(-1);
  await altered(run.path(0), 0, (frame) => frame.slice(0, -32));
  await expectCode('bad-file', () => run.step(0));
  await altered(run.path(0), 0, (frame) => Uint8Array.of(...frame, ...new Uint8Array(64)));
  await expectCode('wrong-size', () => run.step(0));
  expect(await chargesOf(run, 'sender')).toBe(0);
});

it('a request is answered once, where its sender keeps no journal, and another time where it has refused it', async () => {
  const run = begin(first!);
  await run.step(-1);
  const step = (largestSet: number): Promise<unknown> =>
    run.step(0, {
      journal: undefined,
      allow: { peer: 'receiver', ledger: run.ledgers.sender, policy: { largestSet, budgets: [] } },
    });
  await expectCode('refused', () => step(11));
  await step(12);
  const response = readFileSync(run.path(1));
  const error = await expectCode('bad-file', () => step(12));
  expect(error.message).toContain('answered already');
  expect(readFileSync(run.path(1))).toEqual(response);
  expect(await chargesOf(run, 'sender')).toBe(1);
});

it('a receiver charges what it tells the sender, once', async () => {
  const run = begin(CASES.find(({ options }) => JSON.stringify(options) === '{"to":"both"}')!);
  const refusing = {
    peer: 'sender',
    ledger: run.ledgers.receiver,
    policy: { budgets: [{ hours: 1, runs: 0 }] },
  };
  await run.step(-1);
  await run.step(0);
  await expectCode('refused', () => run.step(1, { allow: refusing }));
  expect(() => statSync(run.path(2))).toThrow();
  await run.step(1);
  expect(await chargesOf(run, 'receiver')).toBe(1);
  await run.step(2);
});

it('what is missing is said before anything is read', async () => {
  const run = begin(CASES.find(({ files }) => files === 4)!);
  const { protocol } = CASES.find(({ files }) => files === 4)!;
  await expectCode('argument', () => run.step(-1, { journal: undefined }));
  await expectCode('argument', () => run.step(-1, {}, { writes: undefined }));
  await expectCode('argument', () => run.step(-1, { signingKey: undefined }));
  await run.step(-1);
  await expectCode('argument', () => run.step(0, { journal: undefined }));
  await expectCode('argument', () => run.step(0, { allow: undefined }));
  await expectCode('argument', () => run.step(0, {}, { writes: undefined }));
  await expectCode('argument', () =>
    runStep({ writes: run.path(1) }, protocol, 'sender', own.sender, {
      backend,
      allow: { peer: 'receiver', ledger: memoryLedger() },
    }),
  );
  await expectCode('argument', () => run.step(-1, { signingKey: KEYS.sender }));
});

it('a protocol whose turns depend on the lists is told to take a channel', async () => {
  const error = await expectCode('argument', () =>
    runStep({ writes: join(folder, 'x') }, contactDiscovery, 'receiver', {} as never, {
      backend,
      signingKey: KEYS.receiver,
      peer: PUBLIC.sender,
      journal: begin(first!).journals.receiver,
    }),
  );
  expect(error.message).toContain('channel');
});
