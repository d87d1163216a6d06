// SPDX-License-Identifier: Apache-2.0
/** Runs through datasets: what they come to, what they are made of, and what is not taken. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ByteList } from '../../src/bytes.js';
import { encodePart } from '../../src/datasets/parquet.js';
import { partOf, partsFor, writePart } from '../../src/datasets/parts.js';
import { scalarsOf } from '../../src/datasets/secrets.js';
import type { GroupBackend } from '../../src/group/group.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { cardinality, intersection, joinIds, otIntersection } from '../../src/psi/index.js';
import { randomScalars, secureRandom } from '../../src/random.js';
import { times } from '../support/effort.js';
import { readParquet, writeParquet } from '../support/parquet.js';
import { backend, journalOf, Partners } from './partners.js';

vi.setConfig({ testTimeout: 60_000 });

const here: Partners[] = [];
afterEach(() => {
  for (const partners of here.splice(0)) partners.remove();
});

function meet(protocol: Partners['protocol'] = intersection): Partners {
  const partners = new Partners(protocol);
  here.push(partners);
  return partners;
}

const names = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `name ${first + i}`);
const set = (first: number, count: number): IdentifierSet => IdentifierSet.ofStrings(names(first, count));

const partsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.parquet'))
    .sort()
    .map((name) => join(folder, name));

describe('a run through a dataset', () => {
  it('comes to what a join of the two lists comes to', async () => {
    const list = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(
        list,
        list,
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        async (a, b, ordered, rows) => {
          const partners = meet(ordered ? intersection : cardinality);
          const [mine, theirs] = [a, b].map((list) => IdentifierSet.ofStrings(list.map(String)));
          await partners.request(mine!, { partRows: rows });
          await partners.respond(theirs!, { partRows: rows });
          const taken = await partners.finish(mine!, { partRows: rows });
          const others = new Set(b);
          const size = new Set(a.filter((each) => others.has(each))).size;
          const matched = a.flatMap((each, row) => (others.has(each) ? [row] : []));
          expect(taken).toEqual({ size, peerSize: others.size, rows: ordered ? matched : undefined });
          expect(existsSync(partners.work('asking')) || existsSync(partners.work('answering'))).toBe(false);
        },
      ),
      { numRuns: times(6) },
    );
  });

  it.each([joinIds, otIntersection])('does not carry $id, and says what does', async (protocol) => {
    const partners = meet(protocol);
    await expect(partners.request(set(0, 3))).rejects.toMatchObject({
      code: 'argument',
      message: expect.stringMatching(/^(?:join-ids|ot-psi) does not go through datasets.*socket.*files/s),
    });
    expect(existsSync(partners.folder)).toBe(false);
  });

  it('works nowhere where the partner can read it, and not above what it would remove', async () => {
    const partners = meet();
    for (const work of ['run', 'run/work', 'run/../run/response/tags', '.']) {
      const step = partners.request(set(0, 1), { work: join(partners.place, work) });
      await expect(step).rejects.toMatchObject({
        code: 'argument',
        message: expect.stringMatching(/lies in/),
      });
    }
    expect(readdirSync(partners.place)).toEqual([]);
    await partners.request(set(0, 1), { work: join(partners.place, 'run-work') });
  });

  it.each([intersection, cardinality])('takes a row for each identifier: %#', async (protocol) => {
    const partners = meet(protocol);
    const { elements } = set(0, 3);
    for (const rows of [
      [0, 1],
      [0, 1, 2, 3],
    ]) {
      const batches = (async function* () {
        yield { elements, rows: Uint32Array.from(rows) };
      })();
      await expect(partners.request(batches)).rejects.toMatchObject({
        code: 'argument',
        message: expect.stringMatching(/3 identifiers and \d rows/),
      });
    }
  });

  it('counts no person by several identifiers', async () => {
    const partners = meet(cardinality);
    async function* several() {
      yield { elements: set(0, 2).elements, rows: Uint32Array.of(7, 7) };
    }
    await expect(partners.request(several())).rejects.toMatchObject({ code: 'argument' });
  });
});

describe('parts', () => {
  const WIDTH = 32;
  const shapes = [
    { first: 0, name: 'element', width: 32 },
    { first: 70_000, name: 'element', width: 32 },
    { first: undefined, name: 'element', width: 32 },
    { first: undefined, name: 'tag', width: 9 },
  ] as const;

  it('are as long as their number of rows says, whatever is in them, and are Parquet without a word about it', async () => {
    const folder = meet().place;
    for (const [i, shape] of shapes.entries()) {
      for (const rows of [0, 1, 1000]) {
        const records = secureRandom(rows * shape.width);
        const bytes = encodePart({ ...shape, records });
        const alike = encodePart({ ...shape, records: new Uint8Array(records.length) });
        expect(bytes.length).toBe(alike.length);
        const path = join(folder, `${i}-${rows}.parquet`);
        writeFileSync(path, bytes);
        const { columns, rows: read } = await readParquet(path);
        const own = [[shape.name, 'BLOB']];
        expect(columns).toEqual(shape.first === undefined ? own : [['idx', 'BIGINT'], ...own]);
        expect(read.length).toBe(rows);
        const last = read.at(-1)?.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell));
        if (last === undefined) continue;
        if (shape.first !== undefined) expect(last.shift()).toBe(shape.first + rows - 1);
        expect(Uint8Array.from(last[0] as Uint8Array)).toEqual(records.slice(-shape.width));
      }
    }
    const told = await statisticsOf(join(folder, '0-1000.parquet'));
    expect(told).toEqual([
      ['UNCOMPRESSED', false],
      ['UNCOMPRESSED', false],
    ]);
  });

  it('have as many rows as uniform records have', async () => {
    const parts = 64;
    const count = 8192;
    const elements = await (await backend()).multiplyBase(randomScalars(count));
    for (const [name, records] of [
      ['element', elements],
      ['tag', secureRandom(count * WIDTH)],
    ] as const) {
      const rows = new Array<number>(parts).fill(0);
      for (let at = 0; at < records.length; at += WIDTH) rows[partOf(records, name, parts, at)]!++;
      const mean = count / parts;
      const distance = rows.reduce((sum, each) => sum + (each - mean) ** 2 / mean, 0);
      // Chi squared with 63 degrees of freedom is above 200 once in 10^15 times.
      expect(distance).toBeLessThan(200);
    }
    expect([1, 16, 17, 1000].map((rows) => partsFor(rows, 16))).toEqual([1, 1, 2, 64]);
  });

  it('are numbered by rank, and hold no order of the list', async () => {
    const partners = meet();
    await partners.request(set(0, 100));
    let last: Buffer | undefined;
    let next = 0n;
    for (const path of partsIn(join(partners.folder, 'request/blinded'))) {
      for (const [idx, element] of (await readParquet(path)).rows) {
        expect(idx).toBe(next++);
        const bytes = Buffer.from(element as Uint8Array);
        if (last !== undefined) expect(Buffer.compare(last, bytes)).toBe(-1);
        last = bytes;
      }
    }
    expect(next).toBe(100n);
  });
});

/** Of each column its compression, and whether anything is said of its values. */
async function statisticsOf(path: string): Promise<unknown[][]> {
  const copy = `${path}.told.parquet`;
  await writeParquet(
    copy,
    `SELECT compression, stats_min IS NOT NULL OR stats_max IS NOT NULL OR stats_null_count IS NOT NULL OR ` +
      `dictionary_page_offset IS NOT NULL OR bloom_filter_offset IS NOT NULL AS told FROM parquet_metadata('${path}')`,
  );
  return (await readParquet(copy)).rows.map((row) => [...row]);
}

