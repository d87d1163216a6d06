// SPDX-License-Identifier: Apache-2.0
/** Both parties in one process, from strings to rows: `match.js ecdh|ot RECEIVER SENDER THREADS`. */

import { readFileSync } from 'node:fs';
import { createBackend } from 'veilmatch/group';
import { IdentifierSet } from 'veilmatch/identifiers';
import { intersection, otIntersection, runBoth } from 'veilmatch/psi';

const [kind = '', receiver = '', sender = '', threads = '1'] = process.argv.slice(2);
const lines = (/** @type {string} */ path) => readFileSync(path, 'utf8').trimEnd().split('\n');
const [mine, theirs] = [lines(receiver), lines(sender)];
const backend = await createBackend({ concurrency: Number(threads) });
let bytes = 0;
const onFrame = (/** @type {unknown} */ _, /** @type {Uint8Array} */ frame) => {
  bytes += frame.length;
};
const started = performance.now();
const used = process.cpuUsage();
const lists = {
  receiver: { set: IdentifierSet.ofStrings(mine) },
  sender: { set: IdentifierSet.ofStrings(theirs) },
};
const setSeconds = (performance.now() - started) / 1000;
const protocol = /** @type {typeof intersection} */ (kind === 'ot' ? otIntersection : intersection);
const { receiver: told } = await runBoth(protocol, lists, { backend, onFrame });
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(used);
const cpuSeconds = (user + system) / 1e6;
await backend.dispose();
console.log(JSON.stringify({ seconds, cpuSeconds, setSeconds, bytes, found: told.size }));
