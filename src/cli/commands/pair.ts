// SPDX-License-Identifier: Apache-2.0
/** `veilmatch pair hash`, `encrypt`, `reencrypt`, `match` and `decrypt`: the steps of PAIR, from folder to folder. */

import { createHash } from 'node:crypto';
import { Option } from 'commander';
import { bytesToHex, concatBytes, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { GroupBackend } from '../../group/group.js';
import { createBackend } from '../../group/select.js';
import { CHUNK, throughJob } from '../../identifiers/row-chunks.js';
import { type UnpackedNotes, unpackNotes } from '../../identifiers/row-notes.js';
import { BETWEEN_TEXTS, finishTexts, TEXTS } from '../../identifiers/row-texts.js';
import { placeName } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import { checkDistinct, csvLine, withOutputs, writeAll } from '../../lists/output.js';
import { checkNewFolder } from '../../lists/part-folder.js';
import { CustomerList } from '../../lists/table.js';
import { checkBatch, divideBatch, encryptBatch, multiplyBatch } from '../../pair/cipher.js';
import {
  defaultPairPolicy,
  type PairSecret,
  pairIdsToTexts,
  pairMatchRate,
  pairTerms,
  requireFreshSecret,
} from '../../pair/index.js';
import { requirePairSize } from '../../pair/limits.js';
import { pathName } from '../../path-name.js';
import { admission, type Refusal } from '../../psi/index.js';
import { sha256, sha256Hex } from '../../sha256.js';
import { partnerId } from '../../transport/index.js';
import type { Command, ExitStatus } from '../command.js';
import {
  assignedOption,
  LIST_ARGUMENT,
  type ListFlags,
  listOptions,
  statusFor,
  strictOption,
  toListOptions,
} from '../flags/list-options.js';
import {
  folderArgument,
  folderOption,
  jsonOption,
  PAIR_COURSE,
  type PairFlags,
  pairKeyOption,
  pairSaltOption,
  threadsOption,
} from '../flags/pair-options.js';
import { readPolicy, refusedBy } from '../flags/policy.js';
import { count } from '../report/comparison.js';
import { ambiguousLines, RejectedTally } from '../report/rejected.js';
import { readPairKey, readPairSalt, sealOption } from '../secrets/pair-secrets.js';
import { ledgerOption, openLedger } from '../secrets/state-folder.js';
import { asNormalized } from './apply.js';
import {
  AS_IDS,
  AS_MATCH_KEYS,
  allDistinct,
  distinct,
  readRecords,
  sharedRecords,
  withSorters,
  writeRecords,
} from './pair-lists.js';

interface HashFlags extends PairFlags, ListFlags {
  readonly assigned?: true;
  readonly strict?: true;
}

export const pairHashCommand: Command = {
  name: 'pair hash',
  summary: 'make the match keys of a list: SHA-256 of its e-mail addresses and telephone numbers, each once',
  arguments: [LIST_ARGUMENT],
  options: [
    folderOption('the match keys').makeOptionMandatory(),
    assignedOption(),
    strictOption(),
    ...listOptions(),
    threadsOption(),
    jsonOption(),
  ],
  help: `
Addresses are in lower case, numbers in E.164 with their plus. Anybody reads match keys back who tries all numbers and likely addresses:
they are for your own pair encrypt, and for nobody else.
${PAIR_COURSE}`,
  async run([path = ''], options, io) {
    const flags = options as unknown as HashFlags;
    await checkNewFolder(flags.output);
    const { country, assigned, international, strict } = flags;
    const { way, finish } = asNormalized({ country, assigned, international, strict }, sha256Hex);
    return withSorters(flags.output, async (sorter) => {
      const keys = sorter('keys');
      const list = await CustomerList.open(path, toListOptions(flags), io);
      const [rejected, ambiguous] = [new RejectedTally(list), new RejectedTally(list)];
      try {
        for (const note of list.notes) io.stderr.write(`${placeName(path)}: ${note}\n`);
        const chunks = throughJob(TEXTS, way, list.placedColumns(CHUNK), {
          concurrency: flags.threads,
          signal: io.signal,
        });
        for await (const [{ lines }, texts] of chunks) {
          for (const kind of list.kinds) {
            finishTexts(texts[kind], finish!);
            const cells = texts[kind].flatMap((cell) => (cell === '' ? [] : cell.split(BETWEEN_TEXTS)));
            await keys.add(AS_MATCH_KEYS.read(cells));
          }
          const notes: UnpackedNotes = { rejected: [], ambiguous: [] };
          unpackNotes(texts, 0, notes);
          for (const each of notes.rejected) {
            const line = lines[each.row]!;
            rejected.add({ ...each, code: list.codeAt(line, each.code) }, line);
          }
          for (const each of notes.ambiguous) ambiguous.add(each, lines[each.row]!);
        }
      } finally {
        await list.close();
      }
      const written = await writeRecords(
        flags.output,
        AS_MATCH_KEYS,
        distinct(keys.sorted(), () => {}),
        io,
      );
      for (const line of [...rejected.summary(), ...ambiguousLines(ambiguous)]) io.stderr.write(`${line}\n`);
      const done = { rows: list.records, matchKeys: written, rejected: rejected.total };
      await report(
        flags,
        done,
        `${count(written)} match keys of ${count(list.records)} rows, rejected ${rejected.total}`,
        io,
      );
      return statusFor(flags, rejected.total);
    });
  },
};

export const pairEncryptCommand: Command = {
  name: 'pair encrypt',
  summary: 'encrypt the match keys of your own list, for a partner',
  arguments: [folderArgument('keys', 'match keys, made by pair hash')],
  options: [
    folderOption('the encrypted identifiers, sorted,').makeOptionMandatory(),
    pairSaltOption(),
    pairKeyOption(),
    sealOption(),
    new Option(
      '--table <FILE>',
      'a publisher: write each match key with its Publisher Identifier to this file, for bid requests; it is not for partners',
    ),
    threadsOption(),
    jsonOption(),
  ],
  help: PAIR_COURSE,
  async run([path = ''], options, io) {
    const flags = options as unknown as PairFlags & { readonly table?: string };
    await checkNewFolder(flags.output);
    await checkDistinct([flags.table], [flags.salt, flags.key]);
    const salt = await readPairSalt(flags.salt, io);
    const key = await freshKey(flags, io);
    requireFreshSecret(salt, 'salt');
    return withSteps(flags, async (backend, sorter) => {
      const [keys, ids] = [sorter('keys'), sorter('ids')];
      for await (const batch of readRecords(path, AS_MATCH_KEYS, io)) await keys.add(batch);
      let repeated = 0;
      const own = distinct(keys.sorted(), (more) => {
        repeated += more;
      });
      const encrypt = async (table?: { write(text: string): Promise<void> }): Promise<void> => {
        await table?.write(csvLine(['match_key', 'publisher_id']));
        for await (const batch of own) {
          const encrypted = await encryptBatch(batch, salt, key, backend, { signal: io.signal });
          await ids.add(encrypted);
          const texts = table === undefined ? [] : pairIdsToTexts(encrypted);
          if (table !== undefined) {
            const hex = AS_MATCH_KEYS.write(batch);
            await writeAll(
              table,
              texts.map((text, i) => csvLine([hex[i]!, text])),
            );
          }
        }
        requirePairSize(ids.size, placeName(path));
      };
      if (flags.table === undefined) await encrypt();
      else await withOutputs([flags.table], [flags.salt, flags.key], io, (table) => encrypt(table!));
      await writeRecords(flags.output, AS_IDS, ids.sorted(), io);
      const words = `${count(ids.size)} identifiers, sorted; the partner has them encrypted once more`;
      await report(flags, { identifiers: ids.size, repeated }, words, io);
      return 0;
    });
  },
};

interface ReencryptFlags extends PairFlags {
  readonly partner: string;
  readonly policy?: string;
  readonly ledger?: string;
}

export const pairReencryptCommand: Command = {
  name: 'pair reencrypt',
  summary: "encrypt a partner's identifiers once more, within its budget",
  arguments: [folderArgument('theirs', "the partner's encrypted identifiers")],
  options: [
    folderOption('the identifiers under both keys, sorted as a whole,').makeOptionMandatory(),
    pairKeyOption(),
    sealOption(),
    new Option('--partner <NAME>', 'whose list it is: budgets hold for a name').makeOptionMandatory(),
    new Option(
      '--policy <FILE>',
      'sizes and budgets of what the partner may have encrypted, JSON (default: 1,000 to 1,000,000 identifiers and the budgets of veilmatch budget)',
    ),
    ledgerOption(),
    threadsOption(),
    jsonOption(),
  ],
  help: `
Re-encryption answers whatever is asked, under a key that lives for months. So every identifier is decoded first, the identity and
repeated ones are refused, and the partner is charged for all of them before anything is encrypted; the same list under the same
key is charged once. Nothing is left of the order in which the list came.
${PAIR_COURSE}`,
  async run([path = ''], options, io) {
    const flags = options as unknown as ReencryptFlags;
    await checkNewFolder(flags.output);
    const key = await freshKey(flags, io);
    return withSteps(flags, async (backend, sorter) => {
      const [asked, ids] = [sorter('asked'), sorter('ids')];
      const check = async (records: Uint8Array): Promise<Uint8Array> => {
        await checkBatch(records, backend, { signal: io.signal });
        return records;
      };
      for await (const batch of readRecords(path, AS_IDS, io, check)) await asked.add(batch);
      requirePairSize(asked.size, placeName(path));
      const digest = createHash('sha256').update(sha256(concatBytes(utf8('veilmatch pair key '), key.bytes)));
      for await (const batch of allDistinct(asked.sorted(), path)) digest.update(batch);
      await charge(asked.size, `pair ${bytesToHex(digest.digest()).slice(0, 32)}`, flags, io);
      for await (const batch of asked.sorted())
        await ids.add(await multiplyBatch(batch, key, backend, { signal: io.signal }));
      await writeRecords(flags.output, AS_IDS, ids.sorted(), io);
      const words = `${count(ids.size)} identifiers of ${flags.partner} under both keys, sorted`;
      await report(flags, { identifiers: ids.size, partner: flags.partner }, words, io);
      return 0;
    });
  },
};

/** @throws {VeilmatchError} `refused`, in this party's own words */
async function charge(size: number, run: string, flags: ReencryptFlags, io: Io): Promise<void> {
  const policy = flags.policy === undefined ? undefined : await readPolicy(flags.policy, io);
  if (policy?.largestRatio !== undefined) {
    throw new VeilmatchError(
      'argument',
      'largestRatio means nothing to pair reencrypt, which knows of no list of yours. Leave it out of the policy.',
    );
  }
  const ledger = await openLedger(flags.ledger);
  let limit: Refusal | undefined;
  try {
    const admit = admission({
      ...{ peer: partnerId(flags.partner), ledger, policy, run },
      onRefusal: (refusal) => {
        limit = refusal;
      },
    });
    await admit({ peerSize: size, ownSize: size, learns: 'pair', terms: pairTerms });
  } catch (error) {
    if (limit === undefined) throw error;
    throw new VeilmatchError(
      'refused',
      `${refusedBy(limit, { given: policy, usual: defaultPairPolicy })}. Nothing was written or counted.`,
    );
  } finally {
    await ledger.close();
  }
}

export const pairMatchCommand: Command = {
  name: 'pair match',
  summary: 'find what two lists under both keys share, and how much of each that is',
  arguments: [
    folderArgument('advertiser', "the advertiser's identifiers, encrypted once more by the publisher"),
    folderArgument('publisher', "the publisher's identifiers, encrypted once more by the advertiser"),
  ],
  options: [folderOption('what both have'), jsonOption()],
  help: `
Rates are whole per cents, and ">85%" above that. A publisher, who is told the rates alone, leaves -o away.
${PAIR_COURSE}`,
  async run(paths, options, io) {
    const flags = options as unknown as Pick<PairFlags, 'json'> & { readonly output?: string };
    const { output } = flags;
    if (output !== undefined) await checkNewFolder(output);
    const [advertiser, publisher] = paths as [string, string];
    return withSorters<ExitStatus>(output ?? 'pair-match', async (sorter) => {
      const lists = [advertiser, publisher].map((path, i) => ({ path, ids: sorter(`${i}`) })) as [Side, Side];
      for (const { path, ids } of lists) {
        for await (const batch of readRecords(path, AS_IDS, io)) await ids.add(batch);
        requirePairSize(ids.size, placeName(path));
      }
      const [a, b] = lists.map(({ path, ids }) => allDistinct(ids.sorted(), path));
      const shared = sharedRecords(a!, b!);
      let matched = 0;
      if (output !== undefined) matched = await writeRecords(output, AS_IDS, shared, io);
      else for await (const batch of shared) matched += batch.length / 32;
      const [ours, theirs] = lists.map(({ ids }) => ({
        identifiers: ids.size,
        rate: pairMatchRate(matched, ids.size),
      })) as [Rate, Rate];
      const words = `${ours.rate} of the advertiser's ${count(ours.identifiers)} identifiers, ${theirs.rate} of the publisher's ${count(theirs.identifiers)}`;
      await report(
        { ...flags, output: output ?? 'match' },
        { advertiser: ours, publisher: theirs },
        words,
        io,
      );
      return 0;
    });
  },
};

interface Side {
  readonly path: string;
  readonly ids: ReturnType<Parameters<Parameters<typeof withSorters>[1]>[0]>;
}

interface Rate {
  readonly identifiers: number;
  readonly rate: string;
}

export const pairDecryptCommand: Command = {
  name: 'pair decrypt',
  summary: 'take your own key off identifiers that match: an advertiser is left with Publisher Identifiers',
  arguments: [folderArgument('shared', 'what both lists have, made by pair match')],
  options: [
    folderOption('the identifiers under the key of the partner alone').makeOptionMandatory(),
    pairKeyOption(),
    sealOption(),
    threadsOption(),
    jsonOption(),
  ],
  help: PAIR_COURSE,
  async run([path = ''], options, io) {
    const flags = options as unknown as PairFlags;
    await checkNewFolder(flags.output);
    const key = await freshKey(flags, io);
    return withSteps(flags, async (backend, sorter) => {
      const ids = sorter('ids');
      const decrypt = (records: Uint8Array): Promise<Uint8Array> =>
        divideBatch(records, key, backend, { signal: io.signal });
      for await (const batch of readRecords(path, AS_IDS, io, decrypt)) await ids.add(batch);
      const written = await writeRecords(flags.output, AS_IDS, allDistinct(ids.sorted(), path), io);
      await report(flags, { identifiers: written }, `${count(written)} identifiers, for the DSP`, io);
      return 0;
    });
  },
};

async function freshKey({ key, sealKeyFile }: PairFlags, io: Io): Promise<PairSecret> {
  const read = await readPairKey(key, sealKeyFile, io);
  requireFreshSecret(read, 'key');
  return read;
}

/** With a backend and a place to sort in, for as long as `body` runs. */
async function withSteps(
  { threads, output }: PairFlags,
  body: (
    backend: GroupBackend,
    sorter: Parameters<Parameters<typeof withSorters>[1]>[0],
  ) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const backend = await createBackend(threads === undefined ? {} : { concurrency: threads });
  try {
    return await withSorters(output, (sorter) => body(backend, sorter));
  } finally {
    await backend.dispose();
  }
}

async function report(
  { json, output }: Pick<PairFlags, 'json' | 'output'>,
  done: Readonly<Record<string, unknown>>,
  words: string,
  io: Io,
): Promise<void> {
  io.stderr.write(`${pathName(output)}: ${words}\n`);
  if (json) await withOutputs([undefined], [], io, (out) => out!.write(`${JSON.stringify(done)}\n`));
}
