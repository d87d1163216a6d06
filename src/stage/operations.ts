// SPDX-License-Identifier: Apache-2.0
/** The operations of `veilmatch-worker-v1`, by number, and how much one of them may ask for. */

/** The number of the protocol, in the first frame and in its answer. */
export const PROTOCOL = 1;

/** What the byte behind a frame's length says. An answer has the number of its question, or that of an error. */
export const OPERATION = {
  error: 0,
  init: 1,
  normalize: 2,
  hash: 3,
  identify: 4,
  blind: 5,
  evaluate: 6,
  tag: 7,
  unblindAndTag: 8,
} as const;

/** An operation besides those that every worker has. */
export type Operation = Exclude<keyof typeof OPERATION, 'error' | 'init'>;

/** Bytes of a frame, its operation included: 64 MiB. */
export const MAX_FRAME_BYTES: number = 64 * 2 ** 20;

/** Bytes of the first frame. */
export const MAX_INIT_BYTES = 65_536;
