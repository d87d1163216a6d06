// SPDX-License-Identifier: Apache-2.0
/** Two ends of a channel between which the line is cut after so many frames. */

import type { Channel } from '../../src/transport/channel/channel.js';
import { disconnected } from '../../src/transport/channel/link.js';
import { memoryChannels } from '../../src/transport/channel/memory.js';

/** @param frames - that come through, of both directions together; undefined for a line that holds */
export function cutChannels(frames: number | undefined): [Channel, Channel] {
  const ends = memoryChannels();
  let sent = 0;
  const cut = async (): Promise<never> => {
    for (const end of ends) void end.close('aborted');
    throw disconnected('cut');
  };
  const cutting = (channel: Channel): Channel => ({
    traffic: channel.traffic,
    send: (frame) => (sent++ === frames ? cut() : channel.send(frame)),
    [Symbol.asyncIterator]: () => channel[Symbol.asyncIterator](),
    close: (reason) => channel.close(reason),
  });
  return [cutting(ends[0]), cutting(ends[1])];
}
