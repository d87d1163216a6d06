// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '../../src/bytes.js';
import { compileKernel } from '../../src/kernel/build.js';
import { fmaModule } from '../../src/kernel/fma.generated.js';
import { integerModule } from '../../src/kernel/integer.generated.js';
import { QUICK } from '../support/effort.js';
import { TaintMachine } from '../support/taint.js';

const SCALAR_BYTES = 32;
const ELEMENT_BYTES = 32;
/** Two pairs of elements, the second of them with one element only. */
const COUNT = 3;

/** The kernels as the package has them; `test/kernel/build.test.ts` compares them with their sources. */
const KERNELS = { fma: fmaModule, integer: integerModule };

const machine = (field: keyof typeof KERNELS): TaintMachine =>
  new TaintMachine(Buffer.from(KERNELS[field], 'base64'));

/** Scalars whose bytes are known to the test, and to nothing else: what depends on them is tainted. */
function writeSecrets(kernel: TaintMachine): void {
  const scalars = Uint8Array.from({ length: COUNT * SCALAR_BYTES }, (_, i) => (i % 32 === 31 ? 1 : 37 * i));
  kernel.write(kernel.address('SCALARS'), scalars, true);
}

/** Three messages of 16, 14 and 22 bytes, and a tag of 6: only their lengths are public. */
function writeMessages(kernel: TaintMachine): void {
  const message = kernel.address('MESSAGES');
  kernel.write(message, utf8('tel:+14155550123tel:+4930123456mailto:ada@example.com'), true);
  for (const [i, offset] of [0, 16, 30, 52].entries()) {
    kernel.writeU32(kernel.address('OFFSETS') + 4 * i, message + offset);
  }
  kernel.write(kernel.address('TAG'), utf8('a tag\x05'), false);
}

function resultsAreSecret(kernel: TaintMachine): boolean {
  const at = kernel.address('RESULTS');
  return kernel.taint.subarray(at, at + COUNT * ELEMENT_BYTES).every((byte) => byte === 1);
}

// The integers' code is that of the doubles but for the field; an interpreter runs it, slowly.
describe.each(QUICK ? (['fma'] as const) : (['fma', 'integer'] as const))(
  'kernel %s: no branch, select or address depends on a secret',
  (field) => {
    it('one scalar times elements', () => {
      const kernel = machine(field);
      writeSecrets(kernel);
      kernel.run('recodeShared');
      kernel.run('multiply', COUNT, 0);
      expect(kernel.leaks).toEqual([]);
      expect(resultsAreSecret(kernel)).toBe(true);
    });

    it('elements by a scalar each', () => {
      const kernel = machine(field);
      writeSecrets(kernel);
      kernel.run('recodeEach', COUNT, 1);
      kernel.run('multiply', COUNT, 1);
      expect(kernel.leaks).toEqual([]);
      expect(resultsAreSecret(kernel)).toBe(true);
    });

    it('a base by a scalar each', () => {
      const kernel = machine(field);
      kernel.run('setBase');
      writeSecrets(kernel);
      kernel.run('recodeEach', COUNT, 1);
      kernel.run('multiplyBase', COUNT);
      expect(kernel.leaks).toEqual([]);
      expect(resultsAreSecret(kernel)).toBe(true);
    });

    it('multiples of a base by secret scalars, added to hashed messages', () => {
      const kernel = machine(field);
      kernel.run('setBase');
      writeMessages(kernel);
      kernel.run('expand', COUNT, 6);
      writeSecrets(kernel);
      kernel.run('recodeEach', COUNT, 0);
      kernel.run('addBaseToMapped', COUNT);
      expect(kernel.leaks).toEqual([]);
      expect(resultsAreSecret(kernel)).toBe(true);
    });

    it('multiples of a base by secret scalars, taken off elements', () => {
      const kernel = machine(field);
      kernel.run('setBase');
      writeSecrets(kernel);
      kernel.run('recodeEach', COUNT, 0);
      kernel.run('subtractBase', COUNT);
      expect(kernel.leaks).toEqual([]);
      expect(resultsAreSecret(kernel)).toBe(true);
    });

    it.each([
      ['the same scalar', false],
      ['a scalar each', true],
    ])('messages, which are secret but for their lengths, hashed and multiplied by %s', (_, each) => {
      const kernel = machine(field);
      writeMessages(kernel);
      kernel.run('expand', COUNT, 6);
      writeSecrets(kernel);
      if (each) kernel.run('recodeEach', COUNT, 1);
      else kernel.run('recodeShared');
      kernel.run('multiplyMapped', COUNT, Number(each));
      expect(kernel.leaks).toEqual([]);
      expect(resultsAreSecret(kernel)).toBe(true);
    });

    it('elements without hashed messages, multiplied by a secret scalar', () => {
      const kernel = machine(field);
      writeMessages(kernel);
      kernel.run('expand', COUNT, 6);
      writeSecrets(kernel);
      kernel.run('recodeShared');
      kernel.run('multiplyDifference', COUNT);
      expect(kernel.leaks).toEqual([]);
      expect(resultsAreSecret(kernel)).toBe(true);
    });
  },
);

describe('the check itself', () => {
  /** What each function does with a secret, and what is to be found in it. */
  const LEAKS: Readonly<Record<string, readonly [body: string, expected: readonly string[]]>> = {
    branch: ['if (secret > 7) memory.fill(RESULTS, 1, 32);', ['branch']],
    address: ['store<u8>(RESULTS, load<u8>(TABLE + secret));', ['address']],
    sizeOfCopy: ['memory.copy(RESULTS, TABLE, secret);', ['address']],
    nothing: ['store<u8>(RESULTS, secret ^ 1);', []],
    throughVectorsAndMemory: [
      `v128.store(RESULTS, i64x2.add(i8x16.splat(secret), v128.load(TABLE)));
      const back = load<u64>(RESULTS, 8);
      while (back > 3) { store<u8>(RESULTS, 0); break; }`,
      ['branch'],
    ],
  };
  let binary: Uint8Array;
  beforeAll(async () => {
    const functions = Object.entries(LEAKS).map(
      ([name, [body]]) => `export function ${name}(): void { const secret = load<u8>(SCALARS); ${body} }`,
    );
    binary = await compileKernel(
      'integer',
      `
      export * from './kernel';
      import { SCALARS, RESULTS } from './kernel';
      const TABLE: usize = memory.data(256, 16);
      ${functions.join('\n')}`,
    );
  });

  it.each(Object.entries(LEAKS))('finds %s', (name, [, expected]) => {
    const kernel = new TaintMachine(binary);
    writeSecrets(kernel);
    kernel.run(name);
    expect(kernel.leaks.map(({ what }) => what)).toEqual(expected);
  });
});
