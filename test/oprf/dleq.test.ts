// SPDX-License-Identifier: Apache-2.0
/** Proofs of equal discrete logarithms, on every backend: what holds is accepted, and nothing else. */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { concatBytes, utf8 } from '../../src/bytes.js';
import type { VeilmatchError } from '../../src/errors.js';
import { createBackend } from '../../src/group/select.js';
import {
  computeComposites,
  computeCompositesFast,
  generateProof,
  MAX_PROOF_ELEMENTS,
  type ProofContext,
  type Statement,
  verifyProof,
} from '../../src/oprf/dleq.js';
import { ristretto255Sha512 } from '../../src/oprf/ristretto255.js';
import { randomScalar } from '../../src/random.js';
import { scalarBytes, someElements, someScalars } from '../suites/group-backend.js';
import { testableBackends } from '../support/backends.js';
import { times } from '../support/effort.js';

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const IDENTITY = new Uint8Array(32);
const K = someScalars(1);

function withRecord(bytes: Uint8Array, index: number, record: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.set(record, index * 32);
  return copy;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

describe.each(testableBackends)('proofs on backend %s', (name) => {
  let context: ProofContext;
  const prove = async (count: number): Promise<{ statement: Statement; proof: Uint8Array }> => {
    const { group } = context.suite;
    const C = someElements(count, 5n);
    const statement = { B: await group.multiplyBase(K), C, D: await group.multiply(C, K) };
    return { statement, proof: await generateProof(context, K, statement) };
  };
  const refusal = async (
    statement: Statement,
    proof: Uint8Array,
    inContext: ProofContext = context,
  ): Promise<VeilmatchError> =>
    verifyProof(inContext, statement, proof).then(
      () => {
        throw new Error('The proof was accepted.');
      },
      (error: VeilmatchError) => error,
    );

  beforeAll(async () => {
    const suite = ristretto255Sha512(await createBackend({ backend: name, concurrency: 1 }));
    context = { suite, contextString: utf8('veilmatch test proof') };
  });

  test.each([1, 2, 3, 20])('of %i elements hold, and differ each time', async (count) => {
    const { statement, proof } = await prove(count);
    await verifyProof(context, statement, proof);
    expect(proof).toHaveLength(64);
    expect(await generateProof(context, K, statement)).not.toEqual(proof);
  });

  test('whoever knows k finds the composites that everybody finds', async () => {
    const { statement } = await prove(7);
    expect(await computeCompositesFast(context, K, statement)).toEqual(
      await computeComposites(context, statement),
    );
  });

  test('an element under another key is caught, wherever it stands', async () => {
    const { statement, proof } = await prove(5);
    for (let position = 0; position < 5; position++) {
      const other = await context.suite.group.multiply(
        statement.C.subarray(position * 32, position * 32 + 32),
        randomScalar(),
      );
      const lie = { ...statement, D: withRecord(statement.D, position, other) };
      expect(await refusal(lie, proof)).toMatchObject({ code: 'bad-proof' });
      // Nor can the prover make a proof for it.
      const forged = await generateProof(context, K, lie);
      expect(await refusal(lie, forged)).toMatchObject({ code: 'bad-proof' });
    }
  });

  test('swapped elements, another key, another context and another order of the proof are caught', async () => {
    const { statement, proof } = await prove(3);
    const swapped = concatBytes(
      statement.D.subarray(32, 64),
      statement.D.subarray(0, 32),
      statement.D.slice(64),
    );
    const other = await context.suite.group.multiplyBase(randomScalar());
    const elsewhere = { ...context, contextString: utf8('veilmatch test proof.') };
    for (const error of [
      await refusal({ ...statement, D: swapped }, proof),
      await refusal({ ...statement, C: swapped }, proof),
      await refusal({ ...statement, B: other }, proof),
      await refusal(statement, proof, elsewhere),
      await refusal(statement, concatBytes(proof.subarray(32), proof.subarray(0, 32))),
      await refusal({ ...statement, C: statement.C.slice(32), D: statement.D.slice(32) }, proof),
    ]) {
      expect(error).toMatchObject({ code: 'bad-proof' });
    }
  });

  test('any other bit is caught', async () => {
    const { statement, proof } = await prove(2);
    const parts = { ...statement, proof };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('B', 'C', 'D', 'proof'), fc.nat({ max: 511 }), async (part, bit) => {
        const { proof: changed, ...rest } = {
          ...parts,
          [part]: flipped(parts[part], bit % (parts[part].length * 8)),
        };
        const { code } = await refusal(rest, changed);
        expect(part === 'proof' ? ['bad-proof'] : ['bad-proof', 'bad-element']).toContain(code);
      }),
      { numRuns: times(60, 2000) },
    );
  });

  test('a proof of the wrong length or with a scalar that is not reduced is refused', async () => {
    const { statement, proof } = await prove(1);
    for (const bad of [
      new Uint8Array(),
      proof.subarray(1),
      concatBytes(proof, Uint8Array.of(0)),
      withRecord(proof, 0, scalarBytes(ORDER)),
      withRecord(proof, 1, scalarBytes(2n ** 256n - 1n)),
      new Uint8Array(64),
    ]) {
      expect(await refusal(statement, bad)).toMatchObject({ code: 'bad-proof' });
    }
  });

  test('identities and encodings that are not canonical are refused, at their position', async () => {
    const { statement, proof } = await prove(3);
    const bad = new Uint8Array(32).fill(0xff);
    for (const list of ['C', 'D'] as const) {
      const identity = { ...statement, [list]: withRecord(statement[list], 2, IDENTITY) };
      expect(await refusal(identity, proof)).toMatchObject({ code: 'identity-element', position: 2 });
      const wrong = { ...statement, [list]: withRecord(statement[list], 1, bad) };
      expect(await refusal(wrong, proof)).toMatchObject({ code: 'bad-element', position: 1 });
    }
    expect(await refusal({ ...statement, B: IDENTITY }, proof)).toMatchObject({
      code: 'identity-element',
      position: undefined,
    });
    expect(await refusal({ ...statement, B: bad }, proof)).toMatchObject({
      code: 'bad-element',
      position: undefined,
    });
  });

  test('lists that do not fit are refused', async () => {
    const { statement, proof } = await prove(2);
    const tooMany = new Uint8Array((MAX_PROOF_ELEMENTS + 1) * 32).fill(1);
    for (const wrong of [
      { ...statement, C: statement.C.slice(32) },
      { ...statement, C: statement.C.slice(1), D: statement.D.slice(1) },
      { ...statement, C: new Uint8Array(), D: new Uint8Array() },
      { ...statement, C: tooMany, D: tooMany },
      { ...statement, B: statement.B.subarray(1) },
    ]) {
      expect(await refusal(wrong, proof)).toMatchObject({ code: 'argument' });
      await expect(generateProof(context, K, wrong)).rejects.toMatchObject({ code: 'argument' });
    }
  });

  test('a scalar that is zero or not reduced proves nothing', async () => {
    const { statement } = await prove(1);
    for (const bad of [scalarBytes(0n), scalarBytes(ORDER)]) {
      await expect(generateProof(context, bad, statement)).rejects.toMatchObject({ code: 'bad-scalar' });
    }
  });

  test('a signal stops both', async () => {
    const { statement, proof } = await prove(1);
    const signal = AbortSignal.abort();
    await expect(generateProof(context, K, statement, { signal })).rejects.toMatchObject({ code: 'aborted' });
    await expect(verifyProof(context, statement, proof, { signal })).rejects.toMatchObject({
      code: 'aborted',
    });
  });
});
