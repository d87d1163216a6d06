// SPDX-License-Identifier: Apache-2.0
/**
 * The linear code of the protocol `ot-psi`, made when the kernel is built: the binary BCH code [255, 115] of designed distance 43
 * (Bose and Ray-Chaudhuri 1960, Hocquenghem 1959), primitive and in the narrow sense over GF(256) = GF(2)[x] / (x^8 + x^4 + x^3 +
 * x^2 + 1) with a = x. Its generator polynomial g is the one of least degree with the zeros a, a^2, ..., a^42; by the BCH bound every
 * word but zero has weight 43 at least. 115 is the most message bits that a code of this family has with that distance.
 *
 * Systematic: coordinates 0 to 114 of a word are the message; coordinate 115 + j is the coefficient of x^j in
 * x^140 m(x) mod g(x), where message bit i is the coefficient of x^i in m.
 */

/** Coordinates of a word. */
export const LENGTH = 255;
/** Bits of a message. */
export const MESSAGE = 115;
/** Words differ in so many coordinates at least. */
export const DISTANCE = 43;

const CHECKS = LENGTH - MESSAGE;
const FIELD = 0b1_0001_1101;

/** Powers of a, twice around. */
const exp = new Uint8Array(2 * LENGTH);
const log = new Uint8Array(256);
for (let i = 0, x = 1; i < LENGTH; i++) {
  exp[i] = exp[i + LENGTH] = x;
  log[x] = i;
  x <<= 1;
  if (x > 255) x ^= FIELD;
}

const multiply = (x, y) => (x === 0 || y === 0 ? 0 : exp[log[x] + log[y]]);

/** p(a^i), for coefficients of p from the lowest on. */
export function evaluate(p, i) {
  return p.reduceRight((sum, coefficient) => multiply(sum, exp[i % LENGTH]) ^ coefficient, 0);
}

/** Coefficients of g, from the lowest on: 141 bits. */
export const generator = makeGenerator();

function makeGenerator() {
  // The conjugates of a zero are zeros of every polynomial over GF(2).
  const zeros = new Set();
  for (let i = 1; i < DISTANCE; i++) for (let j = i, n = 0; n < 8; n++, j = (2 * j) % LENGTH) zeros.add(j);
  let g = [1];
  for (const zero of zeros) {
    const next = new Array(g.length + 1).fill(0);
    for (const [i, coefficient] of g.entries()) {
      next[i + 1] ^= coefficient;
      next[i] ^= multiply(coefficient, exp[zero]);
    }
    g = next;
  }
  if (g.length !== CHECKS + 1 || g.some((coefficient) => coefficient > 1)) throw new Error('No such code.');
  return g;
}

/** Row i: the 140 check bits of the message that is bit i alone. */
export const checkRows = makeCheckRows();

function makeCheckRows() {
  const rows = [];
  // x^140 mod g, then times x again and again.
  let power = generator.slice(0, CHECKS);
  for (let i = 0; i < MESSAGE; i++) {
    rows.push(power);
    const top = power[CHECKS - 1];
    power = [0, ...power.slice(0, CHECKS - 1)].map((bit, j) => bit ^ (top & generator[j]));
  }
  return rows;
}

/** The word of a message: 255 bits for 115. */
export function encode(message) {
  const checks = new Array(CHECKS).fill(0);
  for (const [i, bit] of message.entries())
    if (bit) for (let j = 0; j < CHECKS; j++) checks[j] ^= checkRows[i][j];
  return [...message, ...checks];
}

/** The kernel adds up message bits in groups: so many of each, of which it has the sums of all subsets. */
export const GROUPS = [...new Array(18).fill(6), 7];

/** For each check bit the numbers of the sums that it is made of, one of each group, counted through all of the groups. */
export function selectors() {
  const numbers = [];
  for (let j = 0; j < CHECKS; j++) {
    let [first, table] = [0, 0];
    for (const bits of GROUPS) {
      let subset = 0;
      for (let b = 0; b < bits; b++) subset |= checkRows[first + b][j] << b;
      numbers.push(table + subset);
      first += bits;
      table += 2 ** bits;
    }
  }
  return numbers;
}

/** AssemblyScript that the kernel imports as `./code-table`. */
export const codeTable = () => `
/** Coordinates of a word. */
export const LENGTH: usize = ${LENGTH};
/** Bits of a message. */
export const MESSAGE: usize = ${MESSAGE};
/** Groups of message bits: all of 6 but the last, of 7. */
export const GROUPS: usize = ${GROUPS.length};
/** Sums of all groups. */
export const SUMS: usize = ${GROUPS.reduce((sum, bits) => sum + 2 ** bits, 0)};
/** For each check bit, the numbers of the sums that it is made of. */
export const SELECTORS: usize = memory.data<u16>([${selectors()}]);
`;