describe('what is secret', () => {
  it('is of the identifier in the ordered mode, whatever the order of rows', () => {
    const seed = secureRandom(32);
    const [a, b] = [set(0, 50), IdentifierSet.ofStrings(names(0, 50).reverse())];
    const scalars = (list: ByteList, secret: Uint8Array): string[] => {
      const bytes = Buffer.from(scalarsOf(secret, list));
      return Array.from({ length: list.length }, (_, i) =>
        bytes.subarray(32 * i, 32 * i + 32).toString('hex'),
      );
    };
    expect(scalars(b.elements, seed).reverse()).toEqual(scalars(a.elements, seed));
    expect(new Set(scalars(a.elements, seed)).size).toBe(50);
    const others = new Set(scalars(a.elements, secureRandom(32)));
    expect(scalars(a.elements, seed).some((each) => others.has(each))).toBe(false);
  });

  it.each([intersection, cardinality])(
    'never blinds two lists, nor one list twice: $id',
    async (protocol) => {
      const partners = meet(protocol);
      const elements = async (): Promise<string[]> => {
        const found: string[] = [];
        for (const path of partsIn(join(partners.folder, 'request/blinded')))
          for (const row of (await readParquet(path)).rows)
            found.push(Buffer.from(row.at(-1) as Uint8Array).toString('hex'));
        return found;
      };
      await partners.request(set(0, 40));
      const first = await elements();
      await expect(partners.request(set(0, 41))).rejects.toMatchObject({
        code: 'argument',
        message: expect.stringMatching(/^The list is not the one/),
      });
      expect(await elements()).toEqual(first);
      // The same run, done again, is the same.
      const manifest = readFileSync(join(partners.folder, 'request/manifest.vm'));
      await partners.request(set(0, 40));
      expect(await elements()).toEqual(first);
      expect(readFileSync(join(partners.folder, 'request/manifest.vm'))).toEqual(manifest);
      // Another run of the same list has no element in common with it.
      partners.asking = journalOf();
      await expect(partners.request(set(0, 40))).rejects.toMatchObject({ code: 'argument' });
      rmSync(join(partners.folder, 'request'), { recursive: true });
      await partners.request(set(0, 40));
      expect((await elements()).filter((each) => first.includes(each))).toEqual([]);
    },
  );
});

