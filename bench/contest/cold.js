// SPDX-License-Identifier: Apache-2.0
/** A fresh process: from before the import of veilmatch/psi to the first result of 100 x 100. */

const list = (/** @type {number} */ first) =>
  Array.from({ length: 100 }, (_, i) => `+1415555${String(first + i).padStart(4, '0')}`);
const started = performance.now();
const { intersect } = await import('veilmatch/psi');
const imported = performance.now();
const { size } = await intersect(list(0), list(50));
const ended = performance.now();
if (size !== 50) throw new Error(`found ${size} of 50`);
process.send?.({ importMilliseconds: imported - started, milliseconds: ended - started });
process.disconnect?.();
process.exit();
