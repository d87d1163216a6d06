// SPDX-License-Identifier: Apache-2.0
/**
 * Whether `f64x2.relaxed_madd` rounds once here. Relaxed SIMD allows both; the `fma` kernel is right only where the
 * multiply-add is fused, and an engine keeps to one behaviour for as long as it runs.
 */

/**
 * (module (func (export "f") (param f64 f64 f64) (result f64)
 *   (f64x2.extract_lane 0 (f64x2.relaxed_madd
 *     (f64x2.splat (local.get 0)) (f64x2.splat (local.get 1)) (f64x2.splat (local.get 2))))))
 *
 * Parameters, not constants: the engine must not compute the result while it compiles.
 */
const PROBE: Uint8Array<ArrayBuffer> = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 8, 1, 0x60, 3, 0x7c, 0x7c, 0x7c, 1, 0x7c],
  ...[3, 2, 1, 0],
  ...[7, 5, 1, 1, 0x66, 0, 0],
  ...[10, 22, 1, 20, 0, 0x20, 0, 0xfd, 0x14, 0x20, 1, 0xfd, 0x14, 0x20, 2, 0xfd, 0x14],
  ...[0xfd, 0x87, 2, 0xfd, 0x21, 0, 0x0b],
);

/** `fused`: one rounding, which the backend `fma` needs; `unfused`: two; `missing`: no relaxed SIMD. */
export type FmaSupport = 'fused' | 'unfused' | 'missing';

/**
 * How this engine and machine multiply and add; found out by a small WebAssembly module.
 * @example
 * ```ts
 * import { fmaSupport } from 'veilmatch/group';
 *
 * console.log(['fused', 'unfused', 'missing'].includes(fmaSupport())); // → true
 * ```
 */
export function fmaSupport(): FmaSupport {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(PROBE)) return 'missing';
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(PROBE)).exports;
  const madd = f as (a: number, b: number, c: number) => number;
  const small = madd(1 + 2 ** -52, 1 + 2 ** -52, -(1 + 2 ** -51)) === 2 ** -104;
  const large = madd(2 ** 51 - 1, 2 ** 51 - 1, -(2 ** 102)) === 1 - 2 ** 52;
  return small && large ? 'fused' : 'unfused';
}
