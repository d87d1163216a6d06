// SPDX-License-Identifier: Apache-2.0
/**
 * The process that measures for the case `hostile`: how long one frame of a partner's holds the event loop of a sender, for
 * frames that are as long as frames may be, valid and not.
 */

import { createBackend } from 'veilmatch/group';
import { IdentifierSet, psiReceiver, psiSender } from 'veilmatch/psi';

/** @type {{ backend: 'fma' | 'integer' | 'noble', records: number }} */
const { backend: name, records } = JSON.parse(process.argv[2] ?? '{"backend":"integer","records":2000}');

const backend = await createBackend({ backend: name, concurrency: 1 });
const asking = IdentifierSet.ofStrings(Array.from({ length: records }, (_, i) => `member ${i}`));
const answering = IdentifierSet.ofStrings(['ada', 'grace']);
const HEADER = 5;
const ELEMENT = 32;

/** @param {AsyncIterable<Uint8Array>} frames */
async function all(frames) {
  const drawn = [];
  for await (const frame of frames) drawn.push(frame);
  return drawn;
}

const receiver = psiReceiver(asking, { backend, chunkSize: records });
const [hello] = await all(receiver.start());
const sender = psiSender(answering, { backend });
await all(sender.start());
const [answer] = await all(sender.receive(hello));
const [blinded] = await all(receiver.receive(answer));
await sender.abandon();
await receiver.abandon();

/** Changes the frame's records. @type {Record<string, (frame: Uint8Array) => void>} */
const FRAMES = {
  'as it should be': () => {},
  'no element among the records': (frame) => frame.fill(0xff, HEADER),
  'the last record is no element': (frame) => frame.fill(0xff, frame.length - ELEMENT),
  'one element, again and again': (frame) => {
    const [first] = [frame.slice(HEADER, HEADER + ELEMENT)];
    for (let at = HEADER; at < frame.length; at += ELEMENT) frame.set(first, at);
  },
};

const results = [];
for (const [frame, change] of Object.entries(FRAMES)) {
  const sent = blinded.slice();
  change(sent);
  const machine = psiSender(answering, { backend });
  await all(machine.start());
  await all(machine.receive(hello));
  let [last, longest, running] = [performance.now(), 0, true];
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(tick);
  };
  setImmediate(tick);
  const started = performance.now();
  last = started;
  const outcome = await all(machine.receive(sent)).then(
    () => 'answered',
    (error) => error.code,
  );
  // What was under way when it ended counts, too.
  await new Promise((resolve) => setImmediate(resolve));
  running = false;
  const seconds = (performance.now() - started) / 1000;
  await machine.abandon();
  results.push({ frame, backend: name, outcome, records, longestHoldMilliseconds: longest, seconds });
}
await backend.dispose();
console.log(JSON.stringify(results));
