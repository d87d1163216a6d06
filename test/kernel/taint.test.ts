// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/bytes.js';
import { compileKernel, FIELDS } from '../../src/kernel/build.js';
import { TaintMachine } from '../support/taint.js';

const SCALAR_BYTES = 32;
const ELEMENT_BYTES = 32;
/** Two pairs of elements, the second of them with one element only. */
const COUNT = 3;

async function machine(field: string, entry?: string): Promise<TaintMachine> {
  return new TaintMachine(await compileKernel(field, entry));
}

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

describe.each(FIELDS)('kernel %s: no branch, select or address depends on a secret', (field) => {
  it('one scalar times elements', async () => {
    const kernel = await machine(field);
    writeSecrets(kernel);
    kernel.run('recodeShared');
    kernel.run('multiply', COUNT, 0);
    expect(kernel.leaks).toEqual([]);
    expect(resultsAreSecret(kernel)).toBe(true);
  });

  it('elements by a scalar each', async () => {
    const kernel = await machine(field);
    writeSecrets(kernel);
    kernel.run('recodeEach', COUNT, 1);
    kernel.run('multiply', COUNT, 1);
    expect(kernel.leaks).toEqual([]);
    expect(resultsAreSecret(kernel)).toBe(true);
  });

  it('a base by a scalar each', async () => {
    const kernel = await machine(field);
    kernel.run('setBase');
    writeSecrets(kernel);
    kernel.run('recodeEach', COUNT, 1);
    kernel.run('multiplyBase', COUNT);
    expect(kernel.leaks).toEqual([]);
    expect(resultsAreSecret(kernel)).toBe(true);
  });

  it('multiples of a base by secret scalars, added to hashed messages', async () => {
    const kernel = await machine(field);
    kernel.run('setBase');
    writeMessages(kernel);
    kernel.run('expand', COUNT, 6);
    writeSecrets(kernel);
    kernel.run('recodeEach', COUNT, 0);
    kernel.run('addBaseToMapped', COUNT);
    expect(kernel.leaks).toEqual([]);
    expect(resultsAreSecret(kernel)).toBe(true);
  });

  it('multiples of a base by secret scalars, taken off elements', async () => {
    const kernel = await machine(field);
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
  ])('messages, which are secret but for their lengths, hashed and multiplied by %s', async (_, each) => {
    const kernel = await machine(field);
    writeMessages(kernel);
    kernel.run('expand', COUNT, 6);
    writeSecrets(kernel);
    if (each) kernel.run('recodeEach', COUNT, 1);
    else kernel.run('recodeShared');
    kernel.run('multiplyMapped', COUNT, Number(each));
    expect(kernel.leaks).toEqual([]);
    expect(resultsAreSecret(kernel)).toBe(true);
  });
});

describe('the check itself', () => {
  const ENTRY = (body: string): string => `
    export * from './kernel';
    import { SCALARS, RESULTS } from './kernel';
    const TABLE: usize = memory.data(256, 16);
    export function leak(): void { const secret = load<u8>(SCALARS); ${body} }`;

  it.each([
    ['a branch', 'if (secret > 7) memory.fill(RESULTS, 1, 32);', ['branch']],
    ['an address', 'store<u8>(RESULTS, load<u8>(TABLE + secret));', ['address']],
    ['the size of a copy', 'memory.copy(RESULTS, TABLE, secret);', ['address']],
    ['nothing', 'store<u8>(RESULTS, secret ^ 1);', []],
  ])('finds %s', async (_, body, expected) => {
    const kernel = await machine('integer', ENTRY(body));
    writeSecrets(kernel);
    kernel.run('leak');
    expect(kernel.leaks.map(({ what }) => what)).toEqual(expected);
  });

  it('follows a secret through vectors and memory', async () => {
    const body = `
      v128.store(RESULTS, i64x2.add(i8x16.splat(secret), v128.load(TABLE)));
      const back = load<u64>(RESULTS, 8);
      while (back > 3) { store<u8>(RESULTS, 0); break; }`;
    const kernel = await machine('integer', ENTRY(body));
    writeSecrets(kernel);
    kernel.run('leak');
    expect(kernel.leaks.map(({ what }) => what)).toEqual(['branch']);
  });
});
