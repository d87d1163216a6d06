// SPDX-License-Identifier: Apache-2.0
/**
 * The members of a directory in a file: what is needed to take some of them out, and to publish the others under a new key. Every
 * number is big-endian: `veilmatch-members-v1`, u32 members, and of each u32 length and its canonical bytes.
 *
 * **What it leaks to whoever reads it**: all of them.
 */

import { equalBytes, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { kindOf } from '../identifiers/identifier.js';
import { type IdentifierSet, SetBuilder } from '../identifiers/set.js';

const MAGIC = utf8('veilmatch-members-v1');
const NUMBER_BYTES = 4;

/** Packed: one array, whatever the number of members. */
export function encodeMembers({ elements }: IdentifierSet): Uint8Array {
  const length = MAGIC.length + NUMBER_BYTES * (1 + elements.length);
  const { offsets } = elements;
  const bytes = new Uint8Array(length + offsets[elements.length]! - offsets[0]!);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(MAGIC.length, elements.length);
  let at = MAGIC.length + NUMBER_BYTES;
  for (const element of elements) {
    view.setUint32(at, element.length);
    bytes.set(element, at + NUMBER_BYTES);
    at += NUMBER_BYTES + element.length;
  }
  return bytes;
}

/** @throws {VeilmatchError} `bad-file`, with the offset @param source what messages call the file */
export function decodeMembers(bytes: Uint8Array, source: string): IdentifierSet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = MAGIC.length + NUMBER_BYTES;
  if (bytes.length < at || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) throw malformed(source, 0);
  const count = view.getUint32(MAGIC.length);
  const builder = new SetBuilder();
  for (let row = 0; row < count; row++) {
    if (bytes.length - at < NUMBER_BYTES) throw malformed(source, at);
    const length = view.getUint32(at);
    const from = at + NUMBER_BYTES;
    if (length > bytes.length - from) throw malformed(source, at);
    const element = bytes.subarray(from, from + length);
    builder.add(row, kindAt(element, source, from), element);
    at = from + length;
  }
  if (at !== bytes.length) throw malformed(source, at);
  builder.rowCount = count;
  return builder.build();
}

/** Which elements of `more` are known, and which are not: their indices, ascending. */
export function splitBy(
  known: IdentifierSet,
  more: IdentifierSet,
): { readonly shared: Uint32Array; readonly others: Uint32Array } {
  // Distinct, in the order of their first appearance: what stands behind the known ones is new, in the order of `more`.
  const { elements } = joined(known, more);
  const shared: number[] = [];
  const others: number[] = [];
  for (let i = 0; i < more.size; i++) {
    const next = known.size + others.length;
    const isNew = next < elements.length && equalBytes(elements.at(next), more.elements.at(i));
    (isNew ? others : shared).push(i);
  }
  return { shared: Uint32Array.from(shared), others: Uint32Array.from(others) };
}

/** The elements of all sets, each once; row i is the i-th that was given. */
export function joined(...sets: readonly IdentifierSet[]): IdentifierSet {
  const builder = new SetBuilder();
  for (const { elements } of sets)
    for (const element of elements) builder.add(builder.rowCount++, kindOf(element), element);
  return builder.build();
}

function kindAt(element: Uint8Array, source: string, offset: number): ReturnType<typeof kindOf> {
  try {
    return kindOf(element);
  } catch {
    throw malformed(source, offset);
  }
}

function malformed(source: string, offset: number): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${source} is no file of members, or was cut (offset ${offset}). Bring back the private part of the directory from a copy.`,
    { offset },
  );
}
