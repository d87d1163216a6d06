// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch-psi-v1` a second time, straight from docs/protocol.md and with noble alone: no code of the package is used.
 * It gives the frames of a whole run for given secrets, so that the package can be held against the specification.
 */

import { createHash } from 'node:crypto';
import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { sha512 as nobleSha512 } from '@noble/hashes/sha2.js';

const { Point } = ristretto255;

interface ReferenceParty {
  /** Canonical bytes, distinct. */
  readonly elements: readonly Uint8Array[];
  readonly kinds: number;
  readonly nonce: Uint8Array;
  /** The sender's b, and behind it what the nonce of its proof is made of, as a number; the receiver's a, or one r for each element where it blinds with H(x) + rG. */
  readonly scalars: readonly bigint[];
  /** The receiver's: random records that it fills its confirmation up with, or e, the scalar that hides its count. */
  readonly filling: Uint8Array;
}

/** Which run it is. */
interface ReferenceRun {
  readonly mode: 1 | 2;
  readonly additive: boolean;
  readonly to?: 'receiver' | 'both' | undefined;
  readonly verifiable?: boolean | undefined;
  readonly maxPeerSize: number;
}

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const sha512 = (...parts: Uint8Array[]): Buffer => createHash('sha512').update(Buffer.concat(parts)).digest();

