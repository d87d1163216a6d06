// SPDX-License-Identifier: Apache-2.0
/**
 * The files of a run, as one party sees them: numbered from 0, the receiver's even and the sender's odd, each naming the digest
 * of the one before it. What a party must know of them later it notes in its journal: of its own the header, by which the same
 * file is made again, and the digest; of the partner's the digest, so that no other one is taken in its place.
 */

import { concatBytes, equalBytes, u32 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { PsiSuite } from '../../psi/run/ciphersuite.js';
import { type NamedMode, namesOfMode } from '../../psi/run/kind.js';
import { type Role, VERSION } from '../../psi/run/suite.js';
import {
  decodeMessage,
  encodeMessage,
  type FileHeaderMessage,
  HELD_DIGEST_BYTES,
} from '../../wire/messages.js';
import type { Journal } from '../resume/journal.js';
import { note, noted } from '../resume/notes.js';
import { readHeader } from './exchange-file.js';

/** A file of the run that is there. */
interface Link {
  /** SHA-512 of the file. */
  readonly digest: Uint8Array;
  /** Frames in it. */
  readonly count: number;
  /** Elements that its Hello declares, where it has one. */
  readonly elements: number;
  /** Of an own file: the digest of all frames of this party so far, as `FrameDigest` has it. Otherwise empty. */
  readonly frames: Uint8Array;
}

const DIGEST_BYTES = 64;

const encodeLink = ({ digest, count, elements, frames }: Link): Uint8Array =>
  concatBytes(digest, u32(count), u32(elements), frames);

/** @throws {VeilmatchError} `bad-file` for what was noted by another version */
function decodeLink(bytes: Uint8Array): Link {
  if (bytes.length < DIGEST_BYTES + 8) {
    throw new VeilmatchError('bad-file', 'The state of the run is one of something else.');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const frames = bytes.slice(DIGEST_BYTES + 8);
  return {
    digest: bytes.slice(0, DIGEST_BYTES),
    count: view.getUint32(DIGEST_BYTES),
    elements: view.getUint32(DIGEST_BYTES + 4),
    frames: frames.length === HELD_DIGEST_BYTES ? frames : new Uint8Array(),
  };
}

/** What a party knows of the files of its run. */
export class Chain {
  readonly role: Role;
  /** Files of the whole run. */
  readonly length: number;
  readonly #journal: Journal | undefined;
  readonly #links: ReadonlyMap<number, Link>;
  readonly #headers: ReadonlyMap<number, FileHeaderMessage>;

  private constructor(
    journal: Journal | undefined,
    role: Role,
    length: number,
    links: ReadonlyMap<number, Link>,
    headers: ReadonlyMap<number, FileHeaderMessage>,
  ) {
    this.#journal = journal;
    this.role = role;
    this.length = length;
    this.#links = links;
    this.#headers = headers;
  }

  /** @throws {VeilmatchError} `io`, `bad-file` */
  static async of(journal: Journal | undefined, role: Role, length: number): Promise<Chain> {
    const links = new Map<number, Link>();
    const headers = new Map<number, FileHeaderMessage>();
    for (let number = 0; journal !== undefined && number < length; number++) {
      const link = await noted(journal, linkName(number));
      if (link !== undefined) links.set(number, decodeLink(link));
      const header = await noted(journal, headerName(number));
      const message = header && decodeMessage(header);
      if (message?.type === 'fileHeader') headers.set(number, message);
    }
    return new Chain(journal, role, length, links, headers);
  }

  /** The file of this number, if this party has noted it. */
  link(number: number): Link | undefined {
    return this.#links.get(number);
  }

  /** The first header that this party has made. */
  get first(): FileHeaderMessage | undefined {
    return this.#headers.get(this.role === 'receiver' ? 0 : 1);
  }

  /** Whether the file of this number is one that this party reads. */
  #isTheirs(number: number): boolean {
    return (number % 2 === 0) === (this.role === 'sender');
  }

  /** Frames in the files of this party, or of the other one, below a number. */
  framesBefore(number: number, whose: 'own' | 'theirs'): number {
    let count = 0;
    for (const [at, link] of this.#links) {
      if (at < number && this.#isTheirs(at) === (whose === 'theirs')) count += link.count;
    }
    return count;
  }

  /** Elements of both sets, as the files say that are there: what those after them can be about. */
  get elements(): number {
    let elements = 0;
    for (const { elements: declared } of this.#links.values()) elements += declared;
    return elements;
  }

  /**
   * The number of a file that the partner has made: the one that answers the file which it names.
   * @throws {VeilmatchError} `bad-file` where it is not this party's turn to read it
   */
  numberOf(header: FileHeaderMessage): number {
    if (header.kind === 'request') {
      if (this.role === 'sender') return 0;
      throw new VeilmatchError('bad-file', 'The file is a request, and answers nothing.');
    }
    const number = [...this.#links.keys()].find(
      (at) => !this.#isTheirs(at) && equalBytes(this.#links.get(at)!.digest, header.requestDigest),
    );
    if (number === undefined || number + 1 >= this.length) {
      throw new VeilmatchError(
        'bad-file',
        this.#links.size === 0 && this.role === 'sender'
          ? `The file is a ${header.kind}, not a request.`
          : 'The file answers another file than those of this run that its state knows. Is it another request’s, or another state?',
      );
    }
    return number + 1;
  }

  /** Notes a file of the partner, before anything is done with it. @throws {VeilmatchError} `bad-file` where it was another one */
  async take(number: number, link: Omit<Link, 'frames'>): Promise<void> {
    const before = this.#links.get(number);
    if (before === undefined) {
      if (this.#journal === undefined) return;
      return note(this.#journal, linkName(number), encodeLink({ ...link, frames: new Uint8Array() }));
    }
    if (equalBytes(before.digest, link.digest)) return;
    throw new VeilmatchError(
      'bad-file',
      'Another file was read in the place of this one, and answered: two are not answered in one run. Take the first one, or begin a new run.',
    );
  }

  /** Notes a file of this party, before it appears. @throws {VeilmatchError} `transcript-mismatch` where it was another one */
  async made(number: number, link: Link): Promise<void> {
    const before = this.#links.get(number);
    if (before === undefined) {
      if (this.#journal !== undefined) await note(this.#journal, linkName(number), encodeLink(link));
    } else if (!equalBytes(before.digest, link.digest)) throw anotherState();
  }

  /** The header of a file that this party is about to write: the one that it has made before, or this one, which is noted. */
  async header(number: number, fresh: () => FileHeaderMessage): Promise<FileHeaderMessage> {
    const before = this.#headers.get(number);
    if (before !== undefined) return before;
    const header = fresh();
    if (this.#journal !== undefined) await note(this.#journal, headerName(number), encodeMessage(header));
    return header;
  }
}

const linkName = (number: number): string => `file ${number}`;
const headerName = (number: number): string => `header ${number}`;

/**
 * The number of a file in the run of a journal, by its header alone.
 * @throws {VeilmatchError} `io`; `bad-file` where it is not of this run
 */
export async function numberInRun(
  path: string,
  journal: Journal,
  role: Role,
  length: number,
): Promise<number> {
  const chain = await Chain.of(journal, role, length);
  return chain.numberOf(await readHeader(path));
}

/** Whether the party that reads this file has its result then, and reads no other one after it. */
export function isLastFor(role: Role, number: number, length: number): boolean {
  // Where the sender says the last word, it does not hear of the end.
  return number + 2 >= length && !(role === 'sender' && length % 2 === 0);
}

/** What a file of this number is called. */
export function kindOf(number: number): FileHeaderMessage['kind'] {
  return number === 0 ? 'request' : number === 1 ? 'response' : 'next';
}

/** What a header has to fit. */
interface Expected {
  readonly protocol: NamedMode;
  /** Other protocols, for what an error says. */
  readonly known: readonly NamedMode[] | undefined;
  readonly suite: PsiSuite;
  /** This party's public key. */
  readonly own: Uint8Array;
}

/** @throws {VeilmatchError} `bad-file`, `incompatible-peer` for a header that this party must not take */
export function checkHeader(
  header: FileHeaderMessage,
  number: number,
  { protocol, known, suite, own }: Expected,
): void {
  if (header.kind !== kindOf(number)) {
    throw new VeilmatchError('bad-file', `The file is a ${header.kind}, not a ${kindOf(number)}.`);
  }
  if (!equalBytes(header.to, own)) {
    throw new VeilmatchError('bad-file', 'The file is for the holder of another key.');
  }
  if (header.version !== VERSION || header.suite !== suite.id) {
    throw new VeilmatchError(
      'incompatible-peer',
      `The file is of version ${header.version} with suite ${header.suite}; this party has version ${VERSION} with suite ${suite.id}.`,
    );
  }
  if (header.mode !== protocol.mode) {
    throw new VeilmatchError(
      'incompatible-peer',
      `The file is of a run of ${namesOfMode(header.mode, protocol, known)}; this party runs ${protocol.id}. Agree on one.`,
    );
  }
}

/** Where a step that is repeated comes to something else than at first. */
export function anotherState(): VeilmatchError {
  return new VeilmatchError(
    'transcript-mismatch',
    'The files of this run that are there say something else than this party would: it has another version, or its state is another one.',
  );
}
