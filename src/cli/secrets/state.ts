// SPDX-License-Identifier: Apache-2.0
/** What `veilmatch psi request` keeps for `veilmatch psi finish`: sealed, written whole or not at all. */

import { resolve } from 'node:path';
import { bytesToHex, fromUtf8, hexToBytes, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import type { Reveal, Unlock } from '../../psi/index.js';
import { readIfThere } from '../../transport/files/files.js';
import { readSealed, writeSealed } from '../../transport/files/sealed-file.js';
import type { RequestState } from '../../transport/index.js';

const FORMAT = 'veilmatch-request-v1';
const BYTES = ['seed', 'requestId', 'requestDigest', 'peer', 'own', 'listDigest'] as const;

/** The state of a request, and how its list was read: it is read the same way again. */
export interface KeptRequest {
  readonly state: RequestState;
  readonly path: string;
  readonly flags: object;
}

/** @throws {VeilmatchError} `argument` where there is one already, `io` */
export async function saveState(path: string, kept: KeptRequest, unlock: Unlock): Promise<void> {
  const { state, flags } = kept;
  if ((await readIfThere(path)) !== undefined) {
    throw new VeilmatchError(
      'argument',
      `${pathName(path)} exists and may be the state of another request. Finish that one, or take another name.`,
    );
  }
  const hex = Object.fromEntries(BYTES.map((name) => [name, bytesToHex(state[name])]));
  const text = utf8(
    JSON.stringify({ format: FORMAT, reveal: state.reveal, ...hex, path: resolve(kept.path), flags }),
  );
  await writeSealed(path, 'request', text, unlock);
  text.fill(0);
}

/** @throws {VeilmatchError} `io`; `bad-file` for what is no state, or sealed with another key */
export async function loadState(path: string, unlock: Unlock): Promise<KeptRequest> {
  const text = await readSealed(path, 'request', unlock);
  if (text === undefined) {
    throw new VeilmatchError(
      'io',
      `There is no ${pathName(path)}: the request was finished already, or made elsewhere.`,
    );
  }
  try {
    return parseState(text, path);
  } finally {
    text.fill(0);
  }
}

/** What was sealed as a state may be one of another version. @throws {VeilmatchError} `bad-file` */
function parseState(text: Uint8Array, path: string): KeptRequest {
  try {
    const kept = JSON.parse(fromUtf8(text));
    if (kept.format !== FORMAT) throw new TypeError('another format');
    for (const name of ['reveal', 'path']) if (typeof kept[name] !== 'string') throw new TypeError('no text');
    if (typeof kept.flags !== 'object' || kept.flags === null) throw new TypeError('no flags');
    const bytes = Object.fromEntries(BYTES.map((name) => [name, hexToBytes(kept[name])]));
    const state = { ...(bytes as Record<(typeof BYTES)[number], Uint8Array>), reveal: kept.reveal as Reveal };
    return { state, path: kept.path, flags: kept.flags };
  } catch {
    // The error that led here may quote what is secret.
    throw new VeilmatchError('bad-file', `${pathName(path)} is no state of a request.`);
  }
}
