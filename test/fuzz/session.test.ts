// SPDX-License-Identifier: Apache-2.0
/** The engine itself: what it finds, what it keeps, and that a session comes out the same again. */

import { beforeAll, describe, expect, it } from 'vitest';
import { VeilmatchError } from '../../src/errors.js';
import type { Probe } from './probe.js';
import type { FuzzTarget } from './support/target.js';

const { instrument } = await import(new URL('instrument.js', import.meta.url).href);

const places = Array.from({ length: 8 }, (_, line) => ({ kind: 'branch', file: 'a.ts', line }) as const);
const probe: { -readonly [Key in keyof Probe]: Probe[Key] } = {
  counts: new Uint32Array(8),
  steps: 0,
  limit: Number.POSITIVE_INFINITY,
  places,
  words: {},
};
function hit(place: number): void {
  probe.counts[place]!++;
  if (++probe.steps > probe.limit) throw new Error('The run took more steps than its input allows.');
}

/** Fails for what begins with `hey`, which nobody guesses at once; behind `h` it is quadratic. */
const planted: FuzzTarget = {
  name: 'planted',
  reads: 'nothing',
  sources: ['a.ts'],
  maxBytes: 64,
  steps: [50, 10],
  // As the strings of a source are.
  words: ['ey'],
  seeds: () => [new Uint8Array(4)],
  run(input) {
    hit(0);
    if (input[0] !== 0x68) return;
    hit(1);
    if (input[1] === 0x71) for (let i = 0; i < input.length ** 2; i++) hit(2);
    if (input[1] !== 0x65) return;
    hit(3);
    if (input[2] !== 0x79) return;
    throw new TypeError('A fault.');
  },
};

let engine: typeof import('./session.js');
let target: typeof import('./support/target.js');
beforeAll(async () => {
  (globalThis as unknown as { __probe: Probe }).__probe = probe;
  engine = await import('./session.js');
  target = await import('./support/target.js');
});

const options = { seed: 7, seconds: 600, runs: 60_000, corpus: [] };

describe('a session', () => {
  it('finds a fault behind several comparisons, and work that is no longer linear', async () => {
    const { findings, executions } = await engine.session(planted, options);
    expect(executions).toBe(options.runs);
    const found = findings.map(({ what }) => what.split('\n')[0]);
    expect(found).toContain('TypeError: A fault.');
    expect(found).toContain('Error: The run took more steps than its input allows.');
    const fault = findings.find(({ what }) => what.startsWith('TypeError'))!;
    expect([...fault.input.subarray(0, 3)]).toEqual([0x68, 0x65, 0x79]);
  });

  it('comes out the same again from the same seed', async () => {
    const corpora: (readonly Uint8Array[])[] = [];
    // One after the other: they count with the same counters.
    for (const seed of [7, 7, 8]) {
      corpora.push((await engine.session(planted, { ...options, seed, runs: 5_000 })).corpus);
    }
    const [one, again, other] = corpora;
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('keeps few inputs, that reach all that was reached', async () => {
    const { corpus } = await engine.session(planted, options);
    expect(corpus.length).toBeLessThanOrEqual(3);
    const reached = new Set<number>();
    for (const input of corpus) {
      for (const feature of (await engine.outcomeOf(planted, input)).features) reached.add(feature >>> 3);
    }
    expect([...reached]).toEqual(expect.arrayContaining([0, 1, 3]));
  });
});

describe('the property', () => {
  it('takes an error with a code, and gives back undefined for it', () => {
    const refuse = (): never => {
      throw new VeilmatchError('bad-file', 'Line 3 is no row.', { position: 2 });
    };
    expect(target.attemptSync(refuse)).toBeUndefined();
  });

  it.each([
    ['another error', new RangeError('Out of bounds.')],
    ['what stood in the input', new VeilmatchError('bad-file', `Not ${'KanarienVogel'}@voliere.example.`)],
    ['a place that there is not', new VeilmatchError('bad-file', 'Somewhere.', { offset: -1 })],
    ['a message without end', new VeilmatchError('bad-file', 'x'.repeat(4001))],
  ])('does not take %s', (_, error) => {
    expect(() =>
      target.attemptSync(() => {
        throw error;
      }),
    ).toThrow();
  });
});

describe('instrumented sources', () => {
  const source = `
    export function f(a: number, b?: { c: number }): string {
      if (a > 3) return 'large';
      else if (a > 2) { a++; }
      for (let i = 0; i < a; i++) a -= 1;
      const g = (x: number) => ({ x });
      switch (a) { case 1: case 0: return g(a).x > 0 ? 'one' : 'none'; default: }
      try { if (b === undefined) throw new Error(); } catch { return b?.c ?? 'caught' as string; }
      return a < 0 && b.c > 1 || false ? 'odd' : 'even';
    }`;

  it('do what they did, and count', async () => {
    const { transform } = await import('esbuild');
    const { text, places, words } = instrument(source, 'f.ts', 0);
    const compiled = async (
      ts: string,
    ): Promise<(hit: (n: number) => void) => (...args: unknown[]) => string> => {
      const { code } = await transform(ts, { loader: 'ts', format: 'cjs' });
      return (count) =>
        new Function('__hit', 'module', `${code}; return module.exports.f;`)(count, { exports: {} });
    };
    const plain = (await compiled(source))(() => {});
    const reached = new Set<number>();
    const counted = (await compiled(text))((n) => reached.add(n));
    for (const a of [-2, -1, 0, 1, 2, 3, 4, 5]) {
      for (const b of [undefined, { c: 1 }, { c: 2 }]) expect(counted(a, b)).toBe(plain(a, b));
    }
    expect(places.length).toBeGreaterThan(12);
    expect(reached.size).toBeGreaterThan(10);
    expect(Math.max(...reached)).toBeLessThan(places.length);
    expect(words).toContain('large');
    // Lines stay where they were.
    expect(text.split('\n')).toHaveLength(source.split('\n').length);
  });
});
