// SPDX-License-Identifier: Apache-2.0
/**
 * A published set in a folder that any web server hands out, and what its owner keeps of it in another one. Every change writes the
 * filters first, then the private part, which is where it takes effect, and the header last: a client never sees a header without
 * its filters, and a server never one whose key it does not have.
 *
 * **What it leaks, to everybody**: how many members there are, and when how many were added or taken out.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex, equalBytes, utf8 } from '../bytes.js';
import { HEADER_FILE, SEGMENT_FOLDER, SIGNER_FILE, segmentFile } from '../contact/files.js';
import { openHeader, type PublishedHeader } from '../contact/header.js';
import {
  addSegment,
  type ContactKeys,
  type FilterKind,
  generateContactKeys,
  headerDigest,
  type PublishedSet,
  type PublishOptions,
  publishSet,
} from '../contact/index.js';
import { VeilmatchError } from '../errors.js';
import type { GroupBackend } from '../group/group.js';
import { checkComparable, type IdentifierSet } from '../identifiers/set.js';
import { pathName } from '../path-name.js';
import type { Unlock } from '../sealed/unlock.js';
import { signingPublicKey } from '../signing.js';
import { type FileLock, lockFile } from '../transport/files/file-lock.js';
import { fileError, readIfThere, replaceFile } from '../transport/files/files.js';
import { readHidden, writeHidden } from './hidden-files.js';
import { decodeMembers, encodeMembers, joined, splitBy } from './members.js';
import { type DirectoryState, decodeState, encodeState, type KeptEpoch } from './state.js';

/** The file of the private part that says all else. */
export const STATE_FILE = 'directory.json';
const LOCK_FILE = 'directory.lock';
/** How long a change waits for another one. */
const PATIENCE = 10_000;
/** A header of as many segments as there may be is the most of it. */
const MAX_STATE_BYTES = 16_777_216;
const MAX_MEMBERS_BYTES = 2 ** 31 - 1;
/** For everybody to read: what is handed out. */
const PUBLIC_FILE = 0o644;

/** Where a directory lies. */
export interface DirectoryPlaces {
  /** What is handed out. */
  readonly folder: string;
  /** What is not. */
  readonly hidden: string;
  /** By what it is sealed. Default: it is not, and its owner alone may read it. */
  readonly unlock?: Unlock | undefined;
}

/** The private part alone. */
export type HiddenPlace = Pick<DirectoryPlaces, 'hidden' | 'unlock'>;

