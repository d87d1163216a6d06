// SPDX-License-Identifier: Apache-2.0
/**
 * The frames of a run for pseudonyms. Elements have e bytes.
 *
 * | type | name | body |
 * |---|---|---|
 * | 20 | Ids | u32 index of the first element, n x e bytes |
 */

import { FINISH, type FrameType, HELLO } from '../run/frames.js';
import { BLINDED, EVALUATED } from '../shuffled/frames.js';

export const IDS: FrameType = { type: 20, name: 'ids' };

export const JOIN_IDS_FRAMES: readonly FrameType[] = [HELLO, BLINDED, EVALUATED, IDS, FINISH];
