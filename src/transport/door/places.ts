// SPDX-License-Identifier: Apache-2.0
/**
 * Who gets one of the channels that a listener has at once. A place is kept for each partner that has none, so neither one
 * partner nor two can take all that there are while somebody else is known. Where there are fewer places than partners each
 * has one, first come, first served, and every phase of a run has its time.
 */

interface PlaceLimits {
  /** Channels at once. */
  readonly channels: number;
  /** Channels at once of one peer. */
  readonly channelsPerPeer: number;
}

/**
 * Whether a peer may have a channel more.
 * @param open ids of the peers of all channels that are open, one for each channel
 * @param known ids of all who may come
 */
export function hasPlace(
  peer: string,
  open: readonly string[],
  known: ReadonlySet<string>,
  limits: PlaceLimits,
): boolean {
  const free = limits.channels - open.length;
  const own = open.filter((id) => id === peer).length;
  if (free <= 0 || own >= limits.channelsPerPeer) return false;
  const present = new Set(open);
  const absent = [...known].filter((id) => id !== peer && !present.has(id)).length;
  // Its first channel is what a peer's place is kept for; all others go without what is kept.
  return (own === 0 && known.has(peer)) || free > absent;
}
