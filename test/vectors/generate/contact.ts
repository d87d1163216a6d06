// SPDX-License-Identifier: Apache-2.0
/** Vectors of contact discovery: what a client trusts of a published set, and a run of a client with a server. */

import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { bytesToHex, concatBytes, hexToBytes, u16, u32, utf8 } from '../../../src/bytes.js';
import { headerDigest } from '../../../src/contact/header.js';
import { openPublishedSet, publishSet } from '../../../src/contact/index.js';
import { HEADER_LABEL } from '../../../src/contact/suite.js';
import { nobleBackend as backend } from '../../../src/group/noble.js';
import { signingPublicKey } from '../../../src/signing.js';
import { outputOf, referenceTag } from '../../suites/reference-contact.js';
import {
  type ContactGroup,
  contactMachineOf,
  type PublishedGroup,
  type PublishedTest,
  setOf,
  type VectorTest,
} from '../../suites/vectors.js';
import { badElements, badLists, patched, recordAt, swapped, tooMany } from './changes.js';
import { ASKED, HELD, party } from './lists.js';
import { drawn, recordFrames, TestsOfRun, type Unnumbered } from './run.js';

const ELEMENT = 32;
const PROOF = 64;
const NAME = { setId: 'vectors', epoch: 7 } as const;
const [secretKey, signingKey, otherKey, otherSigner] = drawn('contact keys', ['k', 'sign', 'k', 'sign']).map(
  ({ hex }) => hexToBytes(hex),
) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
const signer = bytesToHex(signingPublicKey(signingKey));

type UnnumberedContact =
  | (Omit<ContactGroup, 'tests'> & { readonly tests: Array<Unnumbered<VectorTest>> })
  | (Omit<PublishedGroup, 'tests'> & { readonly tests: Array<Unnumbered<PublishedTest>> });

const server = party('contact S', HELD, ['proof']);
const publish = (key = signingKey, name: { setId: string; epoch: number } = NAME, k = secretKey) =>
  publishSet(setOf(server), {
    ...name,
    keys: { secretKey: k, signingKey: key },
    backend,
    kind: 'golomb',
    falsePositiveRate: 2 ** -24,
  });

export async function contactGroups(): Promise<UnnumberedContact[]> {
  return [await runGroup(), await publishedGroup()];
}

