// SPDX-License-Identifier: Apache-2.0
/** A worker that does nothing: each frame is read as a whole, as a worker does, and given back. */

/** @type {Buffer[]} */
let held = [];
let length = 0;

for await (const chunk of process.stdin) {
  held.push(chunk);
  length += chunk.length;
  for (;;) {
    if (length < 4) break;
    if (/** @type {Buffer} */ (held[0]).length < 4) held = [Buffer.concat(held)];
    const frame = 4 + /** @type {Buffer} */ (held[0]).readUInt32BE(0);
    if (length < frame) break;
    const bytes = Buffer.concat(held);
    process.stdout.write(bytes.subarray(0, frame));
    held = [bytes.subarray(frame)];
    length -= frame;
  }
}
