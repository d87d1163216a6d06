// SPDX-License-Identifier: Apache-2.0
/** The vectors of `ot-psi`: that they are what the second implementation makes, and what this package does. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serialBackend } from '../../src/group/serial.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { OtKernel, otKernelModule } from '../../src/kernel/ot.js';
import { otIntersection, runBoth } from '../../src/psi/index.js';
import { binShape } from '../../src/psi/ot/parameters.js';
import type { RandomSource } from '../../src/random.js';
import { drawOf, otVectorText } from '../suites/reference-ot-run.js';
import { QUICK } from '../support/effort.js';

const PATH = fileURLToPath(new URL('veilmatch-ot-psi-v1.json', import.meta.url));
type Party = 'receiver' | 'sender';

interface Frame {
  readonly from: Party;
  readonly bytes: number;
  readonly hex?: string;
  readonly sha512?: string;
}
interface Vectors {
  readonly codeWords: readonly { readonly message: string; readonly word: string }[];
  readonly streams: readonly { readonly key: string; readonly part: number; readonly bytes: string }[];
  readonly places: readonly {
    readonly receiverSize: number;
    readonly bins: number;
    readonly capacity: number;
    readonly places: number;
    readonly rows: number;
    readonly string: string;
    readonly key: string;
    readonly digest: string;
  }[];
  readonly run: {
    readonly receiver: readonly string[];
    readonly sender: readonly string[];
    readonly table: readonly string[];
    readonly frames: readonly Frame[];
    readonly matches: Readonly<Record<Party, readonly number[]>>;
  };
}
const read = (): Vectors => JSON.parse(readFileSync(PATH, 'utf8'));
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

afterEach(() => {
  vi.restoreAllMocks();
});

it.skipIf(QUICK)('the vectors of ot-psi are what the generator makes', async () => {
  await expect(otVectorText()).toMatchFileSnapshot(PATH);
});

describe('the vectors of ot-psi', () => {
  it('have the sizes, digests and streams of the package', async () => {
    const kernel = new OtKernel(await otKernelModule());
    const { places, streams } = read();
    for (const { receiverSize, bins, capacity, rows, string, key, digest, ...of } of places) {
      expect(binShape(receiverSize)).toEqual({ bins, capacity, places: of.places, rows });
      kernel.keyDigests(bytesOf(key));
      const element = new TextEncoder().encode(`opaque:${string}`);
      const made = kernel.digests(element, Uint32Array.of(0, element.length), 0, 1);
      expect(hexOf(made)).toBe(digest);
    }
    // Of a stream the kernel shows what is random in a table, which has 115 bits of 128.
    for (const { key, part, bytes } of streams) {
      kernel.fillTable(bytesOf(key), part, 16);
      const expected = bytesOf(bytes).map((byte, i) => (i % 16 === 14 ? byte & 7 : i % 16 === 15 ? 0 : byte));
      expect(hexOf(kernel.view('TABLE', 256))).toBe(hexOf(expected));
    }
  });

  it('have the code words of the package', async () => {
    const kernel = new OtKernel(await otKernelModule());
    const { codeWords } = read();
    // Without keys all streams are the same, and eight of them add up to nothing.
    for (const [row, { message }] of codeWords.entries())
      kernel.view('TABLE', 2048).set(bytesOf(message), 16 * row);
    kernel.exports.receiverRows(1, 128);
    const columns = kernel.view('FRAME', 255 * 16);
    for (const [row, { word }] of codeWords.entries()) {
      const bits = Array.from({ length: 255 }, (_, c) => (columns[16 * c + (row >> 3)]! >> (row & 7)) & 1);
      expect(bits).toEqual(Array.from({ length: 255 }, (_, c) => (bytesOf(word)[c >> 3]! >> (c & 7)) & 1));
    }
  });

  it('are the run of the package, frame for frame, with their draws and their table', async () => {
    const { run } = read();
    // How a table is solved is the receiver's affair: it takes the one of the vectors.
    vi.spyOn(OtKernel.prototype, 'makeTable').mockImplementation(function (this: OtKernel) {
      this.view('TABLE', 16 * run.table.length).set(bytesOf(run.table.join('')));
      return true;
    });
    const drawn = (party: Party): RandomSource => {
      let k = 0;
      return (length) => new Uint8Array(drawOf(party, k++, length));
    };
    const sent: Frame[] = [];
    const told = await runBoth(
      otIntersection,
      {
        receiver: { set: IdentifierSet.ofStrings(run.receiver) },
        sender: { set: IdentifierSet.ofStrings(run.sender) },
      },
      {
        ...{ backend: await serialBackend('auto'), to: 'both' as const },
        random: { receiver: drawn('receiver'), sender: drawn('sender') },
        onFrame: (from, frame) =>
          sent.push({
            ...{ from, bytes: frame.length },
            ...(frame.length > 5000
              ? { sha512: createHash('sha512').update(frame).digest('hex') }
              : { hex: hexOf(frame) }),
          }),
      },
    );
    expect(sent).toEqual(run.frames);
    expect({ receiver: told.receiver.matches, sender: told.sender.matches }).toEqual(run.matches);
  });
});
