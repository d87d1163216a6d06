// SPDX-License-Identifier: Apache-2.0
/**
 * The frames of a run that may be verifiable, and may tell both. Elements have e bytes and scalars s.
 *
 * | type | name | body |
 * |---|---|---|
 * | 6 | Proof | u32 index of the first answer that it is about, 2 x s bytes |
 * | 7 | Confirm | ordered: u32 index of the first record, n x 16 bytes; shuffled: E, e bytes, and 4 bytes |
 */

import type { FrameType } from '../run/frames.js';
import { ASKING_FRAMES } from '../shuffled/frames.js';

export const PROOF: FrameType = { type: 6, name: 'proof' };
export const CONFIRM: FrameType = { type: 7, name: 'confirm' };

export const INTERSECTION_FRAMES: readonly FrameType[] = [...ASKING_FRAMES, PROOF, CONFIRM];
