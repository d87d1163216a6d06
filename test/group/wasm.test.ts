// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { ByteList, utf8 } from '../../src/bytes.js';
import type { BackendName } from '../../src/group/group.js';
import { serialBackend, uncheckedSerial } from '../../src/group/serial.js';
import { WasmBackend } from '../../src/group/wasm.js';
import { integerModule } from '../../src/kernel/integer.generated.js';
import { compile, Kernel } from '../../src/kernel/kernel.js';
import { someElements, someScalars, testGroupBackend } from '../suites/group-backend.js';
import { fmaTestable } from '../support/relaxed-simd.js';

const NAMES: BackendName[] = fmaTestable ? ['fma', 'integer'] : ['integer'];

for (const name of NAMES) {
  testGroupBackend({
    name,
    create: () => serialBackend(name),
    fromUniformBytes: async (uniform) =>
      ((await uncheckedSerial(name)) as WasmBackend).fromUniformBytes(uniform),
    severalChunks: 600,
  });
}

describe('what stays in the memory of a kernel', () => {
  async function fresh(): Promise<{ group: WasmBackend; memory: WebAssembly.Memory }> {
    const kernel = new Kernel(await compile(integerModule));
    return { group: new WasmBackend('integer', kernel), memory: kernel.exports.memory };
  }

  function holds(memory: WebAssembly.Memory, secret: Uint8Array): boolean {
    return Buffer.from(memory.buffer).includes(Buffer.from(secret));
  }

  test('no scalar and no message after an operation', async () => {
    const { group, memory } = await fresh();
    const scalar = someScalars(1);
    const message = utf8('mailto:ada.lovelace@example.com');
    await group.hashAndMultiply(ByteList.from([message]), utf8('tag'), scalar);
    expect(holds(memory, message)).toBe(false);
    expect(holds(memory, scalar)).toBe(false);
    await group.multiply(someElements(3), scalar);
    await group.multiplyEach(someElements(1), scalar);
    await group.multiplyBase(someScalars(20));
    expect(holds(memory, scalar)).toBe(false);
  });

  test('no scalar after an operation that failed', async () => {
    const { group, memory } = await fresh();
    const scalar = someScalars(1);
    await expect(group.multiply(new Uint8Array(32).fill(0xff), scalar)).rejects.toMatchObject({
      code: 'bad-element',
    });
    expect(holds(memory, scalar)).toBe(false);
  });

  test('nothing at all after dispose, and no operation works any more', async () => {
    const { group, memory } = await fresh();
    await group.multiplyBase(someScalars(20));
    await group.dispose();
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
    await expect(group.multiply(someElements(1), someScalars(1))).rejects.toMatchObject({ code: 'argument' });
    await group.dispose();
  });
});
