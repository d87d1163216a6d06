// SPDX-License-Identifier: Apache-2.0
// Clients of a directory, in a process of their own. Their question is prepared: what they would compute is not the server's work, and
// would take the cores from it. Each connects with an account of its own, asks, and compares the answer with the first one, which was
// checked in full.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contactDiscovery, fetchPublishedSet, openHeader, openPublishedSet } from 'veilmatch/contact';
import { createBackend } from 'veilmatch/group';
import { identifiersFromRows } from 'veilmatch/identifiers';
import { connect } from 'veilmatch/transport';

/**
 * @typedef {object} Part
 * @property {number} port
 * @property {string} ca
 * @property {readonly string[]} tokens - of accounts
 * @property {string} signer - in hexadecimal
 * @property {string} files - the folder that is handed out
 * @property {readonly string[]} contacts - of whom the first half are members
 */

/** @type {Part} */
const { port, ca, tokens, signer, files, contacts } = JSON.parse(process.argv[2] ?? '{}');

/** The server lets so many strangers of one address in at a time. */
const HANDSHAKES = 24;
/** Of an answer that differs from run to run: its proof. */
const PROOF_BYTES = 64;

/** What every client asks, and the digest of what it has to be told. */
async function prepared() {
  const pin = { signer: Buffer.from(signer, 'hex') };
  // As any web server would hand them out.
  const read = async (/** @type {string} */ url) =>
    new Response(readFileSync(join(files, new URL(url).pathname)));
  const published = await fetchPublishedSet('https://files.example/', { pin, fetch: read });
  const { setId } = openHeader(published.header, pin);
  const directory = await openPublishedSet(published, { setId, pin });
  const backend = await createBackend({ concurrency: 1 });
  const { set } = await identifiersFromRows(
    contacts.map((phone) => ({ phone })),
    { concurrency: 1 },
  );
  const machine = contactDiscovery.receiver.machine({ set, directory }, { backend });
  /** @type {Uint8Array[]} */
  const questions = [];
  for await (const frame of machine.start()) questions.push(frame);
  const channel = await connected(0);
  for (const frame of questions) await channel.send(frame);
  const frames = channel[Symbol.asyncIterator]();
  const { value: answer } = await frames.next();
  for await (const frame of machine.receive(answer)) await channel.send(frame);
  await channel.close();
  const { size } = /** @type {{ size: number }} */ (machine.result);
  if (size !== contacts.length / 2) throw new Error(`${size} members were found.`);
  await backend.dispose();
  return { questions, expected: digestOf(answer) };
}

const digestOf = (/** @type {Uint8Array} */ answer) =>
  createHash('sha256').update(answer.subarray(0, -PROOF_BYTES)).digest('hex');

/** @type {(() => void)[]} */
const waiting = [];
let shaking = 0;

/** @param {number} account */
async function connected(account) {
  if (shaking >= HANDSHAKES) await new Promise((resolve) => waiting.push(() => resolve(undefined)));
  shaking++;
  try {
    return await connect(`wss://127.0.0.1:${port}`, { token: tokens[account] ?? '', tls: { ca } });
  } finally {
    shaking--;
    waiting.shift()?.();
  }
}

const { questions, expected } = await prepared();

/** @param {import('veilmatch/transport').ConnectedChannel} channel */
async function ask(channel) {
  for (const frame of questions) await channel.send(frame);
  const { value: answer } = await channel[Symbol.asyncIterator]().next();
  await channel.close();
  if (answer === undefined || digestOf(answer) !== expected) throw new Error('Another answer.');
}

/**
 * So many clients at once, each with one lookup after another, for some seconds, or until one is lost.
 * @param {{ clients: number, seconds: number, tellAfter?: number }} plan - says so when so many lookups were answered
 */
async function load({ clients, seconds, tellAfter }) {
  const started = performance.now();
  const end = started + seconds * 1000;
  /** @type {number[]} */
  const times = [];
  let lost = 0;
  const client = async (/** @type {number} */ account) => {
    do {
      const before = performance.now();
      await connected(account)
        .then(ask)
        .then(
          () => {
            if (times.push(performance.now() - before) === tellAfter) process.send?.({ answered: tellAfter });
          },
          () => lost++,
        );
    } while (performance.now() < end && lost === 0);
  };
  await Promise.all(Array.from({ length: clients }, (_, account) => client(account)));
  return { times, lost, seconds: (performance.now() - started) / 1000 };
}

/** All of them are let in before any of them asks; all ask at once. @param {{ clients: number }} plan */
async function atOnce({ clients }) {
  const channels = await Promise.all(Array.from({ length: clients }, (_, account) => connected(account)));
  process.send?.({ connected: channels.length });
  await new Promise((resolve) => process.once('message', resolve));
  const started = performance.now();
  const ends = await Promise.allSettled(channels.map(ask));
  const lost = ends.filter(({ status }) => status === 'rejected').length;
  return { answered: ends.length - lost, lost, seconds: (performance.now() - started) / 1000 };
}

process.send?.({ ready: true });
for (;;) {
  const [plan] = await new Promise((resolve) => process.once('message', (message) => resolve([message])));
  if (plan.what === 'end') break;
  process.send?.(await (plan.what === 'load' ? load(plan) : atOnce(plan)));
}
process.disconnect?.();
