// SPDX-License-Identifier: Apache-2.0
/**
 * The published test vectors of `test/vectors/cases/`: their shape, and a party of this package that a test of them
 * speaks to. `test/vectors/cases/schema.json` says the same for other languages.
 */

import { ByteList, bytesToHex, hexToBytes, utf8 } from '../../src/bytes.js';
import { contactClient } from '../../src/contact/client.js';
import type { ContactDirectory } from '../../src/contact/index.js';
import { contactServer } from '../../src/contact/server.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { kindOf } from '../../src/identifiers/identifier.js';
import { type IdentifierSet, SetBuilder } from '../../src/identifiers/set.js';
import type { PsiMachine } from '../../src/psi/index.js';
import type { BlindingName } from '../../src/psi/intersection/additive.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { joinIdsReceiver, joinIdsSender } from '../../src/psi/join-ids/join-ids.js';
import { peopleReceiver, peopleSender } from '../../src/psi/people/people.js';
import { dummies } from '../../src/psi/run/padding.js';
import type { Learner, Role } from '../../src/psi/run/suite.js';
import { sumReceiver } from '../../src/psi/sum/receiver.js';
import { sumSender } from '../../src/psi/sum/sender.js';
import { replayedRandom } from '../../src/random.js';

/** Bytes that a party draws: what for, and which. */
export interface Draw {
  readonly name: string;
  readonly hex: string;
}

export interface PartyInput {
  /** Canonical identifiers of each row, as text; `dummy:` and hexadecimal for a dummy. */
  readonly rows: readonly (readonly string[])[];
  /** Of each row, in the mode sum. */
  readonly values?: readonly number[];
  /** The receiver's, where it may choose. */
  readonly blinding?: BlindingName;
  /** In the order in which they are drawn. */
  readonly draws: readonly Draw[];
}

/** What the two parties agree on. */
export interface Parameters {
  readonly mode: 'intersection' | 'cardinality' | 'sum' | 'join-ids';
  readonly to: Learner;
  readonly verifiable: boolean;
  readonly several: boolean;
  readonly maxPeerSize: number;
}

/** The number of a frame of the group, other bytes, or bytes filled up with zeros to a length. */
export type GivenFrame = number | string | { readonly hex: string; readonly length: number };

export type Outcome = Readonly<Record<string, unknown>>;

