// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { compileKernel, MODULES } from '../../src/kernel/build.js';
import { fmaModule } from '../../src/kernel/fma.generated.js';
import { integerModule } from '../../src/kernel/integer.generated.js';
import { otModule } from '../../src/kernel/ot.generated.js';
import { sha512Module } from '../../src/kernel/sha512.generated.js';
import { sortModule } from '../../src/kernel/sort.generated.js';

describe.each([
  ['fma', fmaModule],
  ['integer', integerModule],
  ['sha512', sha512Module],
  ['ot', otModule],
  ['sort', sortModule],
])('the module %s', (name, base64) => {
  const module = (): Uint8Array => Buffer.from(base64, 'base64');

  test('is what its sources compile to, byte for byte', async () => {
    const { field, entry } = MODULES[name]!;
    const rebuilt = await compileKernel(field, entry);
    expect(Buffer.from(rebuilt).equals(module())).toBe(true);
  });

  test('imports nothing', async () => {
    if (!WebAssembly.validate(module() as Uint8Array<ArrayBuffer>)) return;
    expect(
      WebAssembly.Module.imports(await WebAssembly.compile(module() as Uint8Array<ArrayBuffer>)),
    ).toEqual([]);
  });

  test('is small', () => {
    expect(module().length).toBeLessThan(32_768);
  });
});
