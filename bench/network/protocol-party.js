// SPDX-License-Identifier: Apache-2.0
// One party of a sum or of join ids over TLS, in a process of its own; or both of them in one process, where there is no port.

import { createBackend } from 'veilmatch/group';
import { IdentifierSet } from 'veilmatch/identifiers';
import { intersection, joinIds, runBoth, sum } from 'veilmatch/psi';
import { connect, hashToken, listen, runParty } from 'veilmatch/transport';

/**
 * @typedef {object} Part
 * @property {'sender' | 'receiver' | 'both'} role
 * @property {'sum' | 'join-ids' | 'intersection'} protocol
 * @property {number} size
 * @property {number} concurrency
 * @property {string} token
 * @property {string} ca
 * @property {{ cert: string, key: string }} server
 * @property {number} [port] - of the sender
 */

/** @type {Part} */
const {
  role,
  protocol: name,
  size,
  concurrency,
  token,
  ca,
  server,
  port,
} = JSON.parse(process.argv[2] ?? '{}');
/** @type {any} */
const protocol = { sum, 'join-ids': joinIds, intersection }[name];

const half = Math.floor(size / 2);
const right = size - half;

/** Numbers of which every second one is in both lists. @param {number} first */
const numbers = (first) =>
  IdentifierSet.ofStrings(
    Array.from({ length: size }, (_, i) => `+1415${String(first + i).padStart(7, '0')}`),
  );

/** Amounts in cents, up to a thousand dollars. */
const values = () => Uint32Array.from({ length: size }, (_, i) => (i * 7919) % 100_000);
const ofReceiver = () => ({ set: numbers(0) });
const ofSender = () => ({ set: numbers(half), ...(name === 'sum' && { values: values() }) });

/** @param {any} result */
function check(result) {
  if (result.size !== right) throw new Error(`found ${result.size} of ${right}`);
}

const backend = await createBackend({ concurrency });
const before = process.resourceUsage().maxRSS * 1024;
const memory = () => ({
  peakMemoryMB: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
  memoryBeforeMB: Math.round(before / 1e6),
});
const since = (/** @type {number} */ started) => Number(((performance.now() - started) / 1000).toFixed(3));

if (role === 'both') {
  const own = { receiver: ofReceiver(), sender: ofSender() };
  const started = performance.now();
  check((await runBoth(protocol, own, { backend })).receiver);
  process.send?.({ role, seconds: since(started), ...memory() });
} else if (role === 'sender') {
  const own = ofSender();
  const listener = await listen({
    tls: server,
    partners: [{ name: 'receiver', tokens: [hashToken(token)] }],
  });
  process.send?.({ port: listener.port });
  for await (const channel of listener) {
    const started = performance.now();
    await runParty(channel, protocol, 'sender', own, { backend });
    const { sent, received } = channel.traffic;
    process.send?.({ role, seconds: since(started), bytesSent: sent, bytesReceived: received, ...memory() });
    await listener.close();
  }
} else {
  const own = ofReceiver();
  const channel = await connect(`wss://127.0.0.1:${port}`, { token, tls: { ca } });
  const started = performance.now();
  check(await runParty(channel, protocol, 'receiver', own, { backend }));
  const { sent, received } = channel.traffic;
  process.send?.({ role, seconds: since(started), bytesSent: sent, bytesReceived: received, ...memory() });
}
await backend.dispose();
