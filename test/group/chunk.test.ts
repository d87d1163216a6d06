// SPDX-License-Identifier: Apache-2.0
/** What a backend on several threads leaves of scalars, on either side of the line; the thread is this one here. */

import { beforeAll, describe, expect, it } from 'vitest';
import { ByteList, concatBytes, u32, utf8 } from '../../src/bytes.js';
import type { VeilmatchError } from '../../src/errors.js';
import { type ChunkArguments, type ChunkJob, runChunk } from '../../src/group/chunk.js';
import type { TrustingBackend } from '../../src/group/group.js';
import { ParallelBackend } from '../../src/group/parallel.js';
import { uncheckedSerial } from '../../src/group/serial.js';
import type { WorkerPort } from '../../src/workers/platform.js';
import { WorkerPool } from '../../src/workers/pool.js';
import { type JobAnswer, type JobMessage, toFailure } from '../../src/workers/serve.js';
import { someElements, someScalars } from '../suites/group-backend.js';

let local: TrustingBackend;
beforeAll(async () => {
  local = await uncheckedSerial('integer');
});

/** What there is of the chunks of a batch: what was sent, and what has arrived. */
interface Seen {
  readonly sent: ChunkArguments[];
  readonly arrived: ChunkArguments[];
  /** When each of them is done with. */
  readonly ended: Promise<Uint8Array>[];
}

const arraysIn = (chunks: readonly ChunkArguments[]): ArrayBufferView[] =>
  chunks.flatMap((chunk) => (Object.values(chunk) as unknown[]).filter((field) => ArrayBuffer.isView(field)));

/** Nothing is left where the chunks were cut, and zeros where they were computed. */
async function expectWiped({ sent, arrived, ended }: Seen): Promise<void> {
  await Promise.allSettled(ended);
  for (const { byteLength } of arraysIn(sent)) expect(byteLength).toBe(0);
  const left = arraysIn(arrived).map(({ buffer }) => new Uint8Array(buffer));
  expect(left.some(({ length }) => length > 0)).toBe(true);
  for (const bytes of left) expect(bytes).toEqual(new Uint8Array(bytes.length));
}

/** A backend whose worker runs on this thread, behind a line that moves and clones as one between threads does. */
function watched(smallBatches: boolean = false): { group: ParallelBackend; seen: Seen } {
  const seen: Seen = { sent: [], arrived: [], ended: [] };
  const start = (): WorkerPort => {
    let answer: (message: unknown) => void = () => {};
    return {
      post(message, transfer) {
        const { payload } = message as JobMessage & { payload: ChunkJob };
        const job = structuredClone(payload, { transfer: [...transfer] as ArrayBuffer[] });
        seen.sent.push(payload.chunk);
        seen.arrived.push(job.chunk);
        const ended = runChunk(Promise.resolve(local), job);
        seen.ended.push(ended);
        ended.then(
          (value) => answer({ ok: true, value } satisfies JobAnswer),
          (error) => answer({ ok: false, failure: toFailure(error, 'chunk') } satisfies JobAnswer),
        );
      },
      listen: (onMessage) => {
        answer = onMessage;
      },
      hold: () => {},
      terminate: () => {},
    };
  };
  const group = new ParallelBackend({
    local,
    pool: new WorkerPool(start, 2),
    optional: false,
    smallBatches,
  });
  return { group, seen };
}

const COUNT = 600;
const elements = someElements(COUNT);
const scalars = someScalars(COUNT);
const messages = ByteList.from(Array.from({ length: COUNT }, (_, i) => u32(i)));
const [tag, scalar, element] = [utf8('tag'), scalars.slice(0, 32), elements.slice(0, 32)];

const OPERATIONS: Readonly<Record<string, (group: TrustingBackend) => Promise<Uint8Array>>> = {
  hashAndMultiply: (group) => group.hashAndMultiply(messages, tag, scalar),
  hashAndMultiplyEach: (group) => group.hashAndMultiplyEach(messages, tag, scalars),
  mapAndMultiply: (group) => group.mapAndMultiply(concatBytes(elements, scalars), scalar),
  subtractHashAndMultiply: (group) => group.subtractHashAndMultiply(elements, messages, tag, scalar),
  multiply: (group) => group.multiply(elements, scalar),
  multiplyEach: (group) => group.multiplyEach(elements, scalars),
  multiplyBase: (group) => group.multiplyBase(scalars),
  'multiplyBase of another base': (group) => group.multiplyBase(scalars, element),
  hashAndAddBase: (group) => group.hashAndAddBase(messages, tag, scalars),
  subtractBase: (group) => group.subtractBase(elements, scalars, element),
  add: (group) => group.add(elements, elements),
  subtract: (group) => group.subtract(elements, elements),
  progression: (group) => group.progression(element, element, 17_000),
  weightedSum: (group) => group.weightedSum(elements, scalars),
};

describe('the chunks of a batch', () => {
  it.each(Object.entries(OPERATIONS))('of %s move to the worker, and are wiped there', async (_, run) => {
    const { group, seen } = watched();
    const given = [elements, scalars, messages.bytes, tag, scalar, element].map((bytes) => bytes.slice());
    expect(await run(group)).toEqual(await run(local));
    expect(seen.sent.length).toBeGreaterThan(1);
    await expectWiped(seen);
    // What the caller gave is the caller's.
    expect([elements, scalars, messages.bytes, tag, scalar, element]).toEqual(given);
  });

  it('are one for a small batch, where these go to the workers, and none for the least', async () => {
    for (const [count, chunks] of [
      [200, 1],
      [32, 1],
      [31, 0],
    ] as const) {
      const { group, seen } = watched(true);
      const some = elements.slice(0, 32 * count);
      expect(await group.multiply(some, scalar)).toEqual(await local.multiply(some, scalar));
      expect(await group.weightedSum(some, scalars.slice(0, 32 * count))).toEqual(
        await local.weightedSum(some, scalars.slice(0, 32 * count)),
      );
      expect(seen.sent).toHaveLength(2 * chunks);
      if (chunks > 0) await expectWiped(seen);
      const { group: usual, seen: none } = watched();
      await usual.multiply(some, scalar);
      expect(none.sent).toEqual([]);
    }
  });

  it('are wiped where they came to no result, too', async () => {
    const { group, seen } = watched();
    const bad = elements.slice();
    bad.fill(0xff, 32 * 300, 32 * 301);
    const error: VeilmatchError = await group.multiplyEach(bad, scalars).then(
      () => expect.unreachable(),
      (error) => error,
    );
    expect(error).toMatchObject({ code: 'bad-element', position: 300 });
    await expectWiped(seen);
  });

  it('are copies where the caller gives Buffers, whose slices are none', async () => {
    const { group } = watched();
    const pool = Buffer.concat([scalars, elements, scalar]);
    const before = new Uint8Array(pool);
    const [some, points, one] = [
      pool.subarray(0, 32 * COUNT),
      pool.subarray(32 * COUNT, 64 * COUNT),
      pool.subarray(64 * COUNT),
    ];
    expect(await group.multiplyEach(points, some)).toEqual(await local.multiplyEach(elements, scalars));
    expect(await group.multiply(points, one)).toEqual(await local.multiply(elements, scalar));
    const list = new ByteList(Buffer.from(messages.bytes), messages.offsets);
    expect(await group.hashAndMultiply(list, tag, one)).toEqual(
      await local.hashAndMultiply(messages, tag, scalar),
    );
    expect(new Uint8Array(pool)).toEqual(before);
  });
});
