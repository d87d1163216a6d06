// SPDX-License-Identifier: Apache-2.0
/**
 * What is asked, what is answered, and what the sender has of its own list. Elements have e bytes, tags t.
 *
 * | type | name | body |
 * |---|---|---|
 * | 2 | Blinded | u32 index of the first element, n x e bytes |
 * | 3 | Evaluated | u32 index of the first element, n x e bytes |
 * | 4 | Tags | u32 index of the first tag, n x t bytes |
 */

import { FINISH, type FrameType, HELLO } from '../run/frames.js';

export const BLINDED: FrameType = { type: 2, name: 'blinded' };
export const EVALUATED: FrameType = { type: 3, name: 'evaluated' };
export const TAGS: FrameType = { type: 4, name: 'tags' };

/** Of a run in which the receiver asks and nothing else is said. */
export const ASKING_FRAMES: readonly FrameType[] = [HELLO, BLINDED, EVALUATED, TAGS, FINISH];
