// SPDX-License-Identifier: Apache-2.0
/** A user's program: something from every subpath, with results that can only come from the package at work. */

import assert from 'node:assert/strict';
import * as veilmatch from 'veilmatch';
import { numberingPlan, reverse } from 'veilmatch/attack';
import { protocols } from 'veilmatch/compare';
import { ByteList, createBackend } from 'veilmatch/group';
import { reversiblePlain } from 'veilmatch/hashing';
import { IdentifierSet, normalizePhone } from 'veilmatch/identifiers';
import { generateKeyPair, ristretto255Sha512, VOPRFClient, VOPRFServer } from 'veilmatch/oprf';
import { intersect } from 'veilmatch/psi';

assert.equal(normalizePhone('(415) 555-0123', { country: 'US' }), '+14155550123');
assert.ok((await createBackend()).constantTime);
await assert.rejects(import('veilmatch/worker'), { code: 'unsupported' });
await assert.rejects(import('veilmatch/workers'), { code: 'unsupported' });
assert.equal(veilmatch.intersect, intersect);
assert.equal(veilmatch.IdentifierSet, IdentifierSet);

const { size, matches } = await intersect(['ada', 'grace', 'ada'], ['ada', 'edsger']);
assert.deepEqual({ size, matches }, { size: 1, matches: [0, 2] });

for (const protocol of protocols.filter(({ id }) => id !== 'slow')) {
  const set = IdentifierSet.ofStrings(['ada']);
  assert.equal((await protocol.run(set, set)).size, 1, protocol.id);
}

const suite = ristretto255Sha512(await createBackend());
const { secretKey, publicKey } = await generateKeyPair(suite);
const [server, client] = [new VOPRFServer(suite, secretKey), new VOPRFClient(suite, publicKey)];
const inputs = ByteList.from([new TextEncoder().encode('ada')]);
const blinding = await client.blind(inputs);
const answer = await server.blindEvaluate(blinding.blindedElements);
assert.deepEqual(await client.finalize(inputs, blinding, answer), await server.evaluate(inputs));

const plan = numberingPlan('US', { areaCodes: ['415555'] });
const number = plan.at(plan.size - 1);
const found = [];
for await (const { identifier } of reverse([reversiblePlain().token(number)], { plan }))
  found.push(identifier);
assert.deepEqual(found, [number]);

console.log('used');
