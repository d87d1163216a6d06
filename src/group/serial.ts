// SPDX-License-Identifier: Apache-2.0
/** Backends on one thread, by name, and which of them work here. */

import { VeilmatchError } from '../errors.js';
import { fmaModule } from '../kernel/fma.generated.js';
import { integerModule } from '../kernel/integer.generated.js';
import { compile, Kernel } from '../kernel/kernel.js';
import { fmaSupport } from '../kernel/probe.js';
import type { BackendName, GroupBackend } from './group.js';
import { nobleBackend } from './noble.js';
import { WasmBackend } from './wasm.js';

const WHY_NO_FMA = {
  missing: 'this engine has no relaxed WebAssembly SIMD (Node 22, Chrome 114 and Firefox 145 have it)',
  unfused: 'the multiply-add of this machine rounds twice',
} as const;

/** @throws {VeilmatchError} `unsupported` when it cannot run here */
export async function serialBackend(name: BackendName): Promise<GroupBackend> {
  if (name === 'noble') return nobleBackend;
  if (name === 'fma') {
    const support = fmaSupport();
    if (support !== 'fused') throw unsupported(name, WHY_NO_FMA[support]);
    return new WasmBackend(name, await load(name, fmaModule));
  }
  if (name === 'integer') return new WasmBackend(name, await load(name, integerModule));
  throw new VeilmatchError(
    'argument',
    "A backend is called 'fma', 'integer' or 'noble'; 'auto' chooses among them.",
  );
}

/** The fastest that works: `fma`, else `integer`, else `noble`. */
export async function fastestBackend(): Promise<GroupBackend> {
  for (const name of ['fma', 'integer'] as const) {
    try {
      return await serialBackend(name);
    } catch (error) {
      if (!(error instanceof VeilmatchError && error.code === 'unsupported')) throw error;
    }
  }
  return nobleBackend;
}

async function load(name: BackendName, base64: string): Promise<Kernel> {
  try {
    return new Kernel(await compile(base64));
  } catch (error) {
    throw unsupported(name, 'this engine has no WebAssembly SIMD, or a policy forbids WebAssembly', error);
  }
}

function unsupported(name: BackendName, reason: string, cause?: unknown): VeilmatchError {
  return new VeilmatchError(
    'unsupported',
    `The backend '${name}' cannot run here: ${reason}. Ask for 'auto'.`,
    {
      cause,
    },
  );
}
