// SPDX-License-Identifier: Apache-2.0
/**
 * A published set as files that any web server hands out: the signed header, under a name that stays, and each filter under a name
 * that is its digest, so that what stands under it never changes.
 */

import { bytesToHex } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { type HeaderPin, openHeader, type Segment } from './header.js';
import { type PublishedSet, requirePublished } from './published.js';

/** What the header is called. */
export const HEADER_FILE = 'header';
/** The folder of the filters. */
export const SEGMENT_FOLDER = 'segments';
/** What clients may pin at their first visit: a line `NAME ed25519:KEY`. */
export const SIGNER_FILE = 'signer';

/** What the filter of a segment is called: 64 hexadecimal digits, in the folder of all. */
export function segmentFile({ digest }: Pick<Segment, 'digest'>): string {
  return `${SEGMENT_FOLDER}/${bytesToHex(digest)}`;
}

/** A file that is handed out. */
export interface PublishedFile {
  /** Relative to the address of the set, with slashes. */
  readonly path: string;
  /** What stands in it. */
  readonly bytes: Uint8Array;
  /** Whether nothing else will ever stand under this name, so that whoever has it need not ask again. */
  readonly immutable: boolean;
}

/**
 * The files of a published set, the header last: whoever puts them out in this order never shows a header without its filters.
 * @throws {VeilmatchError} `wrong-pin`, `bad-message`, `incompatible-peer` for a header that is not this server's own; `argument` for
 * other filters than it names
 * @example
 * ```ts
 * import { generateContactKeys, publishedFiles, publishSet } from 'veilmatch/contact';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { signingPublicKey } from 'veilmatch/transport';
 *
 * const name = { setId: 'members', epoch: 1 };
 * const keys = await generateContactKeys();
 * const published = await publishSet(IdentifierSet.ofStrings(['ada', 'grace']), { ...name, keys });
 * const files = publishedFiles(published, { signer: signingPublicKey(keys.signingKey) });
 * console.log(files.map(({ path }) => path.length)); // → [ 73, 6 ]
 * ```
 */
export function publishedFiles(published: PublishedSet, pin: HeaderPin): readonly PublishedFile[] {
  requirePublished(published);
  const { header, filters } = published;
  const { segments } = openHeader(header, pin);
  if (filters.length !== segments.length) {
    throw new VeilmatchError(
      'argument',
      `The header names ${segments.length} filters; there are ${filters.length}.`,
    );
  }
  const files = segments.map((segment, i): PublishedFile => {
    return { path: segmentFile(segment), bytes: filters[i]!, immutable: true };
  });
  return [...files, { path: HEADER_FILE, bytes: header, immutable: false }];
}
