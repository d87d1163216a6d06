// SPDX-License-Identifier: Apache-2.0
/** Field arithmetic against BigInt, with limbs at the bounds that the sources state. */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileKernel } from '../../src/kernel/build.js';
import { times } from '../support/effort.js';
import { fmaTestable } from '../support/relaxed-simd.js';
import rfc9496 from '../vectors/rfc9496-ristretto255.json' with { type: 'json' };

const P = 2n ** 255n - 19n;
/** Where operands lie: behind everything the module owns. */
const BASE = 2 ** 20;
const A = BASE;
const B = BASE + 512;
const OUT = BASE + 1024;
const OTHER_OUT = BASE + 1536;
const CACHED = BASE + 2048;

/** What the tests call: v128 does not cross to JavaScript, so words come from memory and masks become bits. */
const ENTRY = `
  export { add, lazySumAndDifference, multiply, square, squareTimes, subtract, toWords } from './field';
  export { addCached, double } from './point';
  export { invert } from './sqrt';
  import { fromWords } from './field';
  import { sqrtRatio as ratio } from './sqrt';
  export function load(out: usize, words: usize): void {
    fromWords(out, v128.load(words), v128.load(words, 16), v128.load(words, 32), v128.load(words, 48));
  }
  export function sqrtRatio(out: usize, u: usize, v: usize): i32 {
    return i64x2.bitmask(ratio(out, u, v));
  }`;

interface FieldExports {
  readonly memory: WebAssembly.Memory;
  multiply(out: number, a: number, b: number): void;
  square(out: number, a: number): void;
  squareTimes(out: number, a: number, n: number): void;
  add(out: number, a: number, b: number): void;
  subtract(out: number, a: number, b: number): void;
  lazySumAndDifference(sum: number, difference: number, a: number, b: number): void;
  double(out: number, p: number, withT: boolean): void;
  addCached(out: number, p: number, cached: number, withT: boolean): void;
  toWords(out: number, a: number): void;
  invert(out: number, a: number): void;
  load(out: number, words: number): void;
  /** Bit i says whether the ratio in lane i is a square. */
  sqrtRatio(out: number, u: number, v: number): number;
}

/** How a field writes its limbs, and what a limb may be. */
interface Layout {
  readonly limbs: number;
  /** Bit position of each limb. */
  weight(limb: number): number;
  /** The largest absolute value that a reduced limb has, and whether it may be negative. */
  bound(limb: number): number;
  readonly signed: boolean;
  write(memory: WebAssembly.Memory, at: number, lane: number, limb: number, value: number): void;
  read(memory: WebAssembly.Memory, at: number, lane: number, limb: number): number;
}

const fma: Layout = {
  limbs: 5,
  weight: (limb) => 51 * limb,
  bound: () => 2 ** 50 + 2 ** 17,
  signed: true,
  write(memory, at, lane, limb, value) {
    new Float64Array(memory.buffer)[at / 8 + 2 * limb + lane] = value;
  },
  read: (memory, at, lane, limb) => new Float64Array(memory.buffer)[at / 8 + 2 * limb + lane]!,
};

const integer: Layout = {
  limbs: 10,
  weight: (limb) => Math.ceil(25.5 * limb),
  bound: (limb) => (limb % 2 === 0 ? 2 ** 26 : 2 ** 25) * (1 + 2 ** -7),
  signed: false,
  write(memory, at, lane, limb, value) {
    new Uint32Array(memory.buffer)[at / 4 + 2 * limb + lane] = value;
  },
  read: (memory, at, lane, limb) => new Uint32Array(memory.buffer)[at / 4 + 2 * limb + lane]!,
};

/** A value in each lane, for each of four coordinates. */
type Four = [bigint[], bigint[], bigint[], bigint[]];

const mod = (value: bigint): bigint => ((value % P) + P) % P;

const FIELDS: [string, Layout][] = fmaTestable
  ? [
      ['fma', fma],
      ['integer', integer],
    ]
  : [['integer', integer]];

