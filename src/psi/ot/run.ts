// SPDX-License-Identifier: Apache-2.0
/** What both parties of a run of `ot-psi` are told, and what they do alike. */

import { type OptionNames, requireOptionsWithBackend, requireSet } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import type { Frame } from '../run/frames.js';
import type { RunKind } from '../run/kind.js';
import { COMMON_NAMES, type CommonOptions, commonSettings, type PartySettings } from '../run/party.js';
import { toBoth } from '../run/shared-options.js';
import type { Learner } from '../run/suite.js';
import { columnsBytes } from './columns.js';

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

/**
 * The columns in a frame: a view.
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
