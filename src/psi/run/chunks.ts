// SPDX-License-Identifier: Apache-2.0
/** Work on a long list in chunks, so that the workers of a backend have the next one while the last one is used. */

/** A part of a list, and what came of it. */
export interface Chunk {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  /** Elements, concatenated. */
  readonly elements: Uint8Array;
}

/**
 * The results for all chunks, in order; each next one is begun before the one before it is given out. Errors come in
 * order, too; whoever stops early hears nothing of the work that was begun.
 */
export async function* inChunks(
  count: number,
  size: number,
  work: (first: number, end: number) => Promise<Uint8Array>,
): AsyncGenerator<Chunk, void, void> {
  const begin = (first: number): Promise<Uint8Array> => {
    const elements = work(first, Math.min(first + size, count));
    // It is waited for below, unless the caller stops or the one before it fails: then nobody is left to handle this.
    elements.catch(() => {});
    return elements;
  };
  let next = count > 0 ? begin(0) : undefined;
  for (let first = 0; next !== undefined; first += size) {
    const current: Promise<Uint8Array> = next;
    const end = Math.min(first + size, count);
    next = end < count ? begin(end) : undefined;
    yield { first, end, elements: await current };
  }
}