async function runGroup(): Promise<UnnumberedContact> {
  const published = await publish();
  const directory = await openPublishedSet(published, {
    setId: NAME.setId,
    pin: { signer: hexToBytes(signer) },
  });
  const receiver = party('contact C', ASKED, ['r', 'r', 'r']);
  const inputs = { ...NAME, secretKey: bytesToHex(secretKey), receiver, sender: server };
  const make = (role: 'receiver' | 'sender') => contactMachineOf(inputs, directory, role);
  const run = new TestsOfRun(
    await recordFrames({ receiver: make('receiver'), sender: make('sender') }),
    make,
  );
  await run.undisturbed('the run', ['Run', 'Contact']);

  const query = run.find('receiver', 32);
  const set = (offset: number, bytes: Uint8Array, code: string, comment: string, flag: string): void =>
    run.changed('sender', query, (f) => patched(f, offset, bytes), code, `Query: ${comment}`, flag);
  set(1, u16(2), 'incompatible-peer', 'version 2', 'OtherVersion');
  set(3, u32(8), 'incompatible-peer', 'an epoch that is not served', 'OtherRun');
  set(12, utf8('V'), 'incompatible-peer', 'a set that is not served', 'OtherRun');
  set(11, Uint8Array.of(8), 'bad-message', 'an id that is shorter than it says', 'FrameLength');
  set(11, Uint8Array.of(0), 'bad-message', 'an empty id, and bytes behind it', 'FrameLength');
  set(12, Uint8Array.of(0xff), 'bad-message', 'an id that is no UTF-8', 'FrameLength');
  run.changed('sender', query, (f) => f.slice(0, 9), 'bad-message', 'Query: cut off', 'FrameLength');
  const blinded = run.find('receiver', 33);
  run.refuses('sender', query, blinded, 'unexpected-message', 'Blinded comes first', 'OutOfTurn');
  run.refuses('sender', blinded, query, 'unexpected-message', 'a second Query', 'OutOfTurn');
  badElements(run, 'sender', blinded, recordAt(1, ELEMENT), 'an element of Blinded', true);
  badLists(run, 'sender', blinded, 'Blinded');
  tooMany(run, 'sender', blinded, ELEMENT, 'Blinded');

  const evaluated = run.find('sender', 34);
  badElements(run, 'receiver', evaluated, recordAt(1, ELEMENT), 'an element of Evaluated', true);
  const bad = (
    change: (frame: Uint8Array) => Uint8Array,
    code: string,
    comment: string,
    flag: string,
  ): void => run.changed('receiver', evaluated, change, code, `Evaluated: ${comment}`, flag);
  const proofAt = run.bytes(evaluated).length - PROOF;
  bad((f) => patched(f, 1, u32(1)), 'bad-message', 'begins at element 1', 'BrokenList');
  bad((f) => f.slice(0, -1), 'wrong-size', 'the proof is cut off', 'FrameLength');
  bad(
    (f) => concatBytes(f.slice(0, proofAt - ELEMENT), f.slice(proofAt)),
    'wrong-size',
    'an answer is missing',
    'BrokenList',
  );
  bad(
    (f) => concatBytes(f.slice(0, proofAt), f.slice(5, 5 + ELEMENT), f.slice(proofAt)),
    'wrong-size',
    'an answer too many',
    'TooMany',
  );
  bad((f) => swapped(f, 0, 1, ELEMENT), 'bad-proof', 'two answers changed for one another', 'Proof');
  bad((f) => patched(f, proofAt, [f[proofAt]! ^ 1]), 'bad-proof', 'one bit of c changed', 'Proof');
  bad((f) => patched(f, proofAt + 32, [f[proofAt + 32]! ^ 1]), 'bad-proof', 'one bit of s changed', 'Proof');
  bad(
    (f) => patched(f, proofAt, new Uint8Array(PROOF).fill(0xff)),
    'bad-proof',
    'scalars that are not reduced',
    'Proof',
  );
  const stranger = contactMachineOf({ ...inputs, secretKey: bytesToHex(otherKey) }, directory, 'sender');
  const answers: Uint8Array[] = [];
  for await (const _ of stranger.start()) throw new Error('A server does not begin.');
  for (const frame of [query, blinded]) {
    for await (const answer of stranger.receive(run.bytes(frame))) answers.push(answer);
  }
  run.refuses(
    'receiver',
    evaluated,
    bytesToHex(answers[0]!),
    'bad-proof',
    'Evaluated: answers of another key, with its proof',
    'Proof',
  );
  run.refuses('receiver', evaluated, query, 'unexpected-message', 'a Query for the client', 'OutOfTurn');
  run.refuses('receiver', evaluated, '', 'bad-message', 'a frame without a byte', 'FrameLength');

  const { header, filters } = published;
  return {
    type: 'ContactRun',
    comment: 'a client with three contacts, two of which are in the set',
    ...NAME,
    secretKey: bytesToHex(secretKey),
    publicKey: bytesToHex(directory.publicKey),
    ...{ receiver, sender: server, frames: run.frames },
    tags: await tagsOf(),
    published: { header: bytesToHex(header), filters: filters.map(bytesToHex) },
    pin: { signer },
    tests: run.tests,
  };
}

/** The tags of the contacts, from the second implementation. */
async function tagsOf(): Promise<Record<string, string>> {
  const publicKey = await backend.multiplyBase(secretKey);
  return Object.fromEntries(
    [...new Set(ASKED.flat())].map((name) => [
      name,
      bytesToHex(referenceTag(NAME, outputOf(utf8(name), secretKey, publicKey))),
    ]),
  );
}

/** A header's body with a new signature of the right key. */
function resigned(body: Uint8Array): Uint8Array {
  return concatBytes(body, ed25519.sign(concatBytes(HEADER_LABEL, body), signingKey));
}

/** The header with L added to the S of its signature: the same equation, but not the one signature of RFC 8032. */
function plusOrder(header: Uint8Array): Uint8Array {
  const S = bytesToNumberLE(header.slice(-32)) + ed25519.Point.Fn.ORDER;
  return concatBytes(header.slice(0, -32), numberToBytesLE(S, 32));
}

