// SPDX-License-Identifier: Apache-2.0
import { AUTO_FRAMES } from '../../src/psi/auto/frames.js';
import { JOIN_IDS_FRAMES } from '../../src/psi/join-ids/frames.js';
import type { FrameType } from '../../src/psi/run/frames.js';
import { SUM_FRAMES } from '../../src/psi/sum/frames.js';

/** Every type of frame that a protocol of the package has. */
export const FRAME_TYPES: readonly FrameType[] = [
  ...new Set([...AUTO_FRAMES, ...SUM_FRAMES, ...JOIN_IDS_FRAMES]),
];
