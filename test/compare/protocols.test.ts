// SPDX-License-Identifier: Apache-2.0
/** One suite for every `MatchingProtocol`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protocols, type RunOptions } from '../../src/compare/index.js';
import { IdentifierSet, identifiersFromRows } from '../../src/identifiers/index.js';
import { expectCode } from '../suites/errors.js';
import { times } from '../support/effort.js';

const list = fc.array(fc.integer({ min: 0, max: 9 }).map(String), { maxLength: 7 });
/** As cheap as slow hashing gets: these tests are about matching. */
const options: RunOptions = { cost: { function: 'scrypt', logN: 1, r: 1, p: 1 } };

describe.each(protocols)('$id', (protocol) => {
  it('finds exactly the plain intersection, for arbitrary lists with duplicates, empty ones too', async () => {
    await fc.assert(
      fc.asyncProperty(list, list, async (receiver, sender) => {
        const theirs = new Set(sender);
        const rows = [...receiver.keys()].filter((row) => theirs.has(receiver[row]!));
        const outcome = await protocol.run(
          IdentifierSet.ofStrings(receiver),
          IdentifierSet.ofStrings(sender),
          options,
        );
        expect(outcome.size).toBe(new Set(rows.map((row) => receiver[row])).size);
        expect(outcome.matches).toEqual(protocol.reveals === 'intersection' ? rows : undefined);
      }),
      { numRuns: times(15) },
    );
  });

  it('counts every byte that was sent', async () => {
    const set = IdentifierSet.ofStrings(['a', 'b', 'c']);
    const { bytes, views } = await protocol.run(set, set, options);
    for (const { transcript } of Object.values(views)) {
      const sent = (from: string): number =>
        transcript.messages
          .filter((message) => message.from === from)
          .reduce((sum, { bytes }) => sum + bytes.length, 0);
      expect(bytes).toEqual({ toSender: sent('receiver'), toReceiver: sent('sender') });
      expect(transcript.protocol).toBe(protocol.id);
    }
    expect(bytes.toReceiver).toBeGreaterThan(0);
  });

  it('says what it leaks, to whom', () => {
    for (const sentence of Object.values(protocol.leakage)) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  it('refuses lists that can never match', async () => {
    const { set } = await identifiersFromRows([{ phone: '+14155550123' }]);
    const strings = IdentifierSet.ofStrings(['+14155550123']);
    await expectCode('incompatible-lists', () => protocol.run(set, strings, options));
  });

  it('stops when the signal fires, at the latest before it has a result', async () => {
    if (['oprf', 'contact-discovery'].includes(protocol.id) || protocol.id.startsWith('ecdh')) {
      const set = IdentifierSet.ofStrings(['a']);
      await expectCode('aborted', () => protocol.run(set, set, { ...options, signal: AbortSignal.abort() }));
    } else {
      const set = IdentifierSet.ofStrings(Array.from({ length: 100_000 }, (_, i) => `${i}`));
      await expectCode('aborted', () => protocol.run(set, set, { ...options, signal: AbortSignal.abort() }));
    }
  });
});
