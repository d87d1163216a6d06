// SPDX-License-Identifier: Apache-2.0
/** Relaxed SIMD in tests: Node 20 has it behind a V8 flag, which the library never sets and a test process may. */

import { setFlagsFromString } from 'node:v8';
import { fmaSupport } from '../../src/kernel/probe.js';

if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

/** Whether the `fma` backend can be tested here; says why where it cannot. */
export const fmaTestable: boolean = fmaSupport() === 'fused';
if (!fmaTestable)
  console.warn(`Tests of the 'fma' backend are skipped: its multiply-add is ${fmaSupport()} here.`);
