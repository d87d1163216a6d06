// SPDX-License-Identifier: Apache-2.0
/**
 * The frames of a run of `ot-psi`. Elements have e bytes.
 *
 * | type | name | body |
 * |---|---|---|
 * | 32 | Choices | 765 x 2 e bytes |
 * | 33 | Trees | 32 bytes, e bytes, 40,832 bytes |
 * | 34 | Columns | u32 number, rows / 8 x 255 bytes |
 * | 35 | Sums | 160 x 16 bytes, 32 bytes |
 */

import { CONFIRM } from '../intersection/frames.js';
import { FINISH, type FrameType, HELLO } from '../run/frames.js';
import { TAGS } from '../shuffled/frames.js';

export const CHOICES: FrameType = { type: 32, name: 'choices' };
export const TREES: FrameType = { type: 33, name: 'trees' };
export const COLUMNS: FrameType = { type: 34, name: 'columns' };
export const SUMS: FrameType = { type: 35, name: 'sums' };

export const OT_FRAMES: readonly FrameType[] = [HELLO, CHOICES, TREES, COLUMNS, SUMS, TAGS, CONFIRM, FINISH];