it('takes nothing that a run has computed in another mode', async () => {
  const partners = meet(intersection);
  const stop = new Error('stopped');
  const stopping = () => {
    throw stop;
  };
  await expect(partners.request(set(0, 100), { onProgress: stopping })).rejects.toBe(stop);
  const counting = new Partners(cardinality);
  here.push(counting);
  const asked = counting.request(set(0, 100), { journal: partners.asking, work: partners.work('asking') });
  await expect(asked).rejects.toMatchObject({
    code: 'argument',
    message: expect.stringMatching(/^The run was begun with another protocol/),
  });
  expect(existsSync(join(counting.folder, 'request'))).toBe(false);
});

it.each([
  ['a folder of work with something else in it', { work: 'used' }, /holds other things/],
  ['another key', { signingKey: new Uint8Array(32).fill(7) }, /begun with another key/],
  ['another partner', { peer: new Uint8Array(32).fill(7) }, /begun with another key/],
  ['parts that no partner takes', { partRows: 2 ** 20 }, /rows of a part are 524288 at most/],
])('is not gone on with: %s', async (_, more, message) => {
  const partners = meet();
  const given = 'work' in more ? { work: join(partners.place, 'used') } : more;
  mkdirSync(join(partners.place, 'used'));
  writeFileSync(join(partners.place, 'used/notes.txt'), 'of somebody');
  await partners.request(set(0, 10));
  const manifest = readFileSync(join(partners.folder, 'request/manifest.vm'));
  await expect(partners.request(set(0, 10), given)).rejects.toMatchObject({
    code: 'argument',
    message: expect.stringMatching(message),
  });
  expect(readFileSync(join(partners.folder, 'request/manifest.vm'))).toEqual(manifest);
});

/** Counts what is multiplied. */
async function counting(): Promise<{
  backend: GroupBackend;
  counts: Record<'blinded' | 'evaluated' | 'tagged' | 'opened', number>;
}> {
  const own = await backend();
  const counts = { blinded: 0, evaluated: 0, tagged: 0, opened: 0 };
  const counted: GroupBackend = Object.assign(Object.create(own) as GroupBackend, {
    hashAndAddBase: (list: ByteList, ...rest: [Uint8Array, Uint8Array]) => {
      counts.blinded += list.length;
      return own.hashAndAddBase(list, ...rest);
    },
    multiply: (elements: Uint8Array, ...rest: [Uint8Array]) => {
      counts.evaluated += elements.length / 32;
      return own.multiply(elements, ...rest);
    },
    hashAndMultiply: (list: ByteList, ...rest: [Uint8Array, Uint8Array]) => {
      counts.tagged += list.length;
      return own.hashAndMultiply(list, ...rest);
    },
    subtractBase: (elements: Uint8Array, ...rest: [Uint8Array, Uint8Array]) => {
      counts.opened += elements.length / 32;
      return own.subtractBase(elements, ...rest);
    },
    multiplyBase: (scalars: Uint8Array) => own.multiplyBase(scalars),
    add: (a: Uint8Array, b: Uint8Array) => own.add(a, b),
  });
  return { backend: counted, counts };
}

