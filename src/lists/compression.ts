// SPDX-License-Identifier: Apache-2.0
/**
 * gzip and Zstandard, in and out, through Node's zlib. Both ways are streams: what a file expands to never stands in
 * memory as a whole, however small the file is.
 */

import { Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { VeilmatchError } from '../errors.js';
import { beginsWith, GZIP, prepend, startOf, ZSTD } from './chunks.js';

type Compression = 'gzip' | 'zstd';

const CHUNK_BYTES = 65_536;

/** Zstandard came to Node's zlib with 22.15 and 23.8; its types came later than the oldest Node that this runs on. */
interface MaybeZstd {
  readonly createZstdCompress?: () => Transform;
  readonly createZstdDecompress?: (options: {
    readonly chunkSize: number;
  }) => Transform & Pick<zlib.Gunzip, 'bytesWritten'>;
}
const { createZstdCompress, createZstdDecompress }: MaybeZstd = zlib as MaybeZstd;

/** The compression that a file's name announces. */
export function compressionOf(name: string): Compression | undefined {
  if (/\.gz$/i.test(name)) return 'gzip';
  return /\.zst$/i.test(name) ? 'zstd' : undefined;
}

/**
 * The bytes that a gzip or Zstandard file stands for, all of its members one behind the other; any other file as it is.
 * @param source how messages name the file
 * @throws {VeilmatchError} `bad-file` for what is cut off or damaged; `unsupported` for Zstandard on an older Node
 */
export async function* decompressed(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, iterator } = await startOf(chunks);
  const whole = prepend(head, iterator);
  if (beginsWith(head, GZIP)) {
    yield* through(() => zlib.createGunzip({ chunkSize: CHUNK_BYTES }), 'gzip', whole, source);
  } else if (beginsWith(head, ZSTD)) {
    if (createZstdDecompress === undefined) throw tooOld(source, `zstd -dc ${source} | veilmatch ... -`);
    yield* through(() => createZstdDecompress({ chunkSize: CHUNK_BYTES }), 'zstd', whole, source);
  } else yield* whole;
}

/** @throws {VeilmatchError} `unsupported` for Zstandard on an older Node */
export function compressor(compression: Compression, name: string): Transform {
  if (compression === 'gzip') return zlib.createGzip({ chunkSize: CHUNK_BYTES });
  if (createZstdCompress === undefined) throw tooOld(name, 'zstd FILE');
  return createZstdCompress();
}

/** zlib's streams say how much of their input they took. */
type Decoder = Transform & Pick<zlib.Gunzip, 'bytesWritten'>;

async function* through(
  start: () => Decoder,
  compression: Compression,
  compressed: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = compressed[Symbol.asyncIterator]();
  /** What the decoder was given and has not said to have taken, as far as was looked. */
  let given: Uint8Array[] = [];
  let taken = 0;
  let failure: unknown;
  const pull = async (): Promise<Uint8Array | undefined> => {
    try {
      const next = await iterator.next();
      if (next.done) return undefined;
      given.push(next.value);
      return next.value;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  let pulling: Promise<Uint8Array | undefined> = Promise.resolve(undefined);
  let left: Uint8Array = new Uint8Array(0);
  try {
    do {
      const decoder = start();
      given = left.length > 0 ? [left] : [];
      taken = 0;
      const first = left;
      const input = Readable.from(
        (async function* () {
          if (first.length > 0) yield first;
          for (;;) {
            // What was taken need not be kept.
            while (given.length > 1 && taken + given[0]!.length <= decoder.bytesWritten)
              taken += given.shift()!.length;
            pulling = pull();
            const chunk = await pulling;
            if (chunk === undefined) return;
            yield chunk;
          }
        })(),
        { objectMode: false },
      );
      input.on('error', (error) => decoder.destroy(error));
      input.pipe(decoder);
      try {
        yield* decoder as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw failure ?? damaged(error, compression, source);
      } finally {
        decoder.destroy();
        input.destroy();
      }
      await pulling;
      left = Buffer.concat(given).subarray(decoder.bytesWritten - taken);
      // gzip's decoder goes on to the next member itself; Zstandard's ends where a frame does, if that is inside a chunk.
    } while (compression === 'zstd' && left.length > 0);
  } finally {
    await iterator.return?.();
  }
}

function damaged(error: unknown, compression: Compression, source: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error !== undefined && !/^(?:Z|ZSTD)_/.test(code ?? '')) return error;
  const problem = code === 'Z_BUF_ERROR' ? 'is cut off' : 'is damaged';
  return new VeilmatchError(
    'bad-file',
    `${source} ${problem}: it is no complete ${compression} file. Copy or make it again; ${compression} -t FILE tests one.`,
    { cause: error },
  );
}

function tooOld(name: string, instead: string): VeilmatchError {
  return new VeilmatchError(
    'unsupported',
    `${name}: Zstandard needs Node 22.15 or newer; this is ${process.version}. Use a newer one, or: ${instead}`,
  );
}
