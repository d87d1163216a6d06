// SPDX-License-Identifier: Apache-2.0
/** Hashes out of what somebody pasted. */

import { VeilmatchError } from 'veilmatch';
import { readTable } from 'veilmatch/tables';

type Algorithm = 'sha256' | 'sha1' | 'md5';

const SHAPES: ReadonlyArray<readonly [Algorithm, RegExp]> = [
  ['sha256', /^(?:[0-9a-f]{64}|[\w+/-]{43}=?)$/i],
  ['sha1', /^(?:[0-9a-f]{40}|[\w+/-]{27}=?)$/i],
  ['md5', /^(?:[0-9a-f]{32}|[\w+/-]{22}(?:==)?)$/i],
];

export interface PastedTokens {
  readonly tokens: readonly string[];
  /** By their length. */
  readonly algorithm: Algorithm;
  /** Cells of the same column that are no hashes like these. */
  readonly rejected: number;
}

/** @throws {VeilmatchError} `argument` where there are none; `bad-file` */
export function readTokens(text: string): PastedTokens {
  const records = readTable(text).records.map(({ fields }) => fields);
  const width = records.reduce((most, { length }) => Math.max(most, length), 0);
  let best: PastedTokens = { tokens: [], algorithm: 'sha256', rejected: 0 };
  for (let column = 0; column < width; column++) {
    const cells = records.map((record) => record[column]?.trim() ?? '');
    for (const [algorithm, shape] of SHAPES) {
      const tokens = cells.filter((cell) => shape.test(cell));
      // The first one is a header, if it is no hash.
      const rejected = cells.filter((cell, i) => i > 0 && cell !== '' && !shape.test(cell)).length;
      if (tokens.length > best.tokens.length) best = { tokens, algorithm, rejected };
    }
  }
  if (best.tokens.length > 0) return best;
  throw new VeilmatchError(
    'argument',
    'No hashes were found. Paste MD5, SHA-1 or SHA-256 in hexadecimal or base64, one a line.',
  );
}
