// SPDX-License-Identifier: Apache-2.0
/** The frames of a run that becomes one of two others. */

import { INTERSECTION_FRAMES } from '../intersection/frames.js';
import { OT_FRAMES } from '../ot/frames.js';
import type { FrameType } from '../run/frames.js';

export const AUTO_FRAMES: readonly FrameType[] = [...new Set([...INTERSECTION_FRAMES, ...OT_FRAMES])];