describe('a step that was stopped', () => {
  const SIZE = 160;
  const mine = set(0, SIZE);
  const theirs = set(120, SIZE);
  const stop = new Error('stopped');

  it.each([
    { phase: 'blind', counted: 'blinded' },
    { phase: 'evaluate', counted: 'evaluated' },
    { phase: 'tag', counted: 'tagged' },
    { phase: 'unblind', counted: 'opened' },
  ] as const)('goes on where it was: $phase', async ({ phase, counted }) => {
    const partners = meet();
    const { backend: used, counts } = await counting();
    const once = new Set<string>();
    /** Stops the phase for good after so many calls, once for each number. */
    const attempt = async <T>(step: (more: object) => Promise<T>): Promise<T> => {
      for (const after of [1, 3]) {
        let calls = 0;
        const onProgress = (now: string): void => {
          if (now === phase && ++calls === after && !once.has(`${after}`)) {
            once.add(`${after}`);
            throw stop;
          }
        };
        try {
          return await step({ backend: used, onProgress });
        } catch (error) {
          if (error !== stop) throw error;
        }
      }
      return step({ backend: used });
    };
    await attempt((more) => partners.request(mine, more));
    await attempt((more) => partners.respond(theirs, more));
    const taken = await attempt((more) => partners.finish(mine, more));
    expect(taken).toEqual({ size: 40, peerSize: SIZE, rows: Array.from({ length: 40 }, (_, i) => 120 + i) });
    expect(once.size).toBeGreaterThan(0);
    // Of each stop, two parts at most are done again: the one whose end nobody heard of, and the one behind it.
    expect(counts[counted]).toBeLessThanOrEqual(SIZE + once.size * 2 * 32);
  });
});

