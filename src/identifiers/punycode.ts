// SPDX-License-Identifier: Apache-2.0
/** Punycode (RFC 3492): a label of any characters in those that DNS holds. */

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL_N = 0x80;
const DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** @param label - code points; at most some hundred, for the work is their square */
export function punycode(label: readonly number[]): string {
  let out = '';
  for (const point of label) if (point < INITIAL_N) out += String.fromCharCode(point);
  const basic = out.length;
  let handled = basic;
  if (basic > 0) out += '-';
  let [n, delta, bias] = [INITIAL_N, 0, INITIAL_BIAS];
  while (handled < label.length) {
    const next = Math.min(...label.filter((point) => point >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const point of label) {
      if (point < n) delta++;
      if (point !== n) continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias);
        if (q < t) break;
        out += DIGITS[t + ((q - t) % (BASE - t))]!;
        q = Math.floor((q - t) / (BASE - t));
      }
      out += DIGITS[q]!;
      bias = adapted(delta, handled + 1, handled === basic);
      delta = 0;
      handled++;
    }
    delta++;
    n++;
  }
  return out;
}

/** @returns the code points, undefined for what is no Punycode */
export function fromPunycode(text: string): number[] | undefined {
  const hyphen = text.lastIndexOf('-');
  const label = Array.from(text.slice(0, Math.max(0, hyphen)), (c) => c.charCodeAt(0));
  if (label.some((point) => point >= INITIAL_N)) return undefined;
  let [n, i, bias] = [INITIAL_N, 0, INITIAL_BIAS];
  for (let at = hyphen + 1; at < text.length; ) {
    const before = i;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = at < text.length ? DIGITS.indexOf(text[at++]!) : -1;
      if (digit < 0) return undefined;
      i += digit * weight;
      const t = threshold(k, bias);
      if (digit < t) break;
      weight *= BASE - t;
      if (weight > Number.MAX_SAFE_INTEGER / BASE) return undefined;
    }
    bias = adapted(i - before, label.length + 1, before === 0);
    n += Math.floor(i / (label.length + 1));
    if (n > 0x10ffff) return undefined;
    i %= label.length + 1;
    label.splice(i++, 0, n);
  }
  return label;
}

function threshold(k: number, bias: number): number {
  return Math.min(T_MAX, Math.max(T_MIN, k - bias));
}

function adapted(delta: number, points: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? DAMP : 2));
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}
