// SPDX-License-Identifier: Apache-2.0
/**
 * Backends on one thread, by name, and which of them work here. Each is a module of its own that is imported when it is
 * chosen, so that a page loads the one that it runs.
 */

import { VeilmatchError } from '../errors.js';
import { fmaSupport } from '../kernel/probe.js';
import { checked } from './checked.js';
import type { BackendName, GroupBackend, TrustingBackend } from './group.js';
import { unsupported, wasmBackend } from './wasm.js';

const WHY_NO_FMA = {
  missing: 'this engine has no relaxed WebAssembly SIMD (Node 22, Chrome 114 and Firefox 145 have it)',
  unfused: 'the multiply-add of this machine rounds twice',
} as const;

/** A kernel's code, base64; undefined for the backend that has none. */
export async function kernelCode(name: BackendName): Promise<string | undefined> {
  if (name === 'fma') return (await import('../kernel/fma.generated.js')).fmaModule;
  if (name === 'integer') return (await import('../kernel/integer.generated.js')).integerModule;
  return undefined;
}

/**
 * The backend of this name; with `auto` the fastest that works: `fma`, else `integer`, else `noble`.
 * @throws {VeilmatchError} `unsupported` when it cannot run here, `argument` for a name that is none
 */
export async function serialBackend(name: 'auto' | BackendName): Promise<GroupBackend> {
  return checked(await uncheckedSerial(name));
}

/** The same, but that it trusts its caller. */
export async function uncheckedSerial(name: 'auto' | BackendName): Promise<TrustingBackend> {
  if (name === 'auto') return uncheckedFastest();
  if (name === 'noble') return (await import('./unchecked-noble.js')).uncheckedNoble;
  if (name === 'fma') {
    const support = fmaSupport();
    if (support !== 'fused') throw unsupported(name, WHY_NO_FMA[support]);
  }
  const code = await kernelCode(name);
  if (code !== undefined) return wasmBackend(name, code);
  throw new VeilmatchError(
    'argument',
    "A backend is called 'fma', 'integer' or 'noble'; 'auto' chooses among them.",
  );
}

async function uncheckedFastest(): Promise<TrustingBackend> {
  for (const name of ['fma', 'integer'] as const) {
    try {
      return await uncheckedSerial(name);
    } catch (error) {
      if (!(error instanceof VeilmatchError && error.code === 'unsupported')) throw error;
    }
  }
  return uncheckedSerial('noble');
}
