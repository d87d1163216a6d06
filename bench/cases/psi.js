// SPDX-License-Identifier: Apache-2.0
/**
 * Both parties of a PSI in one process, one after the other: what each variant takes of time, bytes, group operations and
 * memory, and what additive blinding gains over a * H(x). Each run in a process of its own.
 */

import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';

const SCRIPT = new URL('../psi/measure.js', import.meta.url);
const LARGE = 2 ** 20;

/** @typedef {Pick<import('veilmatch/psi').PartyOptions, 'reveal' | 'to' | 'verifiable' | 'blinding'>} Variant */

/** @type {readonly Variant[]} */
const VARIANTS = [
  { reveal: 'intersection', blinding: 'additive' },
  { reveal: 'intersection', blinding: 'multiplicative' },
  { reveal: 'intersection', to: 'both' },
  { reveal: 'intersection', verifiable: true },
  { reveal: 'cardinality' },
  { reveal: 'cardinality', to: 'both' },
];
const BLINDINGS = VARIANTS.slice(0, 2);

/** What a balanced intersection of 2^20 may take: bytes, multiplications, and how many of them of a fixed base at least. */
const LIMITS = { bytes: 32 + 32 + 10, multiplications: 4, fixedBase: 2 };
/** Hello, Finish and the headers of frames: a byte for every hundred elements is far more than they are. */
const FRAMING = 0.01;

/** @type {import('../run.js').Case} */
const bench = {
  name: 'psi',
  description: 'intersect two lists of the same size, both parties in one process, in every variant',
  async run({ quick, full, node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    /** @param {Variant} variant @param {number} size @param {number} concurrency */
    const run = (variant, size, concurrency) => {
      const text = Object.entries(variant)
        .map(([name, value]) => (value === true ? name : `${name} ${value}`))
        .join(', ');
      log(`${text}, ${size.toLocaleString('en-US')} elements each, ${concurrency} threads`);
      return measured(SCRIPT, { program, argument: { ...variant, size, concurrency }, log });
    };
    const variants = [];
    for (const variant of VARIANTS) variants.push(await run(variant, 10_000, 2));
    const blinding = [];
    for (const size of quick ? [10_000] : [10_000, 100_000]) {
      for (const variant of BLINDINGS) blinding.push(await run(variant, size, 1));
    }
    if (!full) return { variants, blinding };
    const large = [];
    for (const variant of BLINDINGS) large.push(await run(variant, LARGE, 2));
    large.push(await run({ reveal: 'cardinality' }, LARGE, 2));
    return { variants, blinding, large, limits: { ...LIMITS, kept: keeps(large[0]) } };
  },
};

/** @param {any} figures of the balanced intersection */
function keeps(figures) {
  const { bytesPerElement, multiplicationsPerElement, fixedBaseMultiplicationsPerElement } = figures;
  return (
    bytesPerElement <= LIMITS.bytes + FRAMING &&
    multiplicationsPerElement + fixedBaseMultiplicationsPerElement <= LIMITS.multiplications + FRAMING &&
    fixedBaseMultiplicationsPerElement >= LIMITS.fixedBase
  );
}

export default bench;
