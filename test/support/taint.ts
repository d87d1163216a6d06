// SPDX-License-Identifier: Apache-2.0
/**
 * Runs a WebAssembly module on secrets that it cannot see: every value carries whether it depends on a secret, and a
 * branch, a select, an address or the size of a copy that does is noted.
 *
 * Scalars are computed. Vectors are not: only their taint is followed, so a scalar taken out of one is unknown. Where
 * the control flow hangs on an unknown scalar that depends on no secret, it goes as if that were zero.
 *
 * https://webassembly.github.io/spec/core/binary/
 */

import { u32 as bytesOfU32 } from '../../src/bytes.js';

/** Undefined is unknown. An i32 is held as in JavaScript, signed. */
type Scalar = number | bigint | undefined;

interface Leak {
  readonly what: 'branch' | 'select' | 'address';
  /** Index of the function in the module, and of the instruction in the function. */
  readonly at: string;
}

interface Instruction {
  readonly opcode: number;
  /** Index of a label, local, function or global; a constant; an offset; a lane. */
  readonly immediate: number | bigint;
  /** For what opens a block: where it ends, and where its else is. */
  end?: number;
  otherwise?: number;
  results?: number;
}

interface FunctionCode {
  readonly parameters: number;
  readonly results: number;
  readonly locals: readonly number[];
  readonly body: readonly Instruction[];
}

const PAGE = 65_536;
const I32 = 0x7f;
const EMPTY = 0x40;
const SIMD = 0xfd00;
const BULK = 0xfc00;
const OP = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  memoryCopy: BULK + 10,
  memoryFill: BULK + 11,
  v128Store: SIMD + 11,
  v128Const: SIMD + 12,
  shuffle: SIMD + 13,
} as const;

/** Bytes that a scalar load or store moves, by opcode; the sign or type of the result. */
const LOADS: Readonly<Record<number, { readonly bytes: number; readonly wide: boolean }>> = {
  40: { bytes: 4, wide: false },
  41: { bytes: 8, wide: true },
  45: { bytes: 1, wide: false },
  47: { bytes: 2, wide: false },
  49: { bytes: 1, wide: true },
  51: { bytes: 2, wide: true },
  53: { bytes: 4, wide: true },
};
const STORES: Readonly<Record<number, number>> = { 54: 4, 55: 8, 58: 1, 59: 2, 60: 1, 61: 2, 62: 4 };
/** Bytes that a vector load reads. */
const VECTOR_LOADS = [16, 8, 8, 8, 8, 8, 8, 1, 2, 4, 8];

type Unary = (x: never) => Scalar;
type Binary = (x: never, y: never) => Scalar;
const truth = (condition: boolean): number => (condition ? 1 : 0);
const i64 = (x: bigint): bigint => BigInt.asIntN(64, x);
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);

