// SPDX-License-Identifier: Apache-2.0
/** Files and folders under their temporary names, for a program that ends at once: nothing waits for a promise there. */

const present = new Set<string>();

/** Notes what is about to be made under a temporary name. @returns forgets it: it is gone, or at its place */
export function temporaryAt(path: string): () => void {
  present.add(path);
  return () => void present.delete(path);
}

/** Removes what is there, synchronously. */
export function removeLeftovers(): void {
  const { rmSync } = process.getBuiltinModule('node:fs');
  for (const path of present) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // The next one may go.
    }
  }
  present.clear();
}