/** With what a directory is changed. */
export interface ChangeOptions {
  /** Where the key that signs was read from, to be found again. */
  readonly keyFile: string;
  /** Ed25519 private key, 32 bytes. */
  readonly signingKey: Uint8Array;
  readonly backend: GroupBackend;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** With what a directory is made. */
interface CreateOptions extends ChangeOptions {
  readonly setId: string;
  readonly kind: FilterKind;
  readonly falsePositiveRate: number;
}

/** What a change came to. */
export interface Changed {
  readonly state: DirectoryState;
  /** Members that were added or taken out. */
  readonly changed: number;
  /** Epochs that were still answered and end with this change. */
  readonly ended: readonly number[];
}

/**
 * Publishes a set in a folder that has none yet.
 * @throws {VeilmatchError} `argument` where there is one; `io`; what `publishSet` throws
 */
export async function createDirectory(
  places: DirectoryPlaces,
  members: IdentifierSet,
  options: CreateOptions,
): Promise<Changed> {
  await makeFolders(places);
  return locked(places, async (check) => {
    for (const path of [join(places.hidden, STATE_FILE), join(places.folder, HEADER_FILE)]) {
      if ((await readIfThere(path, MAX_STATE_BYTES)) === undefined) continue;
      throw new VeilmatchError(
        'argument',
        `${pathName(path)} exists: there is a directory already. Change it with directory add, remove or rotate.`,
      );
    }
    const { setId, kind, falsePositiveRate, keyFile, signingKey } = options;
    const { secretKey } = await freshKeys(options);
    const name = { setId, epoch: 1 };
    const set = joined(members);
    const published = await publishSet(set, {
      ...name,
      kind,
      falsePositiveRate,
      ...worked(options, secretKey),
    });
    const state: DirectoryState = {
      ...{ setId, kind, falsePositiveRate, keyFile },
      signer: signingPublicKey(signingKey),
      members: newMembersName(),
      header: published.header,
      epochs: [epochOf(published, 1, secretKey)],
    };
    await check();
    await putOut(places, state, published.filters, set);
    return { state, changed: set.size, ended: [] };
  });
}

/**
 * Adds those who are not in it yet, as a segment of their own under the same key and epoch.
 * @throws {VeilmatchError} `bad-file`, `io`; `argument` for another key; `incompatible-lists` for other kinds of identifiers; what
 * `addSegment` throws
 */
export function addMembers(
  places: DirectoryPlaces,
  list: IdentifierSet,
  options: ChangeOptions,
): Promise<Changed> {
  return change(places, options, async ({ state, members }) => {
    checkComparable(members.kinds, list.kinds);
    const additions = joined(list.only(splitBy(members, list).others));
    if (additions.size === 0) return undefined;
    const [{ epoch, secretKey }, ...older] = state.epochs;
    const before = { header: state.header, filters: [] };
    const published = await addSegment(before, additions, settings(state, epoch, secretKey, options));
    return {
      state: { ...state, header: published.header, epochs: [epochOf(published, epoch, secretKey), ...older] },
      filters: published.filters,
      members: joined(members, additions),
      changed: additions.size,
    };
  });
}

/**
 * Takes members out: a new epoch under the same key, with one segment. Older epochs end, or those who are gone would still be
 * found in them.
 * @throws {VeilmatchError} as `addMembers` does
 */
export function removeMembers(
  places: DirectoryPlaces,
  list: IdentifierSet,
  options: ChangeOptions,
): Promise<Changed> {
  return change(places, options, async ({ state, members }) => {
    checkComparable(members.kinds, list.kinds);
    const gone = splitBy(list, members);
    if (gone.shared.length === 0) return undefined;
    const remaining = joined(members.only(gone.others));
    const [{ epoch, secretKey }] = state.epochs;
    const published = await publishSet(remaining, settings(state, epoch + 1, secretKey, options));
    return {
      state: { ...state, header: published.header, epochs: [epochOf(published, epoch + 1, secretKey)] },
      filters: published.filters,
      members: remaining,
      changed: gone.shared.length,
    };
  });
}

/**
 * Publishes all members under a new key, in one segment.
 * @param until milliseconds since 1970 up to which the old epochs are answered
 * @throws {VeilmatchError} as `addMembers` does
 */
export function rotateKey(places: DirectoryPlaces, until: number, options: ChangeOptions): Promise<Changed> {
  return change(places, options, async ({ state, members }) => {
    const [current, ...older] = state.epochs;
    const epoch = current.epoch + 1;
    const { secretKey } = await freshKeys(options);
    const published = await publishSet(members, settings(state, epoch, secretKey, options));
    const kept = { ...current, until };
    return {
      state: {
        ...state,
        header: published.header,
        epochs: [epochOf(published, epoch, secretKey), kept, ...older],
      },
      filters: published.filters,
      members,
      changed: 0,
    };
  });
}

/** The private part of a directory. @throws {VeilmatchError} `bad-file`, `io`; `argument` for a sealed one without its key */
export async function readState({ hidden, unlock }: HiddenPlace): Promise<DirectoryState> {
  const path = join(hidden, STATE_FILE);
  const bytes = await readHidden(path, unlock, MAX_STATE_BYTES);
  if (bytes !== undefined) return decodeState(bytes, pathName(path));
  throw new VeilmatchError(
    'io',
    `${pathName(hidden)} holds no private part of a directory. Make one with veilmatch directory create, or name it with --private.`,
  );
}

/** What the header says that is published. @throws {VeilmatchError} `wrong-pin`, `bad-message` */
export function headerOf({ header, signer }: DirectoryState): PublishedHeader {
  return openHeader(header, { signer });
}

/** Epochs that are answered at a time. */
export function liveEpochs({ epochs }: DirectoryState, now: number): readonly KeptEpoch[] {
  return epochs.filter(({ until }) => until === undefined || until > now);
}

interface Content {
  readonly state: DirectoryState;
  readonly members: IdentifierSet;
}

interface Next extends Content {
  /** Those that are new. */
  readonly filters: readonly Uint8Array[];
  readonly changed: number;
}

/** @param make undefined where there is nothing to change */
async function change(
  places: DirectoryPlaces,
  { keyFile, signingKey }: ChangeOptions,
  make: (content: Content) => Promise<Next | undefined>,
): Promise<Changed> {
  // Said before a lock is looked for where there is no folder.
  await readState(places);
  return locked(places, async (check) => {
    const state = await readState(places);
    if (!equalBytes(signingPublicKey(signingKey), state.signer)) {
      throw new VeilmatchError(
        'argument',
        'The key is another one than the one that signed the directory, and clients that have pinned that one would refuse this. ' +
          'Give the right one with --key-file.',
      );
    }
    const path = join(places.hidden, state.members);
    const bytes = await readHidden(path, places.unlock, MAX_MEMBERS_BYTES);
    if (bytes === undefined) {
      throw new VeilmatchError('io', `${pathName(path)} is missing. Bring it back from a copy.`);
    }
    const now = Date.now();
    const live = liveEpochs(state, now) as [KeptEpoch, ...KeptEpoch[]];
    const next = await make({
      state: { ...state, epochs: live, keyFile, members: newMembersName() },
      members: decodeMembers(bytes, pathName(path)),
    });
    await check();
    if (next === undefined) {
      // What another change has not brought to its end is.
      await putHeader(places, state);
      return { state, changed: 0, ended: [] };
    }
    await putOut(places, next.state, next.filters, next.members);
    const answered = next.state.epochs.map(({ epoch }) => epoch);
    const ended = live.map(({ epoch }) => epoch).filter((epoch) => !answered.includes(epoch));
    return { state: next.state, changed: next.changed, ended };
  });
}

const settings = (
  { setId, kind, falsePositiveRate }: DirectoryState,
  epoch: number,
  secretKey: Uint8Array,
  options: ChangeOptions,
): PublishOptions => ({ setId, epoch, kind, falsePositiveRate, ...worked(options, secretKey) });

const worked = (
  { signingKey, backend, signal, onProgress }: ChangeOptions,
  secretKey: Uint8Array,
): { keys: ContactKeys } & Pick<PublishOptions, 'backend' | 'signal' | 'onProgress'> => ({
  keys: { secretKey, signingKey },
  ...{ backend, signal, onProgress },
});

function freshKeys({ backend }: ChangeOptions): Promise<ContactKeys> {
  return generateContactKeys({ backend });
}

const newMembersName = (): string => `members-${randomBytes(8).toString('hex')}`;

function epochOf({ header }: PublishedSet, epoch: number, secretKey: Uint8Array): KeptEpoch {
  const { segments } = openHeader(header, { digest: headerDigest(header) });
  return {
    ...{ epoch, secretKey },
    size: segments.reduce((sum, { size }) => sum + size, 0),
    segments: segments.map(({ digest }) => bytesToHex(digest)),
  };
}

async function makeFolders({ folder, hidden }: DirectoryPlaces): Promise<void> {
  for (const [path, mode] of [
    [join(folder, SEGMENT_FOLDER), 0o755],
    [hidden, 0o700],
  ] as const) {
    await mkdir(path, { recursive: true, mode }).catch((error) => {
      throw fileError('write', path, error);
    });
  }
}

async function locked<T>(
  { hidden }: DirectoryPlaces,
  body: (check: FileLock['check']) => Promise<T>,
): Promise<T> {
  const lock = await lockFile(join(hidden, LOCK_FILE), PATIENCE);
  try {
    return await body(() => lock.check());
  } finally {
    await lock.release();
  }
}

/** @param filters of the last segments of the published epoch */
async function putOut(
  places: DirectoryPlaces,
  state: DirectoryState,
  filters: readonly Uint8Array[],
  members: IdentifierSet,
): Promise<void> {
  const { segments } = headerOf(state);
  const fresh = segments.slice(segments.length - filters.length);
  for (const [i, segment] of fresh.entries()) {
    await replaceFile(join(places.folder, ...segmentFile(segment).split('/')), filters[i]!, PUBLIC_FILE);
  }
  const { hidden, unlock } = places;
  await writeHidden(join(hidden, state.members), unlock, encodeMembers(members));
  await writeHidden(join(hidden, STATE_FILE), unlock, encodeState(state));
  await putHeader(places, state);
  await sweep(places, state);
}

/** What the private part says is handed out, the header last. */
async function putHeader(
  { folder }: DirectoryPlaces,
  { header, signer, setId }: DirectoryState,
): Promise<void> {
  const line = utf8(signerLine(setId, signer));
  for (const [name, bytes] of [
    [SIGNER_FILE, line],
    [HEADER_FILE, header],
  ] as const) {
    const path = join(folder, name);
    const there = await readIfThere(path, MAX_STATE_BYTES);
    if (there === undefined || !equalBytes(there, bytes)) await replaceFile(path, bytes, PUBLIC_FILE);
  }
}

/** As `veilmatch key` writes it. */
export function signerLine(name: string, signer: Uint8Array): string {
  return `${name} ed25519:${bytesToHex(signer)}\n`;
}

/** Takes away what no epoch needs any more; a client that was fetching it finds a newer header. */
async function sweep(
  { folder, hidden }: DirectoryPlaces,
  { epochs, members }: DirectoryState,
): Promise<void> {
  const needed = new Set(epochs.flatMap(({ segments }) => segments));
  const segments = join(folder, SEGMENT_FOLDER);
  const old = (await readdir(segments)).filter((name) => /^[0-9a-f]{64}$/.test(name) && !needed.has(name));
  const lists = (await readdir(hidden)).filter(
    (name) => /^members-[0-9a-f]{16}$/.test(name) && name !== members,
  );
  for (const path of [...old.map((name) => join(segments, name)), ...lists.map((name) => join(hidden, name))])
    await rm(path, { force: true });
}
