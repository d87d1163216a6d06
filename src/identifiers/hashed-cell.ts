// SPDX-License-Identifier: Apache-2.0
/** Cells that hold a platform's token already, as lists do that were hashed in part. */

import { sha256 } from '@noble/hashes/sha2.js';
import { base64ToBytes, bytesToHex, hexToBytes } from '../bytes.js';
import type { Platform } from './platforms/platform.js';
import type { UploadKind } from './platforms/upload.js';

const HEX = /^[\da-f]+$/i;
const BASE64 = /^[A-Za-z\d+/]+={0,2}$/;

/**
 * @returns the token as the platform takes it, from a digest of its hash's length in hexadecimal or, of platforms that take
 * base64, in that; undefined for any other text
 */
export function hashedCell<Options>(
  platform: Platform<Options>,
  text: string,
  kind: UploadKind,
  options: Options,
): string | undefined {
  const cell = text.trim();
  const length = (platform.hash?.(options, kind) ?? sha256)(new Uint8Array()).length;
  if (cell.length === 2 * length && HEX.test(cell))
    return encoded(platform, hexToBytes(cell.toLowerCase()), options);
  if (platform.encoding === undefined || cell.length !== 4 * Math.ceil(length / 3) || !BASE64.test(cell))
    return undefined;
  const bytes = base64ToBytes(cell);
  return bytes?.length === length ? encoded(platform, bytes, options) : undefined;
}

function encoded<Options>(platform: Platform<Options>, bytes: Uint8Array, options: Options): string {
  return (platform.encoding?.(options) ?? bytesToHex)(bytes);
}
