// SPDX-License-Identifier: Apache-2.0
/**
 * The frames of a run that adds values up. Elements have e bytes and tags t; two elements are an encrypted value.
 *
 * | type | name | body |
 * |---|---|---|
 * | 16 | SumKey | e bytes |
 * | 17 | Values | u32 index of the first record, n x (t + 2 e) bytes |
 * | 18 | Total | 2 e bytes; where the sender learns the sum, u32 size behind them |
 * | 19 | Opened | e bytes |
 */

import { FINISH, type FrameType, HELLO } from '../run/frames.js';
import { BLINDED, EVALUATED } from '../shuffled/frames.js';

export const SUM_KEY: FrameType = { type: 16, name: 'sumKey' };
export const VALUES: FrameType = { type: 17, name: 'values' };
export const TOTAL: FrameType = { type: 18, name: 'total' };
export const OPENED: FrameType = { type: 19, name: 'opened' };

export const SUM_FRAMES: readonly FrameType[] = [
  ...[HELLO, BLINDED, EVALUATED, FINISH],
  ...[SUM_KEY, VALUES, TOTAL, OPENED],
];
