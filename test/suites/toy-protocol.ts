// SPDX-License-Identifier: Apache-2.0
/**
 * A protocol that nobody should run, as a folder of the package would define one: both parties send plain hashes of their
 * lists. It is here to show what a value and a line of the registry bring with them.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { ByteList, concatBytes, DistinctBytes } from '../../src/bytes.js';
import { VeilmatchError } from '../../src/errors.js';
import { unlabelled } from '../../src/identifiers/identifier.js';
import type { IdentifierSet } from '../../src/identifiers/set.js';
import { countingTerms } from '../../src/policy/terms.js';
import type { DescribedProtocol } from '../../src/psi/run/described.js';
import { listIdentity } from '../../src/psi/run/list-digest.js';
import { type Program, PsiMachine } from '../../src/psi/run/machine.js';
import { type OptionOf, yesOrNo } from '../../src/psi/run/options.js';
import type { CommonOptions } from '../../src/psi/run/party.js';
import type { ByRole, ListOwn, Party } from '../../src/psi/run/protocol.js';
import type { CardinalityResult } from '../../src/psi/run/result.js';
import { secureRandom } from '../../src/random.js';

const DIGEST_BYTES = 32;

export interface ToyOptions {
  /** Whether the parties greet each other. */
  readonly polite: boolean;
}

const polite: OptionOf<boolean> = yesOrNo('polite', {
  agreed: false,
  repeated: true,
});

const tokensOf = (set: IdentifierSet): Uint8Array =>
  concatBytes(...Array.from(set.elements, (element) => sha256(unlabelled(element))));

function checked(tokens: Uint8Array | undefined): Uint8Array {
  if (tokens !== undefined && tokens.length % DIGEST_BYTES === 0) return tokens;
  throw new VeilmatchError('bad-message', 'The peer sent no list of hashes.');
}

async function* program(
  { set }: ListOwn,
  asking: boolean,
  { admit, random = secureRandom }: CommonOptions,
): Program<CardinalityResult> {
  const own = tokensOf(set);
  random(DIGEST_BYTES);
  if (asking) yield own;
  const theirs = checked(yield undefined);
  const peerSize = theirs.length / DIGEST_BYTES;
  await admit?.({ peerSize, ownSize: set.size, learns: 'toy', terms: countingTerms });
  if (!asking) yield own;
  const table = new DistinctBytes();
  for (let at = 0; at < own.length; at += DIGEST_BYTES) table.add(own, at, at + DIGEST_BYTES);
  let size = 0;
  for (let at = 0; at < theirs.length; at += DIGEST_BYTES) {
    if (table.indexOf(theirs, at, at + DIGEST_BYTES) >= 0) size++;
  }
  return { size, peerSize };
}

const party: Omit<Party<ListOwn, ToyOptions, CardinalityResult, CardinalityResult>, 'machine'> = {
  result: async (_, end) => end,
  identity: ({ set }) => listIdentity(set),
};

export const toy: DescribedProtocol<ByRole<ListOwn>, ToyOptions, ByRole<CardinalityResult>> = {
  id: 'toy',
  mode: 0,
  title: 'a toy: plain hashes, both ways',
  options: { polite },
  flags: { polite: { flags: '--polite', help: 'begin with a greeting' } },
  draws: { receiver: () => ['nonce'], sender: () => ['nonce'] },
  receiver: {
    ...party,
    machine: (own, options) => new PsiMachine('receiver', program(own, true, options)),
  },
  sender: { ...party, machine: (own, options) => new PsiMachine('sender', program(own, false, options)) },
  terms: countingTerms,
  leakage: () => ({
    result: 'How many identifiers both have.',
    receiver: 'Everything.',
    sender: 'Everything.',
    outsider: 'Everything.',
    enumerating: 'Everything.',
  }),
  nameOf: () => 'hashes',
  observe: (frames) => ({
    kind: 'tokens',
    scheme: { hash: 'plain', algorithm: 'sha256' },
    format: 'e164',
    digests: ByteList.from(frames.map(({ bytes }) => bytes)).bytes,
  }),
};
