// SPDX-License-Identifier: Apache-2.0
/** Contact discovery: what a published set costs a member, and what a run costs a contact, whatever the size of the set. */

import {
  buildFilter,
  contactDiscovery,
  filterKinds,
  generateContactKeys,
  openPublishedSet,
  publishSet,
} from 'veilmatch/contact';
import { createBackend } from 'veilmatch/group';
import { IdentifierSet } from 'veilmatch/identifiers';
import { signingPublicKey } from 'veilmatch/transport';

const NAME = { setId: 'bench', epoch: 1 };
const HASH_BYTES = 20;
const RATES = [2 ** -8, 2 ** -16, 1e-9, 2 ** -40];

/** @type {import('../run.js').Case} */
const bench = {
  name: 'contact',
  description: 'contact discovery: filters, and a run against sets of two sizes',
  inProcess: true,
  async run({ quick, full, log }) {
    const sizes = quick ? [1_000, 4_000] : full ? [100_000, 1_000_000] : [20_000, 200_000];
    const contacts = quick ? 100 : 1_000;
    const backend = await createBackend();
    try {
      const runs = [];
      for (const size of sizes) {
        log(`${contacts.toLocaleString('en-US')} contacts, ${size.toLocaleString('en-US')} members`);
        runs.push(await discover(backend, size, contacts));
      }
      log('filters');
      return { filters: filters(sizes[1] ?? 0), runs };
    } finally {
      await backend.dispose();
    }
  },
};

/** @param {number} size */
function filters(size) {
  const hashes = new Uint8Array(size * HASH_BYTES);
  for (let at = 0; at < hashes.length; at += 60_000) crypto.getRandomValues(hashes.subarray(at, at + 60_000));
  return filterKinds.flatMap((kind) =>
    RATES.map((falsePositiveRate) => {
      const filter = buildFilter(hashes, { kind, falsePositiveRate });
      const bits = -Math.log2(filter.falsePositiveRate);
      return {
        kind,
        elements: size,
        rate: `2^-${bits}`,
        bytesPerElement: round(filter.toBytes().length / size, 3),
      };
    }),
  );
}

/**
 * @param {import('veilmatch/group').GroupBackend} backend
 * @param {number} size
 * @param {number} contacts
 */
async function discover(backend, size, contacts) {
  const keys = await generateContactKeys({ backend });
  const numbers = (/** @type {number} */ first, /** @type {number} */ count) =>
    IdentifierSet.ofStrings(
      Array.from({ length: count }, (_, i) => `+1415${String(first + i).padStart(7, '0')}`),
    );
  const published = await timed(() => publishSet(numbers(0, size), { ...NAME, keys, backend }));
  const pin = { signer: signingPublicKey(keys.signingKey) };
  const opened = await timed(() => openPublishedSet(published.value, { setId: NAME.setId, pin }));

  const operations = { client: 0, server: 0 };
  const bytes = { client: 0, server: 0 };
  const asking = { set: numbers(size - contacts / 2, contacts), directory: opened.value };
  const client = contactDiscovery.receiver.machine(asking, {
    backend: counting(backend, (count) => {
      operations.client += count;
    }),
  });
  const answering = { served: [{ ...NAME, secretKey: keys.secretKey, size }] };
  const server = contactDiscovery.sender.machine(answering, {
    backend: counting(backend, (count) => {
      operations.server += count;
    }),
  });
  const run = await timed(async () => {
    for await (const _ of server.start());
    /** @type {Uint8Array[]} */
    const questions = [];
    for await (const frame of client.start()) questions.push(frame);
    for (let frame = questions.shift(); frame !== undefined; frame = questions.shift()) {
      bytes.client += frame.length;
      for await (const answer of server.receive(frame)) {
        bytes.server += answer.length;
        for await (const next of client.receive(answer)) questions.push(next);
      }
    }
  });
  if (client.result.size !== contacts / 2) throw new Error(`found ${client.result.size} of ${contacts / 2}`);
  const each = (/** @type {{ client: number, server: number }} */ totals) => ({
    client: round(totals.client / contacts, 2),
    server: round(totals.server / contacts, 2),
  });
  return {
    backend: backend.name,
    threads: backend.concurrency,
    members: size,
    contacts,
    secondsToPublish: round(published.seconds, 2),
    publishedBytesPerMember: round((published.value.filters[0]?.length ?? 0) / size, 3),
    secondsToOpen: round(opened.seconds, 2),
    secondsOfRun: round(run.seconds, 2),
    bytesPerContact: each(bytes),
    elementsThroughTheGroupPerContact: each(operations),
  };
}

/**
 * The same backend, which reports how many elements each operation was given; sums over public weights count as one each.
 * @param {import('veilmatch/group').GroupBackend} backend
 * @param {(elements: number) => void} report
 * @returns {import('veilmatch/group').GroupBackend}
 */
function counting(backend, report) {
  return new Proxy(backend, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (/** @type {any} */ first, /** @type {any[]} */ ...rest) => {
        report(first instanceof Uint8Array ? first.length / 32 : (first?.length ?? 0));
        return member.call(target, first, ...rest);
      };
    },
  });
}

/**
 * @template T
 * @param {() => Promise<T>} work
 */
async function timed(work) {
  const started = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - started) / 1000 };
}

/**
 * @param {number} value
 * @param {number} digits
 */
function round(value, digits) {
  return Number(value.toFixed(digits));
}

export default bench;