function uint(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

/** Every frame of a run, in the order of the specification, with who sends it. */
export function referenceRun(
  receiver: ReferenceParty,
  sender: ReferenceParty,
  { mode, additive, to, verifiable, maxPeerSize }: ReferenceRun,
): { from: 'receiver' | 'sender'; frame: Buffer }[] {
  const dst = ascii('veilmatch-psi-v1-with-ristretto255_XMD:SHA-512_R255MAP_RO_');
  const b = sender.scalars[0]!;
  const hash = (element: Uint8Array) => ristretto255_hasher.hashToCurve(element, { DST: dst });
  const hello = (role: number, party: ReferenceParty, key: Uint8Array): Buffer =>
    Buffer.concat([
      ascii('veilmatch-psi'),
      uint(2, 1),
      Buffer.from([role, 1, mode, to === 'both' ? 2 : 1, 2, party.kinds, verifiable ? 1 : 0, 0, 0]),
      uint(4, party.elements.length),
      uint(4, maxPeerSize),
      party.nonce,
      key,
    ]);
  const helloR = hello(1, receiver, Buffer.alloc(32));
  const helloS = hello(2, sender, Point.BASE.multiply(b).toBytes());
  const sid = sha512(
    ascii('veilmatch-psi-v1 session'),
    uint(4, helloR.length),
    helloR,
    uint(4, helloS.length),
    helloS,
  ).subarray(0, 32);

  const blinded = receiver.elements.map((element, i) =>
    additive
      ? hash(element).add(Point.BASE.multiply(receiver.scalars[i]!))
      : hash(element).multiply(receiver.scalars[0]!),
  );
  const evaluated = blinded.map((point) => Buffer.from(point.multiply(b).toBytes()));
  if (mode === 2) evaluated.sort(Buffer.compare);

  const log2 = (n: number): number => Math.ceil(Math.log2(Math.max(1, n)));
  const width = Math.ceil((40 + log2(receiver.elements.length) + log2(sender.elements.length)) / 8);
  const tags = sender.elements.map((element) =>
    sha512(
      ascii('veilmatch-psi-v1 tag'),
      sid,
      Buffer.from([mode]),
      ...(mode === 1 ? [uint(2, element.length), element] : []),
      hash(element).multiply(b).toBytes(),
    ).subarray(0, width),
  );
  tags.sort(Buffer.compare);

  // b * H(x) of what both have, for the confirmation.
  const shared = receiver.elements
    .filter((element) => sender.elements.some((other) => Buffer.compare(element, other) === 0))
    .map((element) => hash(element).multiply(b).toBytes());
  const confirmation = (element: Uint8Array): Buffer =>
    sha512(ascii('veilmatch-psi-v1 confirm'), sid, element).subarray(0, 16);
  const filling = Math.min(receiver.elements.length, sender.elements.length) - shared.length;
  const confirmations = [
    ...shared.map(confirmation),
    ...Array.from({ length: filling }, (_, i) => receiver.filling.subarray(16 * i, 16 * i + 16)),
  ].sort(Buffer.compare);
  const count = (): Buffer => {
    const e = BigInt(`0x${Buffer.from(receiver.filling.subarray(0, 32)).reverse().toString('hex')}`);
    const mask = confirmation(Point.BASE.multiply(e).multiply(b).toBytes());
    const masked = uint(4, shared.length).map((byte, i) => byte ^ mask[i]!);
    return Buffer.concat([Buffer.from([7]), Point.BASE.multiply(e).toBytes(), masked]);
  };

  const records = (type: number, list: readonly Uint8Array[]): Buffer[] =>
    list.length === 0 ? [] : [Buffer.concat([Buffer.from([type]), uint(4, 0), ...list])];
  const byReceiver = [
    Buffer.concat([Buffer.from([1]), helloR]),
    ...records(
      2,
      blinded.map((p) => p.toBytes()),
    ),
  ];
  const proof =
    verifiable && blinded.length > 0
      ? records(6, [proofOf(b, sender.scalars[1]!, blinded, ascii('veilmatch-psi-v1 proof'), sid)])
      : [];
  const bySender = [
    Buffer.concat([Buffer.from([1]), helloS]),
    ...records(3, evaluated),
    ...proof,
    ...records(4, tags),
  ];
  const confirm = mode === 1 ? records(7, confirmations) : [count()];
  const lastOfReceiver = to === 'both' ? confirm : [];
  const digest = (frames: readonly Buffer[]): Buffer =>
    sha512(...frames.flatMap((f) => [uint(4, f.length), f]));
  const finish = (role: number, sentByReceiver: readonly Buffer[]): Buffer =>
    Buffer.concat([
      Buffer.from([5]),
      sha512(
        ascii('veilmatch-psi-v1 finish'),
        sid,
        Buffer.from([role]),
        digest(sentByReceiver),
        digest(bySender),
      ).subarray(0, 32),
    ]);
  return [
    ...byReceiver.map((frame) => ({ from: 'receiver' as const, frame })),
    ...bySender.map((frame) => ({ from: 'sender' as const, frame })),
    { from: 'sender', frame: finish(2, byReceiver) },
    ...lastOfReceiver.map((frame) => ({ from: 'receiver' as const, frame })),
    { from: 'receiver', frame: finish(1, [...byReceiver, ...lastOfReceiver]) },
  ];
}

type Element = InstanceType<typeof Point>;

/** The nonce of a proof: from randomness, the scalar, the questions and the answers. */
function nonceOf(b: bigint, random: bigint, questions: readonly Element[]): bigint {
  const key = sha512(
    ascii('veilmatch-psi-v1 nonce'),
    numberToBytesLE(random, 32),
    numberToBytesLE(b, 32),
    ...questions.map((C) => C.toBytes()),
    ...questions.map((C) => C.multiply(b).toBytes()),
  );
  for (let block = 0; ; block++) {
    const drawn = sha512(key, uint(4, block)).subarray(0, 32);
    const r = bytesToNumberLE(drawn) & (2n ** 253n - 1n);
    if (r > 0n && r < Point.Fn.ORDER) return r;
  }
}

/** GenerateProof of RFC 9497, section 2.2.1, for B = b * G and the answers to these questions. */
function proofOf(
  b: bigint,
  random: bigint,
  questions: readonly Element[],
  label: Buffer,
  sid: Buffer,
): Buffer {
  const { Fn } = Point;
  const r = nonceOf(b, random, questions);
  const context = Buffer.concat([label, sid]);
  const sized = (bytes: Uint8Array): Buffer => Buffer.concat([uint(2, bytes.length), bytes]);
  const toScalar = (...parts: Uint8Array[]): bigint => {
    const dst = Buffer.concat([ascii('HashToScalar-'), context]);
    return Fn.create(bytesToNumberLE(expand_message_xmd(Buffer.concat(parts), dst, 64, nobleSha512)));
  };
  const B = sized(Point.BASE.multiply(b).toBytes());
  const seed = sha512(B, sized(Buffer.concat([ascii('Seed-'), context])));
  const M = questions.reduce((sum, C, i) => {
    const D = C.multiply(b);
    const d = toScalar(sized(seed), uint(2, i), sized(C.toBytes()), sized(D.toBytes()), ascii('Composite'));
    return sum.add(C.multiply(d));
  }, Point.ZERO);
  const parts = [M, M.multiply(b), Point.BASE.multiply(r), M.multiply(r)].map((point) =>
    sized(point.toBytes()),
  );
  const c = toScalar(B, ...parts, ascii('Challenge'));
  const s = Fn.sub(r, Fn.mul(c, b));
  return Buffer.concat([numberToBytesLE(c, 32), numberToBytesLE(s, 32)]);
}
