// SPDX-License-Identifier: Apache-2.0
/**
 * Frames in a file, signed: a header, the frames, a signature over all of it. Nothing in such a file is used before its
 * signature was found to be that of the key that was expected.
 */

import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { requireSigningKey } from '../arguments.js';
import { bytesToHex, concatBytes, equalBytes, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { secureRandom } from '../random.js';
import { delimited, undelimited } from '../wire/framing.js';
import { decodeMessage, encodeMessage, type FileHeaderMessage } from '../wire/messages.js';
import { fileError, nodeFiles, openRegular } from './files.js';
import { temporaryAt } from './leftovers.js';

const LABEL = utf8('veilmatch-file-v1');

/**
 * Writes a file whole or not at all.
 * @param signingKey Ed25519, 32 bytes
 * @returns the SHA-512 of the file
 * @throws {VeilmatchError} `io`, and what `frames` throws: there is no file then
 */
export async function writeExchange(
  path: string,
  header: FileHeaderMessage,
  frames: AsyncIterable<Uint8Array>,
  signingKey: Uint8Array,
): Promise<Uint8Array> {
  const files = nodeFiles();
  const temporary = `${path}.${bytesToHex(secureRandom(8))}.tmp`;
  const forget = temporaryAt(temporary);
  const digest = sha512.create();
  try {
    const file = await files.open(temporary, 'wx', 0o600);
    const write = async (message: Uint8Array): Promise<void> => {
      const record = delimited(message);
      digest.update(record);
      await file.writeFile(record);
    };
    try {
      await write(encodeMessage(header));
      for await (const frame of frames) await write(encodeMessage({ type: 'frame', frame }));
      const value = ed25519.sign(concatBytes(LABEL, digest.clone().digest()), signingKey);
      await write(encodeMessage({ type: 'signature', value }));
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(temporary, path);
    return digest.digest();
  } catch (error) {
    await files.rm(temporary, { force: true }).catch(() => undefined);
    throw fileError('write', path, error);
  } finally {
    forget();
  }
}

/**
 * The Ed25519 public key of a signing key: what partners know a party by.
 * @param signingKey 32 bytes
 * @returns 32 bytes
 */
export function publicKeyOf(signingKey: Uint8Array): Uint8Array {
  requireSigningKey(signingKey);
  return ed25519.getPublicKey(signingKey);
}

/** A file whose signature is good. */
export interface ExchangeFile {
  readonly header: FileHeaderMessage;
  /** SHA-512 of the file. */
  readonly digest: Uint8Array;
  /**
   * Reads the file once more.
   * @throws {VeilmatchError} `bad-file` at the end if it is no longer the same
   */
  frames(): AsyncIterable<Uint8Array>;
}

/**
 * Checks a file.
 * @param signer the Ed25519 public key that it must come from
 * @throws {VeilmatchError} `io`; `bad-file` for what is no such file, or a link to one, was cut or changed, or is signed by
 * another key
 */
export async function openExchange(path: string, signer: Uint8Array): Promise<ExchangeFile> {
  let header: FileHeaderMessage | undefined;
  let signature: Uint8Array | undefined;
  let signed = sha512.create();
  const all = sha512.create();
  for await (const { record, message } of messagesOf(path)) {
    if (signature !== undefined) throw badFile(path, 'it goes on after its signature');
    if (header === undefined) {
      if (message.type !== 'fileHeader') throw badFile(path, 'it does not begin with a header');
      header = message;
    } else if (message.type === 'signature') {
      signature = message.value;
      signed = all.clone();
    } else if (message.type !== 'frame') {
      throw badFile(path, 'it holds something that is no frame');
    }
    all.update(record);
  }
  if (header === undefined || signature === undefined)
    throw badFile(path, 'it has no signature: it was cut off');
  const good =
    equalBytes(header.from, signer) &&
    ed25519.verify(signature, concatBytes(LABEL, signed.digest()), signer, { zip215: false });
  if (!good) throw badFile(path, 'it is not signed by the key that is expected, or it was changed');
  const digest = all.digest();
  return { header, digest, frames: () => framesOf(path, digest) };
}

async function* framesOf(path: string, digest: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  const read = sha512.create();
  for await (const { record, message } of messagesOf(path)) {
    read.update(record);
    if (message.type === 'frame') yield message.frame;
  }
  if (!equalBytes(read.digest(), digest)) throw badFile(path, 'it was changed while it was read');
}

async function* messagesOf(
  path: string,
): AsyncGenerator<{ record: Uint8Array; message: ReturnType<typeof decodeMessage> }, void, void> {
  try {
    // A folder that partners exchange files through is the partner's, too.
    const file = await openRegular(path);
    try {
      const { size } = await file.stat();
      // No further than it was when it was opened: somebody may go on adding to it.
      const stream = size === 0 ? [] : file.createReadStream({ start: 0, end: size - 1, autoClose: false });
      for await (const bytes of undelimited(stream)) {
        yield { record: delimited(bytes), message: decodeMessage(bytes) };
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof VeilmatchError && error.code === 'bad-message') {
      throw badFile(path, 'it is no file of veilmatch psi, or a part of it is damaged', error);
    }
    throw fileError('read', path, error);
  }
}

function badFile(path: string, why: string, cause?: unknown): VeilmatchError {
  return new VeilmatchError('bad-file', `${path} is not taken: ${why}. Ask for it again.`, { cause });
}
