// SPDX-License-Identifier: Apache-2.0
export const FIELDS: readonly string[];
export const MODULES: Readonly<Record<string, { readonly field: string; readonly entry?: string }>>;
export function compileKernel(
  field: string,
  entry?: string,
  options?: readonly string[],
): Promise<Uint8Array>;
export function buildKernels(): Promise<void>;
