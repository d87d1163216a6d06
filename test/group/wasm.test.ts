// SPDX-License-Identifier: Apache-2.0

import { WasmBackend } from '../../src/group/wasm.js';
import { fmaModule } from '../../src/kernel/fma.generated.js';
import { integerModule } from '../../src/kernel/integer.generated.js';
import { compile, Kernel } from '../../src/kernel/kernel.js';
import { testGroupBackend } from '../suites/group-backend.js';

for (const [name, module] of [
  ['fma', fmaModule],
  ['integer', integerModule],
] as const) {
  let backend: WasmBackend;
  testGroupBackend({
    name,
    create: async () => {
      backend = new WasmBackend(name, new Kernel(await compile(module)));
      return backend;
    },
    fromUniformBytes: (u) => backend.fromUniformBytes(u),
    severalChunks: 600,
  });
}