async function publishedGroup(): Promise<UnnumberedContact> {
  const good = await publish();
  const [header, filters] = [good.header, good.filters.map(bytesToHex)];
  const hex = bytesToHex(header);
  const digest = bytesToHex(headerDigest(header));
  const tests: Array<Unnumbered<PublishedTest>> = [];
  const base = { setId: NAME.setId, leastEpoch: 0, pin: { signer }, header: hex, filters };
  const refuse = (change: Partial<PublishedTest>, refusal: string, comment: string, flag: string): void =>
    void tests.push({ comment, flags: [flag], ...base, ...change, result: 'invalid', refusal });
  const accept = (change: Partial<PublishedTest>, comment: string): void => {
    const outcome = { size: 4, epoch: NAME.epoch, publicKey: hex.slice(68, 132) };
    tests.push({ comment, flags: ['Contact'], ...base, ...change, result: 'valid', outcome });
  };
  accept({}, 'pinned by the key that signed it');
  accept({ pin: { digest } }, 'pinned by its digest');
  accept({ leastEpoch: NAME.epoch }, 'of the last epoch that was seen');

  const signedBy = async (...args: Parameters<typeof publish>) => bytesToHex((await publish(...args)).header);
  refuse({ header: await signedBy(otherSigner) }, 'wrong-pin', 'signed by another key', 'Signature');
  refuse(
    { header: `${hex.slice(0, -2)}${hex.endsWith('00') ? '01' : '00'}` },
    'wrong-pin',
    'the last byte of the signature changed',
    'Signature',
  );
  refuse(
    { header: bytesToHex(plusOrder(header)) },
    'wrong-pin',
    'S + L in the signature, which strict verification does not take',
    'Signature',
  );
  const small = concatBytes(header.slice(0, -64), new Uint8Array(64).fill(1, 0, 1));
  const smallKey = bytesToHex(Uint8Array.of(1, ...new Uint8Array(31)));
  refuse(
    { header: bytesToHex(small), pin: { signer: smallKey } },
    'wrong-pin',
    'a key of small order, under which everything is signed',
    'Signature',
  );
  refuse({ header: hex.slice(0, -2) }, 'wrong-pin', 'the signature is cut off', 'Signature');
  refuse(
    { header: bytesToHex(patched(header, 34, [header[34]! ^ 1])) },
    'wrong-pin',
    'one bit of B changed',
    'Signature',
  );
  const elsewhere = bytesToHex((await publish(signingKey, NAME, otherKey)).header);
  refuse(
    { header: elsewhere, pin: { digest } },
    'wrong-pin',
    'another header of the same signer, where one is pinned by its digest',
    'Signature',
  );
  refuse({ setId: 'Vectors' }, 'incompatible-peer', 'another set than the one asked for', 'OtherRun');
  refuse({ leastEpoch: NAME.epoch + 1 }, 'incompatible-peer', 'an epoch below one that was seen', 'OtherRun');
  refuse({ header: `56${hex.slice(2)}` }, 'bad-message', 'it begins with another word', 'NoHello');
  const signedOver = async (change: (body: Uint8Array) => Uint8Array) =>
    bytesToHex(resigned(change(header.slice(0, -64))));
  refuse(
    { header: await signedOver((b) => patched(b, 17, [0, 2])) },
    'incompatible-peer',
    'version 2, signed',
    'OtherVersion',
  );
  refuse(
    { header: await signedOver((b) => patched(b, 19, [2])) },
    'incompatible-peer',
    'suite 2, signed',
    'OtherVersion',
  );
  refuse(
    { header: await signedOver((b) => patched(b, 20, [1])) },
    'incompatible-peer',
    'identifiers of format 1, signed',
    'OtherVersion',
  );
  refuse(
    { header: await signedOver((b) => patched(b, 22, [0])) },
    'bad-message',
    'an empty id, signed',
    'BrokenList',
  );
  refuse(
    { header: await signedOver((b) => b.slice(0, -1)) },
    'bad-message',
    'cut off before the signature, signed',
    'BrokenList',
  );
  refuse(
    { header: await signedOver((b) => concatBytes(b, Uint8Array.of(0))) },
    'bad-message',
    'a byte behind the last segment, signed',
    'BrokenList',
  );

  const filter = filters[0]!;
  refuse(
    { filters: [`${filter.slice(0, -2)}${filter.endsWith('00') ? '01' : '00'}`] },
    'wrong-pin',
    'the last byte of the filter changed',
    'Filter',
  );
  refuse({ filters: [filter.slice(0, -2)] }, 'wrong-pin', 'the filter is cut off', 'Filter');
  refuse({ filters: [] }, 'bad-message', 'the filter is missing', 'Filter');
  refuse({ filters: [filter, filter] }, 'bad-message', 'a filter too many', 'Filter');
  return { type: 'PublishedSet', comment: 'a client opens a published set', tests };
}
