// SPDX-License-Identifier: Apache-2.0
/** Sorts tags of 16 bytes in WebAssembly, several times as fast as a general sort of records does in JavaScript. */

import { base64ToBytes } from '../bytes.js';
import { nextTurn } from '../workers/turn.js';

const TAG_BYTES = 16;
const BUCKETS = 256;
/** Buckets that are sorted between two turns of the event loop. */
const TURN_BUCKETS = 8;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly TAGS: WebAssembly.Global<'i32'>;
  readonly NUMBERS: WebAssembly.Global<'i32'>;
  reserve(tags: number): void;
  begin(): void;
  sortBucket(bucket: number): void;
}

/** Tags in ascending order, and where each of them stood. */
interface SortedTags {
  /** n x 16 bytes. */
  readonly tags: Uint8Array;
  /** The numbers that they had before. */
  readonly order: Uint32Array;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** @param tags n x 16 bytes, hashes; equal ones in any order */
export async function sortTags(tags: Uint8Array): Promise<SortedTags> {
  compiled ??= import('./sort.generated.js').then(({ sortModule }) =>
    WebAssembly.compile(base64ToBytes(sortModule)!),
  );
  const exports = new WebAssembly.Instance(await compiled).exports as unknown as Exports;
  const count = tags.length / TAG_BYTES;
  exports.reserve(count);
  const { buffer } = exports.memory;
  const inside = new Uint8Array(buffer, exports.TAGS.value, tags.length);
  inside.set(tags);
  exports.begin();
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    if (bucket % TURN_BUCKETS === 0) await nextTurn();
    exports.sortBucket(bucket);
  }
  const order = new Uint32Array(buffer, exports.NUMBERS.value, count).slice();
  const sorted = inside.slice();
  new Uint8Array(buffer).fill(0);
  return { tags: sorted, order };
}
