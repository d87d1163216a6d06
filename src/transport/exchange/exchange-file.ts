// SPDX-License-Identifier: Apache-2.0
/**
 * Frames in a file, signed: a header, the frames, a signature over all of it. Nothing in such a file is used before its
 * signature was found to be that of the key that was expected, but to refuse it: the signature stands at the end, and whoever
 * signs nothing can write a file of any length. So it is read no further than its header and its first frame allow.
 */

import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, equalBytes, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { temporaryAt } from '../../leftovers.js';
import { pathName } from '../../path-name.js';
import type { PsiSuite } from '../../psi/run/ciphersuite.js';
import { bodyOf, decodeFrame, decodeRecords, HELLO } from '../../psi/run/frames.js';
import { decodeHello } from '../../psi/run/hello.js';
import { BLINDED } from '../../psi/shuffled/frames.js';
import { secureRandom } from '../../random.js';
import { delimited, undelimited } from '../../wire/framing.js';
import { decodeMessage, encodeMessage, type FileHeaderMessage } from '../../wire/messages.js';
import { fileError, nodeFiles, openRegular } from '../files/files.js';

const LABEL = utf8('veilmatch-file-v1');

/**
 * Writes a file whole or not at all.
 * @param signingKey Ed25519, 32 bytes
 * @param keep - is given the SHA-512 of the file when it is complete and on the disk, before it appears
 * @param label what the signature is of, besides: another kind of file has another one
 * @throws {VeilmatchError} `io`, and what `frames` and `keep` throw: there is no file then
 */
export async function writeExchange(
  path: string,
  header: FileHeaderMessage,
  frames: AsyncIterable<Uint8Array>,
  signingKey: Uint8Array,
  keep: (digest: Uint8Array) => Promise<void> = async () => {},
  label: Uint8Array = LABEL,
): Promise<void> {
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
      const value = ed25519.sign(concatBytes(label, digest.clone().digest()), signingKey);
      await write(encodeMessage({ type: 'signature', value }));
      await file.sync();
    } finally {
      await file.close();
    }
    await keep(digest.digest());
    await files.rename(temporary, path);
  } catch (error) {
    await files.rm(temporary, { force: true }).catch(() => undefined);
    throw fileError('write', path, error);
  } finally {
    forget();
  }
}

/** A file whose signature is good. */
export interface ExchangeFile {
  readonly header: FileHeaderMessage;
  /** SHA-512 of the file. */
  readonly digest: Uint8Array;
  /** How many frames it holds. */
  readonly count: number;
  /** Elements of its party's set, where a Hello declares them; otherwise those that it may be about. */
  readonly elements: number;
  /**
   * Reads the file once more.
   * @throws {VeilmatchError} `bad-file` at the end if it is no longer the same
   */
  frames(): AsyncIterable<Uint8Array>;
}

/** What a file holds behind its header. */
export interface Content {
  /**
   * `questions`: a Hello, and all the elements that it declares; `hello alone`: a Hello; `hello`: a Hello, and answers; `frames`:
   * what nothing declares.
   */
  readonly begins: 'questions' | 'hello alone' | 'hello' | 'frames';
  /** Elements that it is about, besides those that a Hello declares. */
  readonly elements: number;
  /** Elements that a Hello may declare. */
  readonly maxPeerSize: number;
  /** Bytes that it may have whatever the lists are, besides a few thousand. */
  readonly fixedBytes?: number;
}

/** What a file must be to be read to its end. */
interface ExpectedFile {
  /** Of the run whose frames are in it. */
  readonly suite: PsiSuite;
  /** The Ed25519 public key that it must come from. */
  readonly signer: Uint8Array;
  /** Throws for a header that is not to be taken. Nobody has shown yet that the signer wrote it. */
  check(header: FileHeaderMessage): Content;
}

/** The header, Hello, what closes a run and the signature, generously. */
const AROUND_BYTES = 16_384;
/**
 * Of each element of the two lists, besides thrice its width: the most that a file holds of one is an answer and its proof, each
 * alone in a frame and a message, which have 13 bytes more.
 */
const AROUND_RECORD_BYTES = 64;

/**
 * Checks a file.
 * @throws {VeilmatchError} `io`; `bad-file` for what is no such file, or a link to one, was cut or changed, is signed by
 * another key, does not hold all elements that it declares, or is longer than these allow; `wrong-size` for a Hello of too many
 * elements, or more elements than it declares; what `check` throws
 */