/** What one party is given, and what has to come of it. */
export interface VectorTest {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly role: Role;
  /** Frames of the peer, in order. */
  readonly given: readonly GivenFrame[];
  /** Frames that the party sends: all of them where it comes to an end, at most these where it refuses. */
  readonly sends: readonly GivenFrame[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
  /** What the party knows at the end; not of an invalid test. */
  readonly outcome?: Outcome;
  /** The code that this package refuses with; not of a valid test. */
  readonly refusal?: string;
}

export interface GroupFrame {
  readonly from: Role;
  readonly hex: string;
}

/** Tests around one run. */
export interface RunGroup {
  readonly type: 'Run';
  readonly comment: string;
  readonly parameters: Parameters;
  readonly receiver: PartyInput;
  readonly sender: PartyInput;
  /** Of the undisturbed run, each party's in order. */
  readonly frames: readonly GroupFrame[];
  readonly sid: string;
  /** Each tag, by the canonical identifier that it is of; dummies left out. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly tests: readonly VectorTest[];
}

/** Tests around one run of contact discovery; the client is the receiver. */
export interface ContactGroup {
  readonly type: 'ContactRun';
  readonly comment: string;
  readonly setId: string;
  readonly epoch: number;
  readonly secretKey: string;
  readonly publicKey: string;
  readonly receiver: PartyInput;
  readonly sender: PartyInput;
  readonly frames: readonly GroupFrame[];
  /** The tags of the client's contacts. */
  readonly tags: Readonly<Record<string, string>>;
  readonly published: { readonly header: string; readonly filters: readonly string[] };
  readonly pin: { readonly signer: string };
  readonly tests: readonly VectorTest[];
}

/** What a client does with a published set. */
export interface PublishedTest {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly setId: string;
  readonly leastEpoch: number;
  readonly pin: { readonly signer: string } | { readonly digest: string };
  readonly header: string;
  readonly filters: readonly string[];
  readonly result: 'valid' | 'invalid';
  readonly outcome?: Outcome;
  readonly refusal?: string;
}

export interface PublishedGroup {
  readonly type: 'PublishedSet';
  readonly comment: string;
  readonly tests: readonly PublishedTest[];
}

export type Group = RunGroup | ContactGroup | PublishedGroup;

export interface VectorFile {
  readonly $schema: string;
  readonly protocol: string;
  readonly family: string;
  readonly header: readonly string[];
  readonly numberOfTests: number;
  readonly notes: Readonly<Record<string, { readonly bugType: string; readonly description: string }>>;
  readonly testGroups: readonly Group[];
}

/** The files, by the name of their family. */
export const FAMILIES = [
  'intersection',
  'cardinality',
  'sum',
  'join-ids',
  'several-identifiers',
  'contact-discovery',
] as const;
export type Family = (typeof FAMILIES)[number];

export function setOf({ rows }: PartyInput): IdentifierSet {
  const builder = new SetBuilder();
  const padding: Uint8Array[] = [];
  for (const [row, texts] of rows.entries()) {
    if (texts[0]?.startsWith('dummy:')) {
      padding.push(...dummies(1, replayedRandom([hexToBytes(texts[0].slice('dummy:'.length))])));
      continue;
    }
    for (const text of texts) {
      const canonical = utf8(text);
      builder.add(row, kindOf(canonical), canonical);
    }
    builder.rowCount++;
  }
  const set = builder.build();
  return padding.length === 0 ? set : set.withoutRows(ByteList.from(padding));
}

/** This package's party of a run. */
export function machineOf(parameters: Parameters, input: PartyInput, role: Role): PsiMachine<unknown> {
  const { mode, verifiable, several, maxPeerSize } = parameters;
  const set = setOf(input);
  const random = replayedRandom(input.draws.map(({ hex }) => hexToBytes(hex)));
  const common = { backend, random, maxPeerSize };
  const receives = role === 'receiver';
  if (mode === 'join-ids') return receives ? joinIdsReceiver(set, common) : joinIdsSender(set, common);
  if (mode === 'sum') {
    // The receiver of a vector knows that the sender chooses the values.
    const to = parameters.to as 'receiver' | 'sender';
    const options = { ...common, people: several, to, acceptChosenValues: true };
    return receives ? sumReceiver(set, options) : sumSender(set, input.values ?? [], options);
  }
  if (several) return receives ? peopleReceiver(set, common) : peopleSender(set, common);
  const to = parameters.to as 'receiver' | 'both';
  const options = { ...common, reveal: mode, to, verifiable, blinding: input.blinding };
  return receives ? psiReceiver(set, options) : psiSender(set, options);
}

/** This package's party of contact discovery. */
export function contactMachineOf(
  group: Pick<ContactGroup, 'setId' | 'epoch' | 'secretKey' | 'receiver' | 'sender'>,
  directory: ContactDirectory,
  role: Role,
): PsiMachine<unknown> {
  const { setId, epoch, secretKey } = group;
  const input = group[role];
  const random = replayedRandom(input.draws.map(({ hex }) => hexToBytes(hex)));
  if (role === 'receiver') return contactClient(setOf(input), directory, { backend, random });
  const served = { setId, epoch, secretKey: hexToBytes(secretKey), size: setOf(input).size };
  return contactServer([served], { backend, random });
}

/**
 * What a machine knows at the end, as JSON: bytes as records of 16 in hexadecimal, nothing that is undefined. A sum that is
 * left to be worked out when the run is over is worked out.
 */
export async function outcomeOf(result: unknown): Promise<Outcome> {
  const fields: Array<[string, unknown]> = [];
  for (const [name, value] of Object.entries(result as Record<string, unknown>)) {
    const { solve } = (value ?? {}) as { solve?: () => Promise<number> };
    if (value instanceof Uint8Array) fields.push([name, bytesToHex(value).match(/.{32}/g) ?? []]);
    else fields.push(solve === undefined ? [name, value] : ['sum', await solve.call(value)]);
  }
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.parse(JSON.stringify(Object.fromEntries(fields)));
}

/** The bytes of a frame that a test names. */
export function frameBytes(frame: GivenFrame, frames: readonly GroupFrame[]): Uint8Array {
  if (typeof frame === 'number') return hexToBytes(frames[frame]!.hex);
  if (typeof frame === 'string') return hexToBytes(frame);
  const bytes = new Uint8Array(frame.length);
  bytes.set(hexToBytes(frame.hex));
  return bytes;
}