describe.each(FIELDS)('field %s', (name, layout) => {
  let field: FieldExports;
  let memory: WebAssembly.Memory;

  beforeAll(async () => {
    const binary = await compileKernel(name, ENTRY);
    const module = await WebAssembly.compile(binary as Uint8Array<ArrayBuffer>);
    field = new WebAssembly.Instance(module).exports as unknown as FieldExports;
    memory = field.memory;
    memory.grow(32);
  });

  /** Two elements, limb by limb: mostly at a bound, else anything within it. `scale` is what lazy sums may reach. */
  function pair(scale: number): fc.Arbitrary<number[][]> {
    const limb = (index: number): fc.Arbitrary<number> => {
      const max = Math.floor(layout.bound(index) * scale);
      const min = layout.signed ? -max : 0;
      return fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(max, min, max - 1, 0, 1) },
        {
          weight: 1,
          arbitrary: fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) }),
        },
        {
          weight: 1,
          arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((x) => Math.floor(min + x * (max - min))),
        },
      );
    };
    const element = fc.tuple(...Array.from({ length: layout.limbs }, (_, i) => limb(i)));
    return fc.tuple(element, element);
  }

  function write(at: number, lanes: number[][]): bigint[] {
    for (const [lane, limbs] of lanes.entries()) {
      for (const [limb, value] of limbs.entries()) layout.write(memory, at, lane, limb, value);
    }
    return valuesAt(at);
  }

  function valuesAt(at: number): bigint[] {
    return [0, 1].map((lane) => {
      let value = 0n;
      for (let limb = 0; limb < layout.limbs; limb++) {
        value += BigInt(layout.read(memory, at, lane, limb)) << BigInt(layout.weight(limb));
      }
      return mod(value);
    });
  }

  function expectReduced(at: number): void {
    const outside: string[] = [];
    for (let lane = 0; lane < 2; lane++) {
      for (let limb = 0; limb < layout.limbs; limb++) {
        const value = layout.read(memory, at, lane, limb);
        const least = layout.signed ? -layout.bound(limb) : 0;
        if (!(value >= least && value <= layout.bound(limb)))
          outside.push(`lane ${lane}, limb ${limb}: ${value}`);
      }
    }
    expect(outside).toEqual([]);
  }

  function canonical(at: number): bigint[] {
    field.toWords(OTHER_OUT, at);
    const words = new BigUint64Array(memory.buffer, OTHER_OUT, 8);
    return [0, 1].map((lane) => {
      let value = 0n;
      for (let word = 3; word >= 0; word--) value = (value << 64n) | words[2 * word + lane]!;
      return value;
    });
  }

  const runs = { numRuns: times(1_000, 5_000) };

  test('multiplication of a reduced by a lazy element', () => {
    // A lazy difference in unsigned limbs is b + 2p - a: up to three times a reduced one.
    const lazy = layout.signed ? 2 : 3;
    for (const [scaleA, scaleB] of [
      [1, 1],
      [lazy, 1],
      [1, lazy],
    ] as const) {
      fc.assert(
        fc.property(pair(scaleA), pair(scaleB), (a, b) => {
          const [x, y] = [write(A, a), write(B, b)];
          field.multiply(OUT, A, B);
          expect(valuesAt(OUT)).toEqual(x.map((value, lane) => mod(value * y[lane]!)));
          expectReduced(OUT);
        }),
        runs,
      );
    }
  });

  test('squaring, once and several times, in place too', () => {
    fc.assert(
      fc.property(pair(1), (a) => {
        const x = write(A, a);
        field.square(OUT, A);
        expect(valuesAt(OUT)).toEqual(x.map((value) => mod(value * value)));
        expectReduced(OUT);
        field.squareTimes(A, A, 3);
        expect(valuesAt(A)).toEqual(x.map((value) => mod(value ** 8n)));
        expectReduced(A);
      }),
      runs,
    );
  });

  test('sums and differences', () => {
    fc.assert(
      fc.property(pair(1), pair(1), (a, b) => {
        const [x, y] = [write(A, a), write(B, b)];
        field.add(OUT, A, B);
        expect(valuesAt(OUT)).toEqual(x.map((value, lane) => mod(value + y[lane]!)));
        expectReduced(OUT);
        field.subtract(OUT, A, B);
        expect(valuesAt(OUT)).toEqual(x.map((value, lane) => mod(value - y[lane]!)));
        expectReduced(OUT);
        field.lazySumAndDifference(OUT, OTHER_OUT, A, B);
        expect(valuesAt(OUT)).toEqual(x.map((value, lane) => mod(value + y[lane]!)));
        expect(valuesAt(OTHER_OUT)).toEqual(x.map((value, lane) => mod(y[lane]! - value)));
      }),
      runs,
    );
  });

  test('the canonical form', () => {
    fc.assert(
      fc.property(pair(1), (a) => {
        const x = write(A, a);
        expect(canonical(A)).toEqual(x);
      }),
      runs,
    );
  });

  test('inverses', () => {
    fc.assert(
      fc.property(pair(1), (a) => {
        const x = write(A, a);
        field.invert(OUT, A);
        const y = valuesAt(OUT);
        expect(x.map((value, lane) => mod(value * y[lane]!))).toEqual(
          x.map((value) => (value === 0n ? 0n : 1n)),
        );
      }),
      { numRuns: times(100) },
    );
  });

  test('doubling, whose products stay wide, with coordinates at their bounds', () => {
    fc.assert(
      fc.property(pair(1), pair(1), pair(1), (a, b, c) => {
        const [x, y, z] = [write(A, a), write(A + 80, b), write(A + 160, c)];
        field.double(OUT, A, true);
        const [x3, y3, z3, t3] = [0, 80, 160, 240].map((at) => valuesAt(OUT + at)) as [
          bigint[],
          bigint[],
          bigint[],
          bigint[],
        ];
        for (const lane of [0, 1]) {
          // Section 3.3 of Hisil and others, a = -1; all four may have changed their sign together.
          const [xx, yy, zz] = [x[lane]! ** 2n, y[lane]! ** 2n, z[lane]! ** 2n];
          const e = (x[lane]! + y[lane]!) ** 2n - xx - yy;
          const g = yy - xx;
          const f = g - 2n * zz;
          const h = -xx - yy;
          const expected = [e * f, g * h, f * g, e * h].map(mod);
          const got = [x3[lane]!, y3[lane]!, z3[lane]!, t3[lane]!];
          expect([expected, expected.map((value) => mod(-value))]).toContainEqual(got);
        }
        for (const at of [0, 80, 160, 240]) expectReduced(OUT + at);
      }),
      runs,
    );
  });

  test('addition, of a lazy sum and difference, with coordinates at their bounds', () => {
    const coordinates = fc.tuple(pair(1), pair(1), pair(1), pair(1));
    fc.assert(
      fc.property(coordinates, coordinates, (p, c) => {
        const [x, y, z, t] = p.map((a, i) => write(A + 80 * i, a)) as Four;
        const [sum, difference, z2, t2] = c.map((a, i) => write(CACHED + 80 * i, a)) as Four;
        field.addCached(OUT, A, CACHED, true);
        const got = [0, 80, 160, 240].map((at) => valuesAt(OUT + at));
        for (const lane of [0, 1]) {
          // Section 3.1 of Hisil and others, a = -1, with (Y + X, Y - X, 2Z, 2dT) of the second point at hand.
          const a = (y[lane]! - x[lane]!) * difference[lane]!;
          const b = (y[lane]! + x[lane]!) * sum[lane]!;
          const cc = t[lane]! * t2[lane]!;
          const d = z[lane]! * z2[lane]!;
          const [e, f, g, h] = [b - a, d - cc, d + cc, b + a];
          expect(got.map((values) => values[lane])).toEqual([e * f, g * h, f * g, e * h].map(mod));
        }
        for (const at of [0, 80, 160, 240]) expectReduced(OUT + at);
      }),
      runs,
    );
  });

  test('square roots of ratios: the vectors of RFC 9496, appendix A', () => {
    const load = (at: number, values: [bigint, bigint]): void => {
      const words = new BigUint64Array(memory.buffer, OTHER_OUT, 8);
      for (const [lane, value] of values.entries()) {
        for (let word = 0; word < 4; word++)
          words[2 * word + lane] = (value >> BigInt(64 * word)) & (2n ** 64n - 1n);
      }
      field.load(at, OTHER_OUT);
    };
    const number = (hex: string): bigint => BigInt(`0x${hex.match(/../g)!.reverse().join('')}`);
    const vectors = rfc9496.sqrtRatio.map(({ u, v, wasSquare, r }) => ({
      u: number(u),
      v: number(v),
      wasSquare,
      r: number(r),
    }));
    for (const first of vectors) {
      for (const second of vectors) {
        load(A, [first.u, second.u]);
        load(B, [first.v, second.v]);
        expect(field.sqrtRatio(OUT, A, B)).toBe(Number(first.wasSquare) + 2 * Number(second.wasSquare));
        expect(canonical(OUT)).toEqual([first.r, second.r]);
      }
    }
  });
});
