// SPDX-License-Identifier: Apache-2.0
/**
 * What says that a message is complete, and what it holds: the header of the two files, the Hello, an entry for each part, and a
 * signature over all of it. It is written last. Its digest, SHA-512, is what the other party's manifest names, and what a run is
 * bound to.
 */

import { dirname } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, u32, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { pathName } from '../path-name.js';
import { bodyOf, encodeFrame, HELLO } from '../psi/run/frames.js';
import { badFile, messagesOf, writeExchange } from '../transport/exchange/exchange-file.js';
import type { FileHeaderMessage } from '../wire/messages.js';
import { makeFolder } from './folders.js';
import { MAX_PARTS, type PartEntry, type PartFolder } from './parts.js';

const LABEL = utf8('veilmatch-dataset-v1');
/** The type of a frame of entries: types from 64 on are of datasets. */
const ENTRIES = 64;
const FOLDERS: readonly PartFolder[] = ['blinded', 'evaluated', 'tags'];
/** u32 rows, u64 bytes, SHA-256. */
const ENTRY_BYTES = 44;
/** Type, folder, u32 number of the first one. */
const ENTRIES_HEADER = 6;
/** Entries of a frame. */
const BATCH = 16_384;
/** Frames of a manifest: of two folders at most. */
const MAX_FRAMES: number = 1 + (2 * MAX_PARTS) / BATCH + 2;

/** More than the entries of two folders, and what frames and the header need. */
export const MAX_MANIFEST_BYTES: number = 2 * MAX_PARTS * ENTRY_BYTES + 1_048_576;

/** By folder, in the order of their numbers. */
type Entries = ReadonlyMap<PartFolder, readonly PartEntry[]>;

/** A manifest whose signature is good. */
export interface Manifest {
  readonly header: FileHeaderMessage;
  /** The body of the Hello. */
  readonly hello: Uint8Array;
  readonly entries: Entries;
  /** SHA-512 of the file. */
  readonly digest: Uint8Array;
}

/** What is written. */
interface ManifestContent extends Omit<Manifest, 'digest'> {}

/**
 * Writes a manifest, whole or not at all.
 * @param keep - is given its digest before it appears
 * @throws {VeilmatchError} `io`; `bad-file` where its folder is a link; what `keep` throws
 */
export async function writeManifest(
  path: string,
  content: ManifestContent,
  signingKey: Uint8Array,
  keep: (digest: Uint8Array) => Promise<void>,
): Promise<void> {
  await makeFolder(dirname(path));
  await writeExchange(path, content.header, framesOf(content), signingKey, keep, LABEL);
}

async function* framesOf({ hello, entries }: ManifestContent): AsyncGenerator<Uint8Array, void, void> {
  yield encodeFrame(HELLO, hello);
  for (const [folder, all] of entries) {
    for (let first = 0; first < all.length; first += BATCH) {
      const batch = all.slice(first, first + BATCH);
      yield concatBytes(
        Uint8Array.of(ENTRIES, FOLDERS.indexOf(folder) + 1),
        u32(first),
        ...batch.flatMap(({ rows, bytes, sha256 }) => [u32(rows), u64(bytes), sha256]),
      );
    }
  }
}

function u64(value: number): Uint8Array {
  return concatBytes(u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32));
}

/**
 * Reads a manifest.
 * @param signer the Ed25519 public key that it must come from
 * @throws {VeilmatchError} `io`; `bad-file` for what is none, was cut or changed, or is signed by another key
 */
export async function readManifest(path: string, signer: Uint8Array): Promise<Manifest> {
  let header: FileHeaderMessage | undefined;
  let hello: Uint8Array | undefined;
  let signature: Uint8Array | undefined;
  let signed = new Uint8Array();
  let frames = 0;
  const entries = new Map<PartFolder, PartEntry[]>();
  const all = sha512.create();
  for await (const { record, message } of manifestMessages(path)) {
    if (signature !== undefined) throw badFile(path, 'it goes on after its signature');
    if (header === undefined) {
      if (message.type !== 'fileHeader') throw badFile(path, 'it does not begin with a header');
      header = message;
      if (!equalBytes(header.from, signer)) throw badFile(path, NOT_SIGNED);
    } else if (message.type === 'frame') {
      if (++frames > MAX_FRAMES) throw badFile(path, 'it is longer than a manifest can be');
      if (hello === undefined) hello = helloIn(message.frame, path);
      else takeEntries(message.frame, entries, path);
    } else if (message.type === 'signature') {
      signature = message.value;
      signed = all.clone().digest() as Uint8Array<ArrayBuffer>;
    } else throw badFile(path, 'it holds something that is no frame');
    all.update(record);
  }
  if (header === undefined || hello === undefined || signature === undefined)
    throw badFile(path, 'it has no signature: it was cut off');
  if (!ed25519.verify(signature, concatBytes(LABEL, signed), signer, { zip215: false }))
    throw badFile(path, NOT_SIGNED);
  return { header, hello, entries, digest: all.digest() };
}

const NOT_SIGNED = 'it is not signed by the key that is expected, or it was changed';

/** @throws {VeilmatchError} `bad-file` where there is none yet */
async function* manifestMessages(path: string): ReturnType<typeof messagesOf> {
  try {
    yield* messagesOf(path);
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    if (cause?.code !== 'ENOENT') throw error;
    throw new VeilmatchError(
      'bad-file',
      `${pathName(path)} is not there: the message is not complete, which its manifest would say. Wait for it.`,
    );
  }
}

/** The header of a manifest of which nothing is known yet. @throws {VeilmatchError} `io`, `bad-file` */
export async function manifestHeader(path: string): Promise<FileHeaderMessage> {
  for await (const { message } of manifestMessages(path)) {
    if (message.type === 'fileHeader') return message;
    break;
  }
  throw badFile(path, 'it does not begin with a header');
}

function helloIn(frame: Uint8Array, path: string): Uint8Array {
  if (frame[0] !== HELLO.type) throw badFile(path, 'it does not begin with a Hello');
  return bodyOf(frame, HELLO).slice();
}

function takeEntries(frame: Uint8Array, entries: Map<PartFolder, PartEntry[]>, path: string): void {
  const folder = FOLDERS[(frame[1] ?? 0) - 1];
  const count = (frame.length - ENTRIES_HEADER) / ENTRY_BYTES;
  if (frame[0] !== ENTRIES || folder === undefined || !Number.isInteger(count) || count < 1)
    throw badFile(path, 'it holds something that is no entry of a part');
  const known = entries.get(folder) ?? [];
  entries.set(folder, known);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint32(2) !== known.length || known.length + count > MAX_PARTS)
    throw badFile(path, 'its entries are not in order');
  for (let at = ENTRIES_HEADER; at < frame.length; at += ENTRY_BYTES) {
    const bytes = view.getUint32(at + 4) * 2 ** 32 + view.getUint32(at + 8);
    known.push({ rows: view.getUint32(at), bytes, sha256: frame.slice(at + 12, at + ENTRY_BYTES) });
  }
}
