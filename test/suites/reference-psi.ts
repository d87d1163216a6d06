// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch-psi-v1` a second time, straight from docs/protocol.md and with noble alone: no code of the package is used.
 * It gives the frames of a whole run for given secrets, so that the package can be held against the specification.
 */

import { createHash } from 'node:crypto';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';

const { Point } = ristretto255;

export interface ReferenceParty {
  /** Canonical bytes, distinct. */
  readonly elements: readonly Uint8Array[];
  readonly kinds: number;
  readonly nonce: Uint8Array;
  /** The sender's b; the receiver's a, or one r for each element where it blinds with H(x) + rG. */
  readonly scalars: readonly bigint[];
}

/** Which run it is. */
export interface ReferenceRun {
  readonly mode: 1 | 2;
  readonly additive: boolean;
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
  { mode, additive, maxPeerSize }: ReferenceRun,
): { from: 'receiver' | 'sender'; frame: Buffer }[] {
  const dst = ascii('veilmatch-psi-v1-with-ristretto255_XMD:SHA-512_R255MAP_RO_');
  const b = sender.scalars[0]!;
  const hash = (element: Uint8Array) => ristretto255_hasher.hashToCurve(element, { DST: dst });
  const hello = (role: number, party: ReferenceParty, key: Uint8Array): Buffer =>
    Buffer.concat([
      ascii('veilmatch-psi'),
      uint(2, 1),
      Buffer.from([role, 1, mode, 1, 1, party.kinds, 0, 0, 0]),
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

  const records = (type: number, list: readonly Uint8Array[]): Buffer[] =>
    list.length === 0 ? [] : [Buffer.concat([Buffer.from([type]), uint(4, 0), ...list])];
  const byReceiver = [
    Buffer.concat([Buffer.from([1]), helloR]),
    ...records(
      2,
      blinded.map((p) => p.toBytes()),
    ),
  ];
  const bySender = [Buffer.concat([Buffer.from([1]), helloS]), ...records(3, evaluated), ...records(4, tags)];
  const digest = (frames: readonly Buffer[]): Buffer =>
    sha512(...frames.flatMap((f) => [uint(4, f.length), f]));
  const finish = (role: number): Buffer =>
    Buffer.concat([
      Buffer.from([5]),
      sha512(
        ascii('veilmatch-psi-v1 finish'),
        sid,
        Buffer.from([role]),
        digest(byReceiver),
        digest(bySender),
      ).subarray(0, 32),
    ]);
  return [
    ...byReceiver.map((frame) => ({ from: 'receiver' as const, frame })),
    ...bySender.map((frame) => ({ from: 'sender' as const, frame })),
    { from: 'sender', frame: finish(2) },
    { from: 'receiver', frame: finish(1) },
  ];
}