export async function openExchange(
  path: string,
  { suite, signer, check }: ExpectedFile,
): Promise<ExchangeFile> {
  let header: FileHeaderMessage | undefined;
  let frames: FrameCheck | undefined;
  let length = 0;
  let signature: Uint8Array | undefined;
  let signed = sha512.create();
  const all = sha512.create();
  for await (const { record, message } of messagesOf(path)) {
    length += record.length;
    if (signature !== undefined) throw badFile(path, 'it goes on after its signature');
    if (header === undefined) {
      if (message.type !== 'fileHeader') throw badFile(path, 'it does not begin with a header');
      header = message;
      if (!equalBytes(header.from, signer)) throw badFile(path, NOT_SIGNED);
      frames = new FrameCheck(check(header), path, suite);
    } else if (message.type === 'frame') {
      frames!.add(message.frame, length);
    } else if (message.type === 'signature') {
      frames!.end();
      signature = message.value;
      signed = all.clone();
    } else {
      throw badFile(path, 'it holds something that is no frame');
    }
    all.update(record);
  }
  if (header === undefined || frames === undefined || signature === undefined)
    throw badFile(path, 'it has no signature: it was cut off');
  const good = ed25519.verify(signature, concatBytes(LABEL, signed.digest()), signer, { zip215: false });
  if (!good) throw badFile(path, NOT_SIGNED);
  const digest = all.digest();
  const { count, elements } = frames;
  return { header, digest, count, elements, frames: () => framesOf(path, digest, length) };
}

/** What nobody has signed yet is looked at frame by frame: as far as it may go, and as much as can be said without a secret. */
class FrameCheck {
  readonly #content: Content;
  readonly #path: string;
  readonly #suite: PsiSuite;
  #declared = 0;
  #asked = 0;
  count = 0;

  constructor(content: Content, path: string, suite: PsiSuite) {
    this.#content = content;
    this.#path = path;
    this.#suite = suite;
  }

  get elements(): number {
    const { begins, elements } = this.#content;
    return begins === 'frames' ? elements : this.#declared;
  }

  /** @param length - of the file so far */
  add(frame: Uint8Array, length: number): void {
    const { begins, elements, maxPeerSize, fixedBytes = 0 } = this.#content;
    const { elementBytes } = this.#suite.group;
    const around = AROUND_BYTES + fixedBytes;
    const most = around + (3 * elementBytes + AROUND_RECORD_BYTES) * (this.#declared + elements);
    if (begins !== 'frames' && this.count === 0) {
      this.#declared = declaredBy(frame, maxPeerSize, this.#path, this.#suite);
    } else if (length > most) {
      throw badFile(this.#path, 'it is longer than the set that it declares');
    } else if (begins === 'hello alone') {
      throw badFile(this.#path, 'it holds something else than a Hello');
    } else if (begins === 'questions') {
      if (frame[0] !== BLINDED.type) throw badFile(this.#path, 'it holds something else than questions');
      const { bytes } = decodeRecords(
        decodeFrame(frame, [BLINDED]),
        elementBytes,
        this.#asked,
        this.#declared,
      );
      this.#asked += bytes.length / elementBytes;
    }
    this.count++;
  }

  end(): void {
    if (this.count === 0) throw badFile(this.#path, 'it holds nothing');
    if (this.#content.begins === 'questions' && this.#asked < this.#declared) {
      throw badFile(this.#path, 'it does not hold all that it declares');
    }
  }
}

const NOT_SIGNED = 'it is not signed by the key that is expected, or it was changed';

/** Elements of the set that a Hello declares. */
function declaredBy(frame: Uint8Array, most: number, path: string, suite: PsiSuite): number {
  if (frame[0] !== HELLO.type) throw badFile(path, 'it does not begin with a Hello');
  const { size } = decodeHello(bodyOf(frame, HELLO), suite);
  if (size <= most) return size;
  throw new VeilmatchError('wrong-size', `The peer's set has ${size} elements; this party accepts ${most}.`);
}

/**
 * The header of a file, of which nothing is known yet but that it is there: to find what it belongs to.
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readHeader(path: string): Promise<FileHeaderMessage> {
  for await (const { message } of messagesOf(path)) {
    if (message.type === 'fileHeader') return message;
    break;
  }
  throw badFile(path, 'it does not begin with a header');
}

/** @param length - bytes that the file had when it was checked */
async function* framesOf(
  path: string,
  digest: Uint8Array,
  length: number,
): AsyncGenerator<Uint8Array, void, void> {
  const read = sha512.create();
  for await (const { record, message } of messagesOf(path, length)) {
    read.update(record);
    if (message.type === 'frame') yield message.frame;
  }
  if (!equalBytes(read.digest(), digest)) throw badFile(path, 'it was changed while it was read');
}

/** @param most - bytes that are read of it. Default: all that it has when it is opened */
export async function* messagesOf(
  path: string,
  most: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<{ record: Uint8Array; message: ReturnType<typeof decodeMessage> }, void, void> {
  try {
    // A folder that partners exchange files through is the partner's, too.
    const file = await openRegular(path);
    try {
      const size = Math.min((await file.stat()).size, most);
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

export function badFile(path: string, why: string, cause?: unknown): VeilmatchError {
  return new VeilmatchError('bad-file', `${pathName(path)} is not taken: ${why}. Ask for it again.`, {
    cause,
  });
}
