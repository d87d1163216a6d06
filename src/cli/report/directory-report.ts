// SPDX-License-Identifier: Apache-2.0
/** What a directory is, in words and as JSON. */

import { bytesToHex } from '../../bytes.js';
import { headerDigest } from '../../contact/index.js';
import { headerOf, signerLine } from '../../directory/directory.js';
import type { DirectoryState } from '../../directory/state.js';
import { count } from './comparison.js';

/** For programs. */
interface DirectoryFacts {
  readonly setId: string;
  readonly epoch: number;
  /** Members. */
  readonly size: number;
  readonly kinds: readonly string[];
  readonly falsePositiveRate: number;
  /** What a client fetches that has nothing. */
  readonly bytes: number;
  readonly segments: readonly { readonly size: number; readonly bytes: number; readonly digest: string }[];
  /** As `lookup --signer` takes it. */
  readonly signer: string;
  /** Of the header, for clients that pin this one. */
  readonly headerDigest: string;
  /** Epochs that are answered besides. */
  readonly older: readonly { readonly epoch: number; readonly size: number; readonly until: string }[];
}

/** @param now milliseconds since 1970 */
export function directoryFacts(state: DirectoryState, now: number): DirectoryFacts {
  const { setId, epoch, kinds, segments } = headerOf(state);
  const sum = (of: (segment: (typeof segments)[number]) => number): number =>
    segments.reduce((total, segment) => total + of(segment), 0);
  return {
    setId,
    epoch,
    size: sum(({ size }) => size),
    kinds: [...kinds],
    falsePositiveRate: sum(({ bits }) => 2 ** -bits),
    bytes: state.header.length + sum(({ filterBytes }) => filterBytes),
    segments: segments.map(({ size, filterBytes, digest }) => ({
      ...{ size, bytes: filterBytes },
      digest: bytesToHex(digest),
    })),
    signer: signerLine(setId, state.signer).trimEnd(),
    headerDigest: bytesToHex(headerDigest(state.header)),
    older: state.epochs.flatMap(({ epoch: older, size, until }) =>
      until === undefined || until <= now
        ? []
        : [{ epoch: older, size, until: new Date(until).toISOString() }],
    ),
  };
}

export function directoryText(facts: DirectoryFacts): string {
  const line = (title: string, text: string): string => `${title.padEnd(11)} ${text}`;
  const { setId, epoch, size, kinds, falsePositiveRate, bytes, segments, signer, older } = facts;
  return [
    line('set', setId),
    line('epoch', String(epoch)),
    line('members', `${count(size)} in ${count(segments.length)} segment${segments.length === 1 ? '' : 's'}`),
    line('kinds', kinds.join(', ') || 'none'),
    line(
      'wrong',
      `at most ${falsePositiveRate.toExponential(1)} of those who are no members are taken for one`,
    ),
    line('bytes', count(bytes)),
    line('signer', signer),
    ...older.map((one) => line('old key', `epoch ${one.epoch}, answered until ${one.until}`)),
    '',
  ].join('\n');
}
