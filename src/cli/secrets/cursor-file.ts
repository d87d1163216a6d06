// SPDX-License-Identifier: Apache-2.0
/** The file that a long search goes on from. Readable by its owner alone: with --reveal, it holds identifiers. */

import { stat } from 'node:fs/promises';
import type { ReversalCursor } from '../../attack/index.js';
import { VeilmatchError } from '../../errors.js';
import { type Io, readBytes } from '../../lists/io.js';
import { PRIVATE_MODE, withOutputs } from '../../lists/output.js';
import { pathName } from '../../path-name.js';

/** What was found: identifiers by the token that they are behind. */
export type Revealed = Map<string, string[]>;

interface StoredSearch {
  /** Checked when a search goes on from it. */
  readonly cursor: ReversalCursor;
  /** Where identifiers are to be revealed, those found so far. */
  readonly revealed: Revealed | undefined;
}

const KIND = 'veilmatch reversal';

/**
 * Undefined where there is no such file: the search begins.
 * @param tokens of the search, which the file names by their places
 * @throws {VeilmatchError} `io`, `bad-file`
 */
export async function readCursorFile(
  path: string,
  tokens: readonly string[],
  io: Io,
): Promise<StoredSearch | undefined> {
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBytes(path, io)) chunks.push(chunk);
  const stored = parsed(Buffer.concat(chunks).toString('utf8'));
  const { kind, cursor, revealed } = stored;
  if (kind !== KIND || !(revealed === undefined || isRevealed(revealed, tokens.length))) throw badFile(path);
  return {
    cursor: cursor as ReversalCursor,
    revealed: revealed && new Map(revealed.map(([place, ...identifiers]) => [tokens[place]!, identifiers])),
  };
}

/** @throws {VeilmatchError} `io` */
export async function writeCursorFile(
  path: string,
  { cursor, revealed }: StoredSearch,
  tokens: readonly string[],
  io: Io,
): Promise<void> {
  const places = new Map<string, number>();
  if (revealed !== undefined) {
    for (const [place, token] of tokens.entries()) {
      if (revealed.has(token) && !places.has(token)) places.set(token, place);
    }
  }
  const document = {
    kind: KIND,
    cursor,
    revealed: revealed && Array.from(revealed, ([token, identifiers]) => [places.get(token), ...identifiers]),
  };
  // The signal has fired when a search that was stopped is stored.
  const lasting: Io = { ...io, signal: undefined };
  await withOutputs(
    [path],
    [],
    lasting,
    (output) => output!.write(`${JSON.stringify(document)}\n`),
    PRIVATE_MODE,
  );
}

type Entries = readonly (readonly [number, ...string[]])[];

function parsed(text: string): Partial<Record<'kind' | 'cursor' | 'revealed', unknown>> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function isRevealed(value: unknown, tokens: number): value is Entries {
  return (
    Array.isArray(value) &&
    value.every(
      (entry) =>
        Array.isArray(entry) &&
        Number.isInteger(entry[0]) &&
        entry[0] >= 0 &&
        entry[0] < tokens &&
        entry.slice(1).every((identifier) => typeof identifier === 'string'),
    )
  );
}

function badFile(path: string): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${pathName(path)} is not a file that an interrupted search has left, or one of another list. Name another file; where there is none, the search begins.`,
  );
}