describe('what lies where the partner can write', () => {
  const mine = set(0, 100);
  const theirs = set(50, 100);

  /** Faults, each by what is done to the parts of a folder. @param other the same folder of another run */
  const FAULTS: Readonly<Record<string, (parts: string[], other: string[]) => void>> = {
    missing: ([a]) => rmSync(a!),
    cut: ([a]) => truncateSync(a!, statSync(a!).size - 40),
    longer: ([a]) => writeFileSync(a!, Buffer.concat([readFileSync(a!), Buffer.alloc(1)])),
    changed: ([a]) => {
      const bytes = readFileSync(a!);
      bytes[60]! ^= 1;
      writeFileSync(a!, bytes);
    },
    swapped: ([a, b]) => {
      renameSync(a!, `${a}.x`);
      renameSync(b!, a!);
      renameSync(`${a}.x`, b!);
    },
    repeated: ([a, b]) => cpSync(a!, b!),
    'of another run': ([a], [other]) => cpSync(other!, a!),
    'no Parquet': ([a]) => writeFileSync(a!, Buffer.alloc(statSync(a!).size, 7)),
    'a folder': ([a]) => {
      rmSync(a!);
      mkdirSync(a!);
    },
  };

  it.each([intersection, cardinality])(
    'is refused by its name, and nothing is written: $id',
    async (protocol) => {
      const [partners, others] = [meet(protocol), meet(protocol)];
      await partners.request(mine);
      await others.request(mine);
      /** Each fault in a folder, which is whole again afterwards. */
      const each = async (folder: string, other: string, step: () => Promise<unknown>): Promise<void> => {
        const kept = `${folder}.kept`;
        cpSync(folder, kept, { recursive: true });
        for (const [fault, spoil] of Object.entries(FAULTS)) {
          spoil(partsIn(folder), partsIn(other));
          await expect(step(), fault).rejects.toMatchObject({
            code: 'bad-file',
            message: expect.stringMatching(/part-0000\d\.parquet/),
          });
          rmSync(folder, { recursive: true });
          cpSync(kept, folder, { recursive: true });
        }
      };
      const asked = (of: Partners): string => join(of.folder, 'request/blinded');
      await each(asked(partners), asked(others), () => partners.respond(theirs));
      expect(existsSync(join(partners.folder, 'response/manifest.vm'))).toBe(false);
      await partners.respond(theirs);
      for (const name of ['tags', 'evaluated'])
        await each(join(partners.folder, 'response', name), asked(others), () => partners.finish(mine));
      expect((await partners.finish(mine)).size).toBe(50);
    },
  );

  it('is not evaluated where it was put there between two attempts', async () => {
    const [partners, others] = [meet(), meet()];
    await partners.request(mine);
    await others.request(mine);
    const { backend: used, counts } = await counting();
    const stop = new Error('stopped');
    const stopping = {
      backend: used,
      onProgress: () => {
        throw stop;
      },
    };
    await expect(partners.respond(theirs, stopping)).rejects.toBe(stop);
    const blinded = join(partners.folder, 'request/blinded');
    const [asked, other] = [blinded, join(others.folder, 'request/blinded')].map(partsIn);
    const kept = readFileSync(asked![2]!);
    cpSync(other![2]!, asked![2]!);
    // The first part was published, and the partner has put something else in its place.
    const published = partsIn(join(partners.folder, 'response/evaluated'))[0]!;
    const answer = readFileSync(published);
    writeFileSync(published, Buffer.alloc(answer.length));
    await expect(partners.respond(theirs, { backend: used })).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringMatching(/part-00002\.parquet is not taken/),
    });
    // A whole request of the same partner, signed, in the place of the first one.
    const request = join(partners.folder, 'request');
    renameSync(request, `${request}.kept`);
    cpSync(join(others.folder, 'request'), request, { recursive: true });
    const before = counts.evaluated;
    await expect(partners.respond(theirs, { backend: used })).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringMatching(/^Another request lies in the place/),
    });
    expect(counts.evaluated).toBe(before);
    rmSync(request, { recursive: true });
    renameSync(`${request}.kept`, request);
    writeFileSync(asked![2]!, kept);
    await partners.respond(theirs);
    expect(readFileSync(published)).toEqual(answer);
    expect((await partners.finish(mine)).size).toBe(50);
  });

  it('is answered once, while it is good, as far as the policy goes, before anything is evaluated', async () => {
    const { backend: used, counts } = await counting();
    const late = meet();
    await late.request(mine, { lifetimeSeconds: 0 } as never);
    await expect(late.respond(theirs, { backend: used })).rejects.toMatchObject({ code: 'bad-file' });
    const partners = meet();
    await partners.request(mine);
    const limited = { peer: 'partner:a', ledger: partners.ledger, policy: { largestSet: 99, budgets: [] } };
    await expect(partners.respond(theirs, { backend: used, allow: limited })).rejects.toMatchObject({
      code: 'refused',
    });
    expect(counts).toMatchObject({ evaluated: 0, tagged: 0 });
    await partners.respond(theirs);
    const again = meet();
    cpSync(join(partners.folder, 'request'), join(again.folder, 'request'), { recursive: true });
    const allow = { peer: 'partner:a', ledger: partners.ledger, policy: { budgets: [] } };
    await expect(again.respond(theirs, { backend: used, allow })).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringMatching(/answered already/),
    });
    expect(counts).toMatchObject({ evaluated: 0, tagged: 0 });
  });

  it('is looked at as columns before values, which a few bytes can make endless', async () => {
    const partners = meet();
    await partners.request(mine);
    const [path] = partsIn(join(partners.folder, 'request/blinded'));
    const rows = (await readParquet(path!)).rows.length;
    const { size } = statSync(path!);
    /** Parquet of as many rows, filled up to the length that the manifest says. */
    const put = async (columns: string): Promise<void> => {
      await writeParquet(path!, `SELECT ${columns} FROM range(${rows})`);
      const bytes = readFileSync(path!);
      const footer = bytes.readUInt32LE(bytes.length - 8) + 8;
      const filler = Buffer.alloc(Math.max(0, size - bytes.length));
      writeFileSync(
        path!,
        Buffer.concat([
          bytes.subarray(0, bytes.length - footer),
          filler,
          bytes.subarray(bytes.length - footer),
        ]),
      );
      expect(statSync(path!).size).toBe(size);
    };
    await put("range idx, 'x'::BLOB element");
    await expect(partners.respond(theirs)).rejects.toMatchObject({
      code: 'bad-file',
      message: expect.stringMatching(
        /part-00000.*its columns are not idx INT64, element FIXED_LEN_BYTE_ARRAY 32/,
      ),
    });
  });

  it('is read whatever the folders of a party are called', async () => {
    const partners = meet();
    await partners.request(mine);
    const work = join(partners.place, "idx=7/element=it's [a] *");
    await partners.respond(theirs, { work });
    expect((await partners.finish(mine, { work: join(partners.place, 'tag=1/x') })).size).toBe(50);
  });

  it('is no element, and is told by its position', async () => {
    const partners = meet();
    const own = await backend();
    const spoilt: GroupBackend = Object.assign(Object.create(own) as GroupBackend, {
      // What no element begins with: 0xfe is even, and its number is above the field's.
      hashAndAddBase: async (list: ByteList) => {
        const bytes = new Uint8Array(32 * list.length).fill(0xff);
        for (let i = 0; i < list.length; i++) bytes[32 * i] = 2 * ((i + 1) % 120);
        return bytes;
      },
    });
    await partners.request(set(0, 10), { backend: spoilt });
    await expect(partners.respond(theirs)).rejects.toMatchObject({ code: 'bad-element', position: 0 });
  });

  it('leads nowhere else what is written', async () => {
    const partners = meet();
    const elsewhere = join(partners.place, 'elsewhere');
    const at = (name: string): string => join(partners.folder, name);
    const refused = async (name: string, step: () => Promise<unknown>): Promise<void> => {
      for (const target of [elsewhere, join(elsewhere, 'new')]) {
        symlinkSync(target, at(name));
        await expect(step(), name).rejects.toMatchObject({
          code: 'bad-file',
          message: expect.stringMatching(/is a link, or no folder/),
        });
        rmSync(at(name));
      }
      expect(readdirSync(elsewhere), name).toEqual([]);
    };
    for (const folder of [elsewhere, partners.folder]) mkdirSync(folder);
    await refused('request', () => partners.request(mine));
    mkdirSync(at('request'));
    await refused('request/blinded', () => partners.request(mine));
    await partners.request(mine);
    await refused('response', () => partners.respond(theirs));
    mkdirSync(at('response'));
    for (const name of ['response/evaluated', 'response/tags'])
      await refused(name, () => partners.respond(theirs));
    // Nothing was charged for those.
    const policy = { budgets: [{ hours: 24, runs: 1 }] };
    await partners.respond(theirs, { allow: { peer: 'partner:a', ledger: partners.ledger, policy } });
    expect((await partners.finish(mine)).size).toBe(50);
    // One that comes while the step works.
    const tags = join(partners.place, 'late/tags');
    const rows = { first: undefined, name: 'tag', width: 8, records: new Uint8Array(8) } as const;
    await writePart(tags, 0, rows);
    renameSync(tags, join(partners.place, 'other'));
    symlinkSync(join(partners.place, 'other'), tags);
    await expect(writePart(tags, 1, rows)).rejects.toMatchObject({ code: 'bad-file' });
    expect(readdirSync(join(partners.place, 'other'))).toEqual(['part-00000.parquet']);
  });

  it('says that the disk is full, and leaves no manifest and no result', async () => {
    const partners = meet();
    const files = process.getBuiltinModule('node:fs/promises');
    const { open } = files;
    /** A step with no room for one of its files, and then with room. */
    const take = async <T>(file: RegExp, message: string, step: () => Promise<T>): Promise<T> => {
      const full = vi.spyOn(files, 'open').mockImplementation(async (path, ...rest) => {
        if (file.test(String(path))) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        return open(path, ...rest);
      });
      try {
        await expect(step(), String(file)).rejects.toMatchObject({
          code: 'io',
          message: expect.stringMatching(file.source.split('.*')[0]!),
        });
      } finally {
        full.mockRestore();
      }
      expect(existsSync(join(partners.folder, message, 'manifest.vm'))).toBe(false);
      return step();
    };
    await take(/part-00001.*\.tmp$/, 'request', () => partners.request(mine));
    await take(/tags.part-00001.*\.tmp$/, 'response', () => partners.respond(theirs));
    let given = 0;
    const finish = async (): Promise<number> => {
      const { size } = await partners.finish(mine);
      given++;
      return size;
    };
    expect(await take(/mine-[0-9a-f]{16}-32-1.*\.tmp$/, 'result', finish)).toBe(50);
    expect(given).toBe(1);
  });
});
