// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch-contact-v1` written a second time, straight from docs/protocol.md: with noble's VOPRF and with BigInt, for a few
 * elements, sharing no code with the package.
 */

import { createHash } from 'node:crypto';
import { ed25519, ristretto255_oprf } from '@noble/curves/ed25519.js';

const { voprf } = ristretto255_oprf;
const ascii = (text: string): Buffer => Buffer.from(text, 'utf8');
const sha512 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha512').update(Buffer.concat(parts)).digest();
const uint = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};
const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

interface ReferenceName {
  readonly setId: string;
  readonly epoch: number;
}

/** canonical bytes of a caller's own string */
const canonical = (name: string): Buffer => ascii(`opaque:${name}`);

export function referenceTag({ setId, epoch }: ReferenceName, output: Uint8Array): Buffer {
  const id = ascii(setId);
  return sha512(ascii('veilmatch-contact-v1 tag'), uint(id.length, 1), id, uint(epoch, 4), output).subarray(
    0,
    20,
  );
}

/** F(k, x), by taking both parts of the protocol. */
export function referenceOutput(name: string, secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return outputOf(canonical(name), secretKey, publicKey);
}

/** F(k, x) for canonical bytes. */
export function outputOf(input: Uint8Array, secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const { blind, blinded } = voprf.blind(input);
  const { evaluated, proof } = voprf.blindEvaluate(secretKey, publicKey, blinded);
  return voprf.finalize(input, blind, evaluated, blinded, publicKey, proof);
}

/** A Golomb filter, bit by bit. */
export function referenceGolomb(tags: readonly Uint8Array[], b: number): Buffer {
  const sorted = [...new Set(tags.map((tag) => Buffer.from(tag).toString('hex')))].sort();
  const n = BigInt(sorted.length);
  let previous = 0n;
  let bits = '';
  for (const tag of sorted) {
    const value = (BigInt(`0x${tag.slice(0, 24)}`) * n * 2n ** BigInt(b)) >> 96n;
    const difference = value - previous;
    bits += '1'.repeat(Number(difference >> BigInt(b)));
    bits += `0${(difference % 2n ** BigInt(b)).toString(2).padStart(b, '0')}`;
    previous = value;
  }
  bits += '0'.repeat((8 - (bits.length % 8)) % 8);
  const body = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  return Buffer.concat([ascii('veilmatch-filter'), Buffer.from([1, 1, b, 0]), uint(sorted.length, 4), body]);
}

/** A look-up in a binary fuse filter. */
export function referenceFuseHas(filter: Uint8Array, tag: Uint8Array): boolean {
  const file = Buffer.from(filter);
  const width = file[18]! / 8;
  const [seed, segmentBits, segments] = [
    file.readUInt32BE(24),
    BigInt(file[28]!),
    BigInt(file.readUInt32BE(32)),
  ];
  const mix = (word: bigint): bigint => {
    let h = word;
    h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & 0xffffffffn;
    h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & 0xffffffffn;
    return h ^ (h >> 16n);
  };
  const a = mix(toBigInt(tag.subarray(0, 4)) ^ BigInt(seed));
  const b = mix(toBigInt(tag.subarray(4, 8)) ^ a);
  const c = mix(toBigInt(tag.subarray(8, 12)) ^ b);
  const length = 1n << segmentBits;
  const first = (a * segments * length) >> 32n;
  const places = [first, (first + length) ^ (b % length), (first + 2n * length) ^ (c % length)];
  const cells = places.map((place) =>
    toBigInt(file.subarray(36 + Number(place) * width, 36 + (Number(place) + 1) * width)),
  );
  return cells.reduce((sum, cell) => sum ^ cell, 0n) === toBigInt(tag.subarray(12, 12 + width));
}

/** The signed header of a set of plain strings with one filter. */
export function referenceHeader(
  { setId, epoch }: ReferenceName,
  publicKey: Uint8Array,
  filter: Uint8Array,
  signingKey: Uint8Array,
): Buffer {
  const id = ascii(setId);
  const body = Buffer.concat([
    ascii('veilmatch-contact'),
    Buffer.from([0, 1, 1, 2, 8, id.length]),
    id,
    uint(epoch, 4),
    publicKey,
    uint(1, 2),
    filter.subarray(20, 24),
    uint(filter.length, 4),
    filter.subarray(18, 19),
    sha512(filter).subarray(0, 32),
  ]);
  return Buffer.concat([
    body,
    ed25519.sign(Buffer.concat([ascii('veilmatch-contact-v1 header'), body]), signingKey),
  ]);
}

interface ReferenceClient {
  readonly frames: readonly Uint8Array[];
  /** The tags of its contacts, from the server's answer. */
  finish(answer: Uint8Array, publicKey: Uint8Array): Buffer[];
}

/** A client with all contacts in one frame. */
export function referenceClient(
  contacts: readonly string[],
  { setId, epoch }: ReferenceName,
): ReferenceClient {
  const inputs = contacts.map(canonical);
  const blinds = inputs.map((input) => voprf.blind(input));
  const id = ascii(setId);
  const frames = [
    Buffer.concat([
      Buffer.from([32, 0, 1]),
      uint(epoch, 4),
      uint(contacts.length, 4),
      uint(id.length, 1),
      id,
    ]),
    Buffer.concat([Buffer.from([33, 0, 0, 0, 0]), ...blinds.map(({ blinded }) => blinded)]),
  ];
  const finish = (answer: Uint8Array, publicKey: Uint8Array): Buffer[] => {
    const items = inputs.map((input, i) => ({
      input,
      ...blinds[i]!,
      evaluated: answer.slice(5 + 32 * i, 37 + 32 * i),
    }));
    const outputs = voprf.finalizeBatch(items, publicKey, answer.slice(-64));
    return outputs.map((output) => referenceTag({ setId, epoch }, output));
  };
  return { frames, finish };
}

/** A server's answer to a frame of elements. */
export function referenceAnswer(blinded: Uint8Array, secretKey: Uint8Array, publicKey: Uint8Array): Buffer {
  const elements: Uint8Array[] = [];
  for (let at = 5; at < blinded.length; at += 32) elements.push(blinded.slice(at, at + 32));
  const { evaluated, proof } = voprf.blindEvaluateBatch(secretKey, publicKey, elements);
  return Buffer.concat([Buffer.from([34]), blinded.subarray(1, 5), ...evaluated, proof]);
}
