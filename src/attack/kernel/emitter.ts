// SPDX-License-Identifier: Apache-2.0
/**
 * As much of WebAssembly's binary format as the kernels need: instructions as bytes, put together into a module that
 * works on an imported memory. https://webassembly.github.io/spec/core/binary/
 */

/** Instructions, encoded. */
export type Code = readonly number[];

/** One after the other: byte by byte, for `flat` takes many times as long, and a search waits for its kernels. */
function joined(...parts: readonly Code[]): Code {
  const all: number[] = [];
  for (const part of parts) for (let i = 0; i < part.length; i++) all.push(part[i]!);
  return all;
}

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    bytes.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) return bytes;
  }
}

/** Signed LEB128 of an i32. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const last = rest >= -64 && rest < 64;
    bytes.push((rest & 127) | (last ? 0 : 128));
    if (last) return bytes;
  }
}

export const local: Record<'get' | 'set' | 'tee', (index: number) => Code> = {
  get: (index: number): Code => [0x20, ...unsigned(index)],
  set: (index: number): Code => [0x21, ...unsigned(index)],
  tee: (index: number): Code => [0x22, ...unsigned(index)],
};

/** Loads and stores take the address from the stack, and add the constant offset. */
export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: (offset: number): Code => [0x28, 2, ...unsigned(offset)],
  store: (offset: number): Code => [0x36, 2, ...unsigned(offset)],
  ltU: [0x49] as Code,
  add: [0x6a] as Code,
  sub: [0x6b] as Code,
  and: [0x71] as Code,
  or: [0x72] as Code,
  xor: [0x73] as Code,
  shl: [0x74] as Code,
  shrU: [0x76] as Code,
  rotr: [0x78] as Code,
} as const;

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];

/** 128-bit vectors as four lanes of 32 bits. */
export const v128 = {
  load: (offset: number): Code => [...simd(0), 4, ...unsigned(offset)],
  store: (offset: number): Code => [...simd(11), 4, ...unsigned(offset)],
  splat: simd(17) as Code,
  eq: simd(55) as Code,
  not: simd(77) as Code,
  and: simd(78) as Code,
  or: simd(80) as Code,
  xor: simd(81) as Code,
  /** Bits of the first operand where the third has ones, of the second elsewhere. */
  bitselect: simd(82) as Code,
  anyTrue: simd(83) as Code,
  shl: simd(171) as Code,
  shrU: simd(173) as Code,
  add: simd(174) as Code,
} as const;

const END = 0x0b;

/** Repeats while the body's last instructions leave something other than zero. */
export const repeat = (...body: readonly Code[]): Code => joined([0x03, 0x40], ...body, [0x0d, 0, END]);

/** Runs the body if something other than zero lies on the stack. */
export const when = (...body: readonly Code[]): Code => joined([0x04, 0x40], ...body, [END]);

const I32 = 0x7f;
const V128 = 0x7b;

/** A function of i32 parameters and one i32 result. Locals are numbered: parameters, then i32, then v128. */
export interface FunctionBody {
  readonly name: string;
  readonly parameters: number;
  readonly i32Locals: number;
  readonly v128Locals: number;
  readonly code: Code;
}

const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const FUNCTION_TYPE = 0x60;
const FUNCTION_KIND = 0;
const MEMORY_KIND = 2;

/** A module that exports these functions and imports its memory as `env.memory`. */
export function encodeModule(functions: readonly FunctionBody[]): Uint8Array<ArrayBuffer> {
  const vector = (items: readonly Code[]): Code => joined(unsigned(items.length), ...items);
  const section = (id: number, content: Code): Code => joined([id], unsigned(content.length), content);
  const text = (name: string): Code => vector(Array.from(name, (character) => [character.charCodeAt(0)]));
  const index = (_: unknown, i: number): Code => unsigned(i);

  const types = functions.map(({ parameters }) => [
    FUNCTION_TYPE,
    ...vector(Array.from({ length: parameters }, () => [I32])),
    ...vector([[I32]]),
  ]);
  const memory = [...text('env'), ...text('memory'), MEMORY_KIND, 0, 1];
  const exported = functions.map(({ name }, i) => [...text(name), FUNCTION_KIND, ...unsigned(i)]);
  const bodies = functions.map(({ i32Locals, v128Locals, code }) => {
    const locals = vector([
      [...unsigned(i32Locals), I32],
      [...unsigned(v128Locals), V128],
    ]);
    return joined(unsigned(locals.length + code.length + 1), locals, code, [END]);
  });
  return new Uint8Array(
    joined(
      HEADER,
      section(1, vector(types)),
      section(2, vector([memory])),
      section(3, vector(functions.map(index))),
      section(7, vector(exported)),
      section(10, vector(bodies)),
    ),
  );
}

/** Whether the platform has 128-bit SIMD, and lets code be compiled (a page's policy must have 'wasm-unsafe-eval'). */
export function simdAvailable(): boolean {
  const code = [...i32.const(0), ...v128.splat, ...v128.anyTrue];
  const probe = encodeModule([{ name: 'probe', parameters: 0, i32Locals: 0, v128Locals: 0, code }]);
  try {
    return new WebAssembly.Module(probe) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}
