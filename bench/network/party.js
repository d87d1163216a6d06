// SPDX-License-Identifier: Apache-2.0
// One party of a run over TLS, in a process of its own. The sender tells its port first; both end with what they measured.

import { createBackend } from 'veilmatch/group';
import { IdentifierSet } from 'veilmatch/identifiers';
import { connect, hashToken, listen, receive, send } from 'veilmatch/transport';

/**
 * @typedef {object} Part
 * @property {'sender' | 'receiver'} role
 * @property {number} size
 * @property {import('veilmatch/psi').Reveal} reveal
 * @property {string} token
 * @property {string} ca
 * @property {{ cert: string, key: string }} server
 * @property {number} [port] - of the sender
 */

/** @type {Part} */
const { role, size, reveal, token, ca, server, port } = JSON.parse(process.argv[2] ?? '{}');

/** Numbers of which every second one is in both lists. */
function* numbers() {
  const first = role === 'receiver' ? 0 : Math.floor(size / 2);
  for (let i = 0; i < size; i++) yield `+1415${String(first + i).padStart(7, '0')}`;
}

const set = IdentifierSet.ofStrings(numbers());
// The two parties share the machine.
const backend = await createBackend({ concurrency: 1 });
const before = process.resourceUsage().maxRSS * 1024;

/** @param {import('veilmatch/transport').Channel} channel @param {number} started */
function report({ traffic }, started) {
  process.send?.({
    role,
    backend: backend.name,
    seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
    bytesSent: traffic.sent,
    bytesReceived: traffic.received,
    peakMemoryMB: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
    memoryBeforeMB: Math.round(before / 1e6),
  });
}

if (role === 'sender') {
  const partners = [{ name: 'receiver', tokens: [hashToken(token)] }];
  const listener = await listen({ tls: server, partners });
  process.send?.({ port: listener.port });
  for await (const channel of listener) {
    const started = performance.now();
    await send(channel, set, { backend, reveal });
    report(channel, started);
    await listener.close();
  }
} else {
  const channel = await connect(`wss://127.0.0.1:${port}`, { token, tls: { ca } });
  const started = performance.now();
  const result = await receive(channel, set, { backend, reveal });
  const right = Math.ceil(size / 2);
  if (result.size !== right) throw new Error(`found ${result.size} of ${right}`);
  report(channel, started);
}
await backend.dispose();