const UNARY: Readonly<Record<number, Unary>> = {
  69: (x: number) => truth(x === 0),
  80: (x: bigint) => truth(x === 0n),
  167: (x: bigint) => Number(BigInt.asIntN(32, x)),
  172: (x: number) => BigInt(x),
  173: (x: number) => BigInt(x >>> 0),
};
const BINARY: Readonly<Record<number, Binary>> = {
  70: (x: number, y: number) => truth(x === y),
  71: (x: number, y: number) => truth(x !== y),
  72: (x: number, y: number) => truth(x < y),
  73: (x: number, y: number) => truth(x >>> 0 < y >>> 0),
  74: (x: number, y: number) => truth(x > y),
  75: (x: number, y: number) => truth(x >>> 0 > y >>> 0),
  76: (x: number, y: number) => truth(x <= y),
  77: (x: number, y: number) => truth(x >>> 0 <= y >>> 0),
  78: (x: number, y: number) => truth(x >= y),
  79: (x: number, y: number) => truth(x >>> 0 >= y >>> 0),
  81: (x: bigint, y: bigint) => truth(x === y),
  82: (x: bigint, y: bigint) => truth(x !== y),
  83: (x: bigint, y: bigint) => truth(x < y),
  84: (x: bigint, y: bigint) => truth(u64(x) < u64(y)),
  85: (x: bigint, y: bigint) => truth(x > y),
  86: (x: bigint, y: bigint) => truth(u64(x) > u64(y)),
  87: (x: bigint, y: bigint) => truth(x <= y),
  88: (x: bigint, y: bigint) => truth(u64(x) <= u64(y)),
  89: (x: bigint, y: bigint) => truth(x >= y),
  90: (x: bigint, y: bigint) => truth(u64(x) >= u64(y)),
  106: (x: number, y: number) => (x + y) | 0,
  107: (x: number, y: number) => (x - y) | 0,
  108: (x: number, y: number) => Math.imul(x, y),
  113: (x: number, y: number) => x & y,
  114: (x: number, y: number) => x | y,
  115: (x: number, y: number) => x ^ y,
  116: (x: number, y: number) => x << y,
  117: (x: number, y: number) => x >> y,
  118: (x: number, y: number) => (x >>> y) | 0,
  124: (x: bigint, y: bigint) => i64(x + y),
  125: (x: bigint, y: bigint) => i64(x - y),
  126: (x: bigint, y: bigint) => i64(x * y),
  131: (x: bigint, y: bigint) => x & y,
  132: (x: bigint, y: bigint) => x | y,
  133: (x: bigint, y: bigint) => x ^ y,
  134: (x: bigint, y: bigint) => i64(x << (y & 63n)),
  135: (x: bigint, y: bigint) => x >> (y & 63n),
  136: (x: bigint, y: bigint) => i64(u64(x) >> (y & 63n)),
  137: (x: bigint, y: bigint) => i64((u64(x) << (y & 63n)) | (u64(x) >> (64n - (y & 63n)))),
  138: (x: bigint, y: bigint) => i64((u64(x) >> (y & 63n)) | (u64(x) << (64n - (y & 63n)))),
};

