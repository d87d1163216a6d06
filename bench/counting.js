// SPDX-License-Identifier: Apache-2.0
/** A backend that counts the elements of each operation. */

/** Multiplications of elements by secret scalars; of a fixed base; and terms of sums with public weights. */
const KINDS = /** @type {const} */ ({
  hashAndMultiply: 'multiplications',
  hashAndMultiplyEach: 'multiplications',
  mapAndMultiply: 'multiplications',
  multiply: 'multiplications',
  multiplyEach: 'multiplications',
  multiplyBase: 'fixedBase',
  hashAndAddBase: 'fixedBase',
  subtractBase: 'fixedBase',
  weightedSum: 'weighted',
});

/** @param {import('veilmatch/group').GroupBackend} inner */
export function counting(inner) {
  const counts = { multiplications: 0, fixedBase: 0, weighted: 0 };
  const backend = new Proxy(inner, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const kind = KINDS[/** @type {keyof typeof KINDS} */ (name)];
      return (/** @type {any} */ first, /** @type {any[]} */ ...rest) => {
        if (kind !== undefined)
          counts[kind] +=
            first instanceof Uint8Array ? first.length / (name === 'mapAndMultiply' ? 64 : 32) : first.length;
        return member.call(target, first, ...rest);
      };
    },
  });
  return { backend, counts };
}
