// SPDX-License-Identifier: Apache-2.0
/**
 * Who gets one of the channels that a listener has at once. A place is kept for each known peer that has none, and where
 * others may come, whose number nobody knows, one for them: so neither one peer nor two can take all that there are while
 * somebody else is known. Where there are fewer places than peers each has one, first come, first served, and every phase of a
 * run has its time.
 */

export interface PlaceLimits {
  /** Channels at once. */
  readonly channels: number;
  /** Channels at once of one peer. */
  readonly channelsPerPeer: number;
}

/** Who may come. */
export interface Expected {
  /** Ids of peers that are known beforehand. */
  readonly known: ReadonlySet<string>;
  /** Whether there may be others, as where any certificate of an authority will do. */
  readonly others: boolean;
}

/**
 * Whether a peer may have a channel more.
 * @param open ids of the peers of all channels that are open, one for each channel
 */
export function hasPlace(
  peer: string,
  open: readonly string[],
  expected: Expected,
  limits: PlaceLimits,
): boolean {
  const { known, others } = expected;
  const free = limits.channels - open.length;
  const own = open.filter((id) => id === peer).length;
  if (free <= 0 || own >= limits.channelsPerPeer) return false;
  const present = new Set(open);
  const absent = [...known].filter((id) => id !== peer && !present.has(id)).length;
  // Its first channel is what a known peer's place is kept for; all others go without what is kept.
  if (own === 0 && known.has(peer)) return true;
  if (own === 0) return free > absent;
  return free > absent + (others ? 1 : 0);
}
