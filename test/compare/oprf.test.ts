// SPDX-License-Identifier: Apache-2.0
/** Matching by a VOPRF: what one key links, what a fresh one does not, and how requests are cut. */
import { describe, expect, it } from 'vitest';
import { ByteList, bytesToHex, utf8 } from '../../src/bytes.js';
import { type MatchOutcome, protocols } from '../../src/compare/index.js';
import { createBackend } from '../../src/group/select.js';
import { IdentifierSet } from '../../src/identifiers/index.js';
import { ristretto255Sha512, VOPRFServer } from '../../src/oprf/index.js';
import { randomScalar } from '../../src/random.js';
import { expectCode } from '../suites/errors.js';
import { SLOW } from '../support/effort.js';

const protocol = protocols.find(({ id }) => id === 'oprf')!;
const backend = await createBackend({ concurrency: 1 });

function records({ views }: MatchOutcome, name: string): string[] {
  const sent = views.outsider.transcript.messages.filter((message) => message.name === name);
  return sent.flatMap(({ bytes }) => bytesToHex(bytes).match(/.{64}/g) ?? []);
}

const run = (receiver: readonly string[], sender: readonly string[], oprfKey?: Uint8Array) =>
  protocol.run(IdentifierSet.ofStrings(receiver), IdentifierSet.ofStrings(sender), { backend, oprfKey });

describe('the tokens of a VOPRF', () => {
  it('are the same in every run under one key, so that whoever sees two runs sees who came back', async () => {
    const key = randomScalar();
    const [first, second] = [await run(['a'], ['x', 'y', 'z'], key), await run(['a'], ['y', 'z', 'w'], key)];
    const before = new Set(records(first, 'tokens'));
    expect(records(second, 'tokens').filter((token) => before.has(token))).toHaveLength(2);
  });

  it('let a receiver recognise later what it once asked', async () => {
    const key = randomScalar();
    const suite = ristretto255Sha512(backend);
    const asked = await new VOPRFServer(suite, key).evaluate(ByteList.from([utf8('opaque:ada')]));
    const later = await run([], ['ada', 'grace'], key);
    expect(records(later, 'tokens')).toContain(bytesToHex(asked.subarray(0, 32)));
  });

  it('have nothing in common under two keys', async () => {
    const [first, second] = [await run(['a'], ['x', 'y']), await run(['a'], ['x', 'y'])];
    const before = new Set(records(first, 'tokens'));
    expect(records(second, 'tokens').filter((token) => before.has(token))).toEqual([]);
  });

  it('come sorted, whatever the order of the list', async () => {
    const key = randomScalar();
    const [first, second] = [await run([], ['x', 'y', 'z'], key), await run([], ['z', 'x', 'y'], key)];
    expect(records(first, 'tokens')).toEqual(records(second, 'tokens'));
    expect(records(first, 'tokens')).toEqual([...records(first, 'tokens')].sort());
  });
});

it('no question is the same twice, under one key either', async () => {
  const key = randomScalar();
  const questions = [
    ...records(await run(['a', 'b'], []), 'blinded'),
    ...records(await run(['a', 'b'], [], key), 'blinded'),
  ];
  questions.push(...records(await run(['a', 'b'], [], key), 'blinded'));
  expect(new Set(questions).size).toBe(6);
});

it('a key that is none is refused', async () => {
  await expectCode('bad-scalar', () => run(['a'], ['a'], new Uint8Array(32)));
  await expectCode('argument', () => run(['a'], ['a'], new Uint8Array(31)));
});

it('sends 32 bytes each way for a question, a proof for a request and 32 bytes a token', async () => {
  const { bytes } = await run(['a', 'b', 'c'], ['a', 'd']);
  expect(bytes).toEqual({ toSender: 3 * 32, toReceiver: 32 + 3 * 32 + 64 + 2 * 32 });
});

it.runIf(SLOW)(
  'more questions than one proof covers take another request',
  async () => {
    const many = Array.from({ length: 65_536 }, (_, i) => `${i}`);
    const outcome = await run(many, ['0', '65535', 'x']);
    expect(outcome.matches).toEqual([0, 65_535]);
    const { messages } = outcome.views.outsider.transcript;
    expect(messages.filter(({ name }) => name === 'proof').map(({ bytes }) => bytes.length)).toEqual([
      64, 64,
    ]);
  },
  600_000,
);
