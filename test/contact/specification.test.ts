// SPDX-License-Identifier: Apache-2.0
/** docs/protocol.md, veilmatch-contact-v1: the package against a second implementation, and against stored vectors. */

import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/bytes.js';
import { contactClient } from '../../src/contact/client.js';
import { buildFilter, openPublishedSet, parseFilter, publishSet } from '../../src/contact/index.js';
import { contactServer } from '../../src/contact/server.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { signingPublicKey } from '../../src/signing.js';
import { hashes, hashOf } from '../suites/filter.js';
import {
  referenceAnswer,
  referenceClient,
  referenceFuseHas,
  referenceGolomb,
  referenceHeader,
  referenceOutput,
  referenceTag,
} from '../suites/reference-contact.js';
import vectors from '../vectors/veilmatch-contact-v1.json' with { type: 'json' };

const { setId, epoch, members, contacts } = vectors;
const name = { setId, epoch };
const keys = { secretKey: hexToBytes(vectors.secretKey), signingKey: hexToBytes(vectors.signingKey) };
const publicKey = hexToBytes(vectors.publicKey);
const published = (kind: 'golomb' | 'binary-fuse') =>
  publishSet(IdentifierSet.ofStrings(members), {
    ...name,
    keys,
    backend,
    kind,
    falsePositiveRate: 2 ** -vectors.bits,
  });

async function drain(frames: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const list: Uint8Array[] = [];
  for await (const frame of frames) list.push(frame);
  return list;
}

describe('what is published', () => {
  it.each(['golomb', 'binary-fuse'] as const)(
    'is the stored vector, for a filter of kind %s',
    async (kind) => {
      const { header, filters } = await published(kind);
      const vector = vectors.published[kind];
      expect({ header: bytesToHex(header), filters: filters.map(bytesToHex) }).toEqual(vector);
    },
  );

  it('is what the second implementation makes', async () => {
    const { header, filters } = await published('golomb');
    expect(signingPublicKey(keys.signingKey)).toEqual(hexToBytes(vectors.signer));
    const tags = members.map((member) =>
      referenceTag(name, referenceOutput(member, keys.secretKey, publicKey)),
    );
    expect(tags.map(bytesToHex)).toEqual(vectors.tags);
    expect(bytesToHex(filters[0]!)).toBe(bytesToHex(referenceGolomb(tags, vectors.bits)));
    expect(bytesToHex(header)).toBe(
      bytesToHex(referenceHeader(name, publicKey, filters[0]!, keys.signingKey)),
    );
  });
});

describe('filters', () => {
  it('of kind golomb are written by the second implementation alike', () => {
    for (const [count, bits] of [
      [0, 8],
      [1, 1],
      [3, 40],
      [200, 13],
    ] as const) {
      const list = Array.from({ length: count }, (_, i) => hashOf(i));
      const filter = buildFilter(hashes(count), { kind: 'golomb', falsePositiveRate: 2 ** -bits });
      expect(bytesToHex(filter.toBytes())).toBe(bytesToHex(referenceGolomb(list, bits)));
    }
  });

  it('of kind binary-fuse are read by the second implementation alike', () => {
    for (const bits of [8, 16, 40]) {
      const filter = buildFilter(hashes(300), { kind: 'binary-fuse', falsePositiveRate: 2 ** -bits });
      for (let i = 0; i < 1000; i++) {
        expect(referenceFuseHas(filter.toBytes(), hashOf(i))).toBe(filter.has(hashOf(i)));
      }
    }
  });
});

describe('a run', () => {
  it('of the second client with this server gives the tags of its contacts', async () => {
    const server = contactServer([{ ...name, secretKey: keys.secretKey, size: members.length }], { backend });
    await drain(server.start());
    const client = referenceClient(contacts, name);
    const answers: Uint8Array[] = [];
    for (const frame of client.frames) answers.push(...(await drain(server.receive(frame))));
    const tags = client.finish(answers[0]!, publicKey);
    const filter = parseFilter(hexToBytes(vectors.published.golomb.filters[0]!));
    expect(tags.map((tag) => filter.has(tag))).toEqual(contacts.map((contact) => members.includes(contact)));
  });

  it('of this client with the second server gives the intersection', async () => {
    const directory = await openPublishedSet(await published('binary-fuse'), {
      setId,
      pin: { signer: hexToBytes(vectors.signer) },
    });
    const client = contactClient(IdentifierSet.ofStrings(contacts), directory, { backend });
    const [, blinded] = await drain(client.start());
    await drain(client.receive(referenceAnswer(blinded!, keys.secretKey, publicKey)));
    expect(client.result.matched).toEqual(
      contacts.flatMap((contact, i) => (members.includes(contact) ? [i] : [])),
    );
  });
});
