// SPDX-License-Identifier: Apache-2.0
/** Looking at the first bytes of a stream without losing them, and what they say of the file. */

export const GZIP: readonly number[] = [0x1f, 0x8b];
export const ZSTD: readonly number[] = [0x28, 0xb5, 0x2f, 0xfd];
export const PARQUET: readonly number[] = [0x50, 0x41, 0x52, 0x31];
export const ENCRYPTED_PARQUET: readonly number[] = [0x50, 0x41, 0x52, 0x45];

/** Of SQLite, https://www.sqlite.org/fileformat.html#the_database_header, as far as no text begins so: a zero byte would follow. */
export const SQLITE: readonly number[] = [...Buffer.from('SQLite format 3\0')];

/** Bytes of the longest of these signatures. */
const SIGNATURE_BYTES = 16;

export function beginsWith(head: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => head[i] === byte);
}

interface Start {
  /** As many as the longest signature has, or more; fewer only where there are no more. */
  readonly head: Uint8Array;
  /** What comes behind them. */
  readonly iterator: AsyncIterator<Uint8Array>;
}

export async function startOf(chunks: AsyncIterable<Uint8Array>): Promise<Start> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < SIGNATURE_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return { head, iterator };
}

/** A stream whose beginning was taken off, whole again. Whoever leaves it early ends the rest, too. */
export async function* prepend<Chunk extends Uint8Array | string>(
  first: Chunk,
  rest: AsyncIterator<Chunk>,
): AsyncGenerator<Chunk, void, undefined> {
  try {
    if (first.length > 0) yield first;
    for (;;) {
      const next = await rest.next();
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}
