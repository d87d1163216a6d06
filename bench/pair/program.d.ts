// SPDX-License-Identifier: Apache-2.0
export function pairProgram(): { readonly path: string } | { readonly missing: string };
export function pairStep(
  path: string,
  step: 'encrypt' | 'reencrypt' | 'decrypt',
  secrets: { readonly salt: string; readonly key: string },
  lines: readonly string[],
): { readonly lines: string[]; readonly seconds: number };