/** Operands of a vector instruction: one or three where it is not two. */
const ONE_OPERAND = new Set(
  [
    [15, 22],
    [24, 25],
    [27],
    [29],
    [31],
    [33],
    [77],
    [83],
    [94, 100],
    [103, 106],
    [116, 117],
    [122],
    [124, 129],
    [131, 132],
  ]
    .concat([
      [135, 138],
      [160, 161],
      [163, 164],
      [167, 170],
      [192, 193],
      [195, 196],
      [199, 202],
      [224, 225],
      [227],
    ])
    .concat([[236, 237], [239], [248, 255]])
    .flatMap(([from = 0, to = from]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
);
const THREE_OPERANDS = new Set([82, 0x105, 0x106, 0x107, 0x108]);

export class TaintMachine {
  readonly leaks: Leak[] = [];
  /** One where the byte of memory depends on a secret. */
  readonly taint: Uint8Array;
  /** Instructions run. */
  steps = 0;
  readonly #memory: Uint8Array;
  /** One where a vector was stored, whose value is not known. */
  readonly #unknown: Uint8Array;
  readonly #module: Module;
  readonly #globals: { value: Scalar; taint: boolean }[];

  constructor(binary: Uint8Array) {
    this.#module = new Reader(binary).module();
    const { pages, data, globals, start } = this.#module;
    this.#memory = new Uint8Array(pages * PAGE);
    this.#unknown = new Uint8Array(pages * PAGE);
    this.taint = new Uint8Array(pages * PAGE);
    for (const { offset, bytes } of data) this.#memory.set(bytes, offset);
    this.#globals = globals.map((value) => ({ value, taint: false }));
    if (start !== undefined) this.#call(start, [], []);
  }

  /** An exported global. */
  address(name: string): number {
    return Number(this.#globals[this.#module.exports.get(name) ?? -1]?.value);
  }

  write(address: number, bytes: Uint8Array, secret: boolean): void {
    this.#memory.set(bytes, address);
    this.#unknown.fill(0, address, address + bytes.length);
    this.taint.fill(secret ? 1 : 0, address, address + bytes.length);
  }

  writeU32(address: number, value: number): void {
    this.write(address, bytesOfU32(value).reverse(), false);
  }

  /** Calls an export with public i32 arguments. */
  run(name: string, ...parameters: number[]): void {
    const index = this.#module.exports.get(name);
    if (index === undefined) throw new RangeError(`No export ${name}.`);
    this.#call(
      index,
      parameters,
      parameters.map(() => false),
    );
  }

  #call(index: number, values: Scalar[], taints: boolean[]): { values: Scalar[]; taints: boolean[] } {
    const { body, locals, results } = this.#module.functions[index]!;
    for (const type of locals) {
      values.push(type === I32 ? 0 : 0n);
      taints.push(false);
    }
    const stack: Scalar[] = [];
    const marks: boolean[] = [];
    const labels: { target: number; height: number; results: number; loop: boolean }[] = [];
    const push = (value: Scalar, taint: boolean): void => {
      stack.push(value);
      marks.push(taint);
    };
    const leak = (what: Leak['what'], position: number): void => {
      this.leaks.push({ what, at: `function ${index}, instruction ${position}` });
    };
    /** The address that the top of the stack and an offset give; memory of an unknown address is a mistake of the caller. */
    const address = (offset: number, position: number): number => {
      const base = stack.pop();
      if (marks.pop() === true) leak('address', position);
      if (typeof base !== 'number')
        throw new RangeError(`Unknown address: function ${index}, instruction ${position}.`);
      return (base >>> 0) + offset;
    };
    const jump = (depth: number): number => {
      const label = labels[labels.length - 1 - depth];
      if (label === undefined) return body.length;
      const kept = label.loop ? 0 : label.results;
      stack.splice(label.height, stack.length - label.height - kept);
      marks.splice(label.height, marks.length - label.height - kept);
      labels.length -= label.loop ? depth : depth + 1;
      return label.target;
    };
    const condition = (what: Leak['what'], position: number): boolean => {
      const value = stack.pop();
      if (marks.pop() === true) leak(what, position);
      return value !== undefined && value !== 0;
    };

    for (let at = 0; at < body.length; ) {
      this.steps++;
      const position = at++;
      const instruction = body[position]!;
      const { opcode } = instruction;
      const immediate = Number(instruction.immediate);
      switch (opcode) {
        case OP.nop:
          break;
        case OP.unreachable:
          throw new Error(`Unreachable: function ${index}.`);
        case OP.block:
        case OP.loop: {
          const loop = opcode === OP.loop;
          const target = loop ? at : instruction.end! + 1;
          labels.push({ target, height: stack.length, results: instruction.results!, loop });
          break;
        }
        case OP.if: {
          const taken = condition('branch', position);
          const { end = 0, otherwise, results: kept = 0 } = instruction;
          if (!taken) at = otherwise === undefined ? end + 1 : otherwise + 1;
          if (taken || otherwise !== undefined)
            labels.push({ target: end + 1, height: stack.length, results: kept, loop: false });
          break;
        }
        case OP.else:
          at = jump(0);
          break;
        case OP.end:
          labels.pop();
          break;
        case OP.br:
          at = jump(immediate);
          break;
        case OP.brIf:
          if (condition('branch', position)) at = jump(immediate);
          break;
        case OP.return:
          at = body.length;
          break;
        case OP.call: {
          const { parameters } = this.#module.functions[immediate]!;
          const first = stack.length - parameters;
          const answer = this.#call(immediate, stack.splice(first), marks.splice(first));
          for (const [i, value] of answer.values.entries()) push(value, answer.taints[i]!);
          break;
        }
        case OP.drop:
          stack.pop();
          marks.pop();
          break;
        case OP.select: {
          const first = condition('select', position);
          const [other, otherMark] = [stack.pop(), marks.pop()!];
          if (!first) {
            stack[stack.length - 1] = other;
            marks[marks.length - 1] = otherMark;
          }
          break;
        }
        case OP.localGet:
          push(values[immediate], taints[immediate]!);
          break;
        case OP.localSet:
          values[immediate] = stack.pop();
          taints[immediate] = marks.pop()!;
          break;
        case OP.localTee:
          values[immediate] = stack[stack.length - 1];
          taints[immediate] = marks[marks.length - 1]!;
          break;
        case OP.globalGet:
          push(this.#globals[immediate]!.value, this.#globals[immediate]!.taint);
          break;
        case OP.globalSet:
          this.#globals[immediate] = { value: stack.pop(), taint: marks.pop()! };
          break;
        case OP.i32Const:
          push(immediate, false);
          break;
        case OP.i64Const:
          push(instruction.immediate, false);
          break;
        case OP.v128Const:
          push(undefined, false);
          break;
        case OP.memoryFill:
        case OP.memoryCopy: {
          const size = address(0, position);
          const value = opcode === OP.memoryCopy ? address(0, position) : Number(stack.pop() ?? 0);
          const mark = opcode === OP.memoryFill && marks.pop() === true;
          const to = address(0, position);
          for (const bytes of [this.#memory, this.#unknown, this.taint]) {
            if (opcode === OP.memoryCopy) bytes.copyWithin(to, value, value + size);
          }
          if (opcode === OP.memoryFill) this.write(to, new Uint8Array(size).fill(value), mark);
          break;
        }
        case OP.v128Store: {
          const mark = marks.pop()!;
          stack.pop();
          const to = address(immediate, position);
          this.#unknown.fill(1, to, to + 16);
          this.taint.fill(mark ? 1 : 0, to, to + 16);
          break;
        }
        default: {
          const load = LOADS[opcode];
          const store = STORES[opcode];
          if (load !== undefined) {
            const from = address(immediate, position);
            push(this.#load(from, load.bytes, load.wide), this.#isTainted(from, load.bytes));
          } else if (store !== undefined) {
            const value = stack.pop();
            const mark = marks.pop()!;
            this.#store(address(immediate, position), store, value, mark);
          } else if (opcode >= SIMD && opcode <= SIMD + 10) {
            const from = address(immediate, position);
            push(undefined, this.#isTainted(from, VECTOR_LOADS[opcode - SIMD]!));
          } else {
            const vector = opcode >= SIMD;
            const one = vector ? ONE_OPERAND.has(opcode - SIMD) : UNARY[opcode] !== undefined;
            const count = one ? 1 : vector && THREE_OPERANDS.has(opcode - SIMD) ? 3 : 2;
            const operands = stack.splice(stack.length - count) as never[];
            const mark = marks.splice(marks.length - count).includes(true);
            const known = !vector && operands.every((operand) => operand !== undefined);
            const compute = (UNARY[opcode] ?? BINARY[opcode]) as ((...x: never[]) => Scalar) | undefined;
            if (!vector && compute === undefined)
              throw new RangeError(`Instruction ${opcode} is not understood.`);
            push(known ? compute?.(...operands) : undefined, mark);
          }
        }
      }
    }
    return { values: stack.slice(stack.length - results), taints: marks.slice(marks.length - results) };
  }

  #isTainted(from: number, bytes: number): boolean {
    return this.taint.subarray(from, from + bytes).includes(1);
  }

  #load(from: number, bytes: number, wide: boolean): Scalar {
    if (this.#unknown.subarray(from, from + bytes).includes(1)) return undefined;
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#memory[from + i]!);
    return wide ? i64(value) : Number(BigInt.asIntN(32, value));
  }

  #store(to: number, bytes: number, value: Scalar, mark: boolean): void {
    const whole = u64(BigInt(value ?? 0));
    this.write(
      to,
      Uint8Array.from({ length: bytes }, (_, i) => Number((whole >> BigInt(8 * i)) & 255n)),
      mark,
    );
    if (value === undefined) this.#unknown.fill(1, to, to + bytes);
  }
}

interface Module {
  readonly functions: readonly FunctionCode[];
  readonly globals: readonly Scalar[];
  /** Index of what an export names, a function or a global. */
  readonly exports: ReadonlyMap<string, number>;
  readonly pages: number;
  readonly data: ReadonlyArray<{ readonly offset: number; readonly bytes: Uint8Array }>;
  readonly start: number | undefined;
}

/** Reads modules without imports, tables and multiple values. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 8;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  module(): Module {
    const types: { parameters: number; results: number }[] = [];
    const signatures: number[] = [];
    const functions: FunctionCode[] = [];
    const globals: Scalar[] = [];
    const exports = new Map<string, number>();
    const data: { offset: number; bytes: Uint8Array }[] = [];
    let pages = 0;
    let start: number | undefined;
    while (this.#at < this.#bytes.length) {
      const id = this.#byte();
      const end = this.#unsigned() + this.#at;
      if (id === 1) {
        this.#times(() => {
          this.#byte();
          types.push({ parameters: this.#skip().length, results: this.#skip().length });
        });
      } else if (id === 3) this.#times(() => signatures.push(this.#unsigned()));
      else if (id === 5) {
        this.#times(() => {
          const limited = this.#byte();
          pages = this.#unsigned();
          if (limited === 1) this.#unsigned();
        });
      } else if (id === 6) {
        this.#times(() => {
          this.#at += 2;
          globals.push(this.#constant());
        });
      } else if (id === 7) {
        this.#times(() => {
          const name = String.fromCharCode(...this.#skip());
          this.#byte();
          exports.set(name, this.#unsigned());
        });
      } else if (id === 8) start = this.#unsigned();
      else if (id === 10) {
        this.#times((i) => functions.push(this.#function(types[signatures[i]!]!, types)));
      } else if (id === 11) {
        this.#times(() => {
          this.#unsigned();
          data.push({ offset: Number(this.#constant()), bytes: this.#skip() });
        });
      }
      this.#at = end;
    }
    return { functions, globals, exports, pages, data, start };
  }

  #function(
    { parameters, results }: { parameters: number; results: number },
    types: readonly { results: number }[],
  ): FunctionCode {
    const end = this.#unsigned() + this.#at;
    const locals: number[] = [];
    this.#times(() => {
      const count = this.#unsigned();
      const type = this.#byte();
      for (let i = 0; i < count; i++) locals.push(type);
    });
    const body: Instruction[] = [];
    const open: Instruction[] = [];
    while (this.#at < end) {
      const instruction = this.#instruction(types);
      const { opcode } = instruction;
      if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) open.push(instruction);
      if (opcode === OP.else) open[open.length - 1]!.otherwise = body.length;
      if (opcode === OP.end) {
        const block = open.pop();
        if (block !== undefined) block.end = body.length;
      }
      body.push(instruction);
    }
    return { parameters, results, locals, body };
  }

  #instruction(types: readonly { results: number }[]): Instruction {
    const prefix = this.#byte();
    const opcode = prefix >= 0xfc ? (prefix << 8) + this.#unsigned() : prefix;
    if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) {
      const type = this.#signed();
      const results = type >= 0n ? types[Number(type)]!.results : type === BigInt(EMPTY) - 128n ? 0 : 1;
      return { opcode, immediate: 0, results };
    }
    if (opcode === OP.i32Const || opcode === OP.i64Const) return { opcode, immediate: this.#signed() };
    let immediate = 0;
    const memory = (opcode >= 40 && opcode <= 62) || (opcode >= SIMD && opcode <= OP.v128Store);
    if (memory) {
      this.#unsigned();
      immediate = this.#unsigned();
    } else if (opcode === OP.v128Const || opcode === OP.shuffle) this.#at += 16;
    else if (opcode === OP.memoryCopy) this.#at += 2;
    else if (opcode === OP.memoryFill) this.#at += 1;
    else if (opcode >= SIMD + 21 && opcode <= SIMD + 34) immediate = this.#byte();
    else if ((opcode >= OP.br && opcode <= OP.brIf) || opcode === OP.call) immediate = this.#unsigned();
    else if (opcode >= OP.localGet && opcode <= OP.globalSet) immediate = this.#unsigned();
    return { opcode, immediate };
  }

  /** The value of a constant expression. */
  #constant(): Scalar {
    const opcode = this.#byte();
    const value = opcode === OP.globalGet ? BigInt(this.#unsigned()) : this.#signed();
    this.#byte();
    return opcode === OP.i32Const ? Number(value) : value;
  }

  #times(read: (index: number) => void): void {
    const count = this.#unsigned();
    for (let i = 0; i < count; i++) read(i);
  }

  /** Bytes behind their length. */
  #skip(): Uint8Array {
    const length = this.#unsigned();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #byte(): number {
    return this.#bytes[this.#at++]!;
  }

  #unsigned(): number {
    return Number(this.#leb().value);
  }

  #signed(): bigint {
    const { value, bits } = this.#leb();
    return BigInt.asIntN(Math.min(bits, 64), value);
  }

  #leb(): { value: bigint; bits: number } {
    let value = 0n;
    for (let bits = 0; ; ) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << BigInt(bits);
      bits += 7;
      if (byte < 128) return { value, bits };
    }
  }
}
