// SPDX-License-Identifier: Apache-2.0
/** What both parties of a run of `ot-psi` are told, and what they do alike. */

import { type OptionNames, requireOptionsWithBackend, requireSet } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import {
  CHECK_SUMS,
  CODE_LENGTH,
  DELTA_BITS,
  type OtKernel,
  ROW_BYTES,
  SPAN_ROWS,
  WORD_BYTES,
} from '../../kernel/ot.js';
import type { Frame } from '../run/frames.js';
import type { RunKind } from '../run/kind.js';
import { COMMON_NAMES, type CommonOptions, commonSettings, type PartySettings } from '../run/party.js';
import { toBoth } from '../run/shared-options.js';
import type { Learner } from '../run/suite.js';
import type { BinShape } from './parameters.js';

export const OT_PSI: RunKind = { id: 'ot-psi', mode: 5 };

/** Options of a party. */
export interface OtPartyOptions extends CommonOptions {
  /** Who learns the result. Default `receiver`. */
  readonly to?: Exclude<Learner, 'sender'> | undefined;
}

const NAMES: OptionNames<OtPartyOptions> = { ...COMMON_NAMES, to: true };

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
export function otSettings(set: IdentifierSet, options: OtPartyOptions): PartySettings {
  requireSet(set);
  requireOptionsWithBackend(options, NAMES);
  const { to = 'receiver' } = options;
  toBoth.check(to);
  return commonSettings(set, options, { protocol: OT_PSI, to, verifiable: false });
}

/** Bytes of the columns of so many rows: a bit for each of 255 coordinates. */
export function columnsBytes(rows: number): number {
  return (rows / 8) * CODE_LENGTH;
}

/** Bytes of the words of all sums. */
export const SUM_WORDS_BYTES: number = CHECK_SUMS * WORD_BYTES;
/** Bytes of the sums of rows. */
const SUM_ROWS_BYTES = CHECK_SUMS * ROW_BYTES;

/** Where the streams begin of what comes before the bins, and of each bin. */
export const HIDING_SPAN = 0;
export function spanOf(bin: number, { rows }: BinShape): number {
  return 1 + bin * Math.ceil(rows / SPAN_ROWS);
}

/** The digest's input: the sums of rows of either party. */
export function sumRows(kernel: OtKernel): Uint8Array {
  return kernel.view('SUMS', SUM_ROWS_BYTES);
}

/** Number of the frame of columns that hide the sums, which is the first, and of each bin. */
export const HIDING_FRAME = 0;
export function frameOf(bin: number): number {
  return bin + 1;
}

/**
 * The columns in a frame.
 * @param number that it has to have
 * @throws {VeilmatchError} `bad-message`
 */
export function decodeColumns({ body }: Frame, number: number, rows: number): Uint8Array {
  const length = columnsBytes(rows);
  const found = body.length < 4 ? -1 : new DataView(body.buffer, body.byteOffset).getUint32(0);
  if (body.length === 4 + length && found === number) return body.subarray(4);
  throw new VeilmatchError(
    'bad-message',
    `Frame ${number} of columns was due, with ${length} bytes of them; the peer sent ${body.length} bytes.`,
    { position: number },
  );
}

/** A vector of ones or zeros for each bit of Delta. */
export function setDelta(kernel: OtKernel, delta: Uint8Array): void {
  const vectors = kernel.view('DELTA', CODE_LENGTH * DELTA_BITS * WORD_BYTES);
  for (let i = 0; i < CODE_LENGTH * DELTA_BITS; i++) {
    const bit = (delta[Math.floor(i / DELTA_BITS)]! >>> (i % DELTA_BITS)) & 1;
    for (let k = 0; k < WORD_BYTES; k++) vectors[i * WORD_BYTES + k] = -bit;
  }
}
