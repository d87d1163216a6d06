#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
import { setFlagsFromString } from 'node:v8';
import { removeLeftovers } from '../leftovers.js';
import { run } from './program.js';

// Node 20 has relaxed SIMD behind a flag. A process of one's own may set it, which a library must not; the fast group
// kernel needs it, and without it the slower one is taken.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

const controller = new AbortController();
// The first signal lets a command remove what it has begun; the second one removes it at once, and ends the process.
for (const [name, status] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(name, () => {
    // A server that reads its files anew at SIGHUP listens for it itself.
    if (process.listenerCount(name) > 1) return;
    if (controller.signal.aborted) {
      removeLeftovers();
      process.exit(status);
    }
    controller.abort();
  });
}

const { stdin, stdout, stderr } = process;
// Help and messages that nobody reads any more are no failure, and a server goes on when its log has no reader. Where a
// result is lost, output.ts says so.
for (const stream of [stdout, stderr]) stream.on('error', () => {});
// Not process.exit: what is written to a pipe must still arrive.
process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, signal: controller.signal });
