// SPDX-License-Identifier: Apache-2.0
/**
 * PAIR with the Go program of Optable itself as the partner, in both roles. It is built in CI, or where OPTABLE_MATCH names a copy of
 * its repository, and only where Go and the module can be had; test/vectors/pair.json has what it makes of fixed inputs for everywhere else.
 */

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pairProgram, pairStep } from '../../bench/pair/program.js';
import { bytesToBase64, concatBytes } from '../../src/bytes.js';
import { createBackend } from '../../src/group/select.js';
import {
  createPairKey,
  createPairSalt,
  decryptPairIds,
  encryptMatchKeys,
  matchPairIds,
  pairIdsFromTexts,
  pairIdsToTexts,
  reencryptPairIds,
} from '../../src/pair/index.js';
import { sortRecords } from '../../src/sorting.js';

const wanted = Boolean(process.env.CI || process.env.OPTABLE_MATCH);
const program = wanted ? pairProgram() : { missing: 'not asked for, by CI or OPTABLE_MATCH' };
const path = 'path' in program ? program.path : undefined;
const why = 'missing' in program ? ` (left out: ${program.missing})` : '';
afterAll(() => {
  if (path !== undefined) rmSync(dirname(path), { recursive: true, force: true });
});

const keyOf = (i: number): Uint8Array => createHash('sha256').update(`person${i}@example.com`).digest();
const keysOf = (from: number, to: number): Uint8Array =>
  concatBytes(...Array.from({ length: to - from }, (_, i) => keyOf(from + i)));
const hexOf = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => Buffer.from(keyOf(from + i)).toString('hex'));

describe.skipIf(path === undefined)(`ten thousand identifiers with the Go program${why}`, () => {
  it.each(['advertiser', 'publisher'] as const)(
    'as %s',
    async (role) => {
      const backend = await createBackend({ concurrency: 1 });
      const [salt, ours, theirs] = [createPairSalt(), createPairKey(), createPairKey()];
      const go = (step: 'encrypt' | 'reencrypt' | 'decrypt', lines: readonly string[]): Uint8Array =>
        pairIdsFromTexts(
          pairStep(path!, step, { salt: bytesToBase64(salt.bytes), key: bytesToBase64(theirs.bytes) }, lines)
            .lines,
        );
      const own = await encryptMatchKeys(keysOf(0, 10_000), salt, ours, { backend });
      const peer = go('encrypt', hexOf(4000, 14_000));
      const [ownTwice, peerTwice] = [
        go('reencrypt', pairIdsToTexts(own)),
        await reencryptPairIds(peer, ours, { backend }),
      ];
      const lists = [ownTwice, peerTwice] as const;
      const [advertiser, publisher] = role === 'advertiser' ? lists : lists.toReversed();
      const match = await matchPairIds(advertiser!, publisher!);
      expect(match).toMatchObject({ size: 6000, advertiserRate: '60%', publisherRate: '60%' });
      const ids =
        role === 'advertiser'
          ? await decryptPairIds(match.matched, ours, { backend })
          : go('decrypt', pairIdsToTexts(match.matched));
      const publisherIds = role === 'advertiser' ? peer.subarray(0, 6000 * 32) : own.subarray(4000 * 32);
      expect(sortRecords(ids, 32)).toEqual(sortRecords(publisherIds, 32));
      await backend.dispose();
    },
    120_000,
  );
});
