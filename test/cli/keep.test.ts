// SPDX-License-Identifier: Apache-2.0
/** `--keep`: columns of the own list that stand in the rows of a result again. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keptNames } from '../../src/lists/columns.js';
import { openList } from '../../src/lists/open-list.js';
import { withOutputs } from '../../src/lists/output.js';
import { SharedRows, type Spill } from '../../src/lists/shared-rows.js';
import { Uint32List } from '../../src/lists/uint32-list.js';
import { times } from '../support/effort.js';
import { hasExtension, hasSqlite, sqlite } from '../support/extensions.js';
import { readParquet, writeParquet } from '../support/parquet.js';
import { cli, type Ending, memoryIo, temporary } from './harness.js';
import { type ServeHere, serveHere } from './server.js';

vi.setConfig({ testTimeout: 60_000 });

const MINE = [
  'Id,2024,Mobile,Note,note,',
  '7,gold,+1 415 555 0123,"a ""b"", c",,x',
  '8,,+1 415 555 0124,only here,,y',
  '9,=1+1,+1 415 555 0125,"é\n🙂",n',
  '',
].join('\n');
const THEIRS = 'phone\n+14155550123\n+14155550125\n';

const noSqlite = !(await hasExtension('sqlite_scanner')) || !hasSqlite();

let folder: string;
let server: ServeHere | undefined;
const at = (name: string): string => join(folder, name);
const put = (name: string, content: string): string => {
  writeFileSync(at(name), content, { mode: 0o600 });
  return at(name);
};
beforeEach(async () => {
  folder = dirname(temporary('x'));
  put('mine.csv', MINE);
  put('theirs.csv', THEIRS);
  put('policy.json', '{"budgets": [{"hours": 24, "runs": 1000}]}');
  await cli(['token', 'acme', '--add', at('partners.json'), '-o', at('acme.token')]);
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const KNOWN = (): string[] => ['--policy', at('policy.json'), '--ledger', at('ledger.json')];
/** The partner's list is served, and what is asked with a list of one's own is the ending. */
async function connect(list: string, ...argv: string[]): Promise<Ending> {
  server ??= await serveHere([
    ...[at('theirs.csv'), '--reveal', 'intersection', '--partners', at('partners.json'), ...KNOWN()],
  ]);
  const url = `ws://127.0.0.1:${server.port}`;
  return cli(['connect', url, list, '--token-file', at('acme.token'), ...KNOWN(), ...argv]);
}
const rowsOf = async (list: string, ...argv: string[]): Promise<string> => {
  expect(await connect(list, '-o', at('shared.csv'), ...argv)).toMatchObject({ status: 0 });
  return readFileSync(at('shared.csv'), 'utf8');
};

describe('connect --keep', () => {
  it('writes columns by name and by number behind all others, in the order in which they were named', async () => {
    expect(await rowsOf(at('mine.csv'), '--keep', '2024, 6', '--keep', 'id')).toBe(
      'line,phone,2024,column_6,Id\n2,+1 415 555 0123,gold,x,7\n4,+1 415 555 0125,=1+1,,9\n',
    );
    const { stderr } = await connect(at('mine.csv'), '--keep', 'id,6', '-o', at('shared.csv'));
    expect(stderr).toContain('mine.csv: every row keeps column 1 "Id", column 6 (--keep)\n');
  });

  it('writes all but what is there anyway, from disk as from memory', async () => {
    const expected =
      'line,phone,Id,2024,Note,note_2,column_6\n' +
      '2,+1 415 555 0123,7,gold,"a ""b"", c",,x\n4,+1 415 555 0125,9,=1+1,"é\n🙂",n,\n';
    for (const spill of ['always', 'never'])
      expect(await rowsOf(at('mine.csv'), '--keep', 'all', '--spill', spill)).toBe(expected);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(await rowsOf(at('mine.csv'), '--keep', '2024', '--spreadsheet')).toBe(
      "line,phone,2024\n2,'+1 415 555 0123,gold\n4,'+1 415 555 0125,'=1+1\n",
    );
  });

  it('goes by numbers where there is no header, over several files', async () => {
    put('part-1.csv', '+14155550123,a,1\n+14155550111,b,2\n');
    put('part-2.csv', '+14155550125,c,3\n');
    expect(await rowsOf(at('part-*.csv'), '--no-header', '--column', '1=phone', '--keep', '3')).toBe(
      'line,phone,column_3\n1,+14155550123,1\n3,+14155550125,3\n',
    );
    put('more-1.jsonl', '{"phone":"+14155550123","id":"a"}\n');
    put('more-2.jsonl', '{"id":"b","phone":"+14155550125"}\n');
    expect(await rowsOf(at('more-*.jsonl'), '--keep', 'all')).toBe(
      'line,phone,id\n1,+14155550123,a\n2,+14155550125,b\n',
    );
  });

  it('stands in every format, from every format', async () => {
    await writeParquet(
      at('mine.parquet'),
      `SELECT * FROM (VALUES ('+14155550123', 7), ('x', 8)) t(phone, id)`,
    );
    expect(await rowsOf(at('mine.parquet'), '--keep', 'id')).toBe('line,phone,id\n1,+14155550123,7\n');
    const argv = ['--keep', '2024,note', '-o'];
    put('twice.csv', 'phone,2024,note\n+14155550123,a,\n');
    expect((await connect(at('twice.csv'), ...argv, at('shared.jsonl'))).status).toBe(0);
    expect(JSON.parse(readFileSync(at('shared.jsonl'), 'utf8'))).toEqual({
      ...{ line: 2, phone: '+14155550123', 2024: 'a' },
    });
    expect((await connect(at('twice.csv'), ...argv, at('shared.parquet'))).status).toBe(0);
    const { columns, rows } = await readParquet(at('shared.parquet'));
    expect(columns.map(([name]) => name)).toEqual(['line', 'phone', '2024', 'note']);
    expect(rows).toEqual([[2, '+14155550123', 'a', null]]);
  });

  it.skipIf(noSqlite)('goes from database to database', async () => {
    sqlite(
      at('crm.db'),
      'CREATE TABLE t (id integer, phone text, city text); ' +
        "INSERT INTO t VALUES (7, '+14155550123', 'Linz'), (8, '+14155550999', 'Graz');",
    );
    const output = `sqlite:${at('result.db')}?table=shared`;
    const list = `sqlite:${at('crm.db')}?table=t`;
    expect((await connect(list, '--keep', 'all', '-o', output)).status).toBe(0);
    expect(await cli(['inspect', output])).toMatchObject({ status: 0 });
    expect(await rowsOf(output, '--keep', 'id,city,line')).toBe(
      'line,phone,id,city,line_2\n1,+14155550123,7,Linz,1\n',
    );
  });

  it('says which columns there are, without connecting or a cell', async () => {
    const url = 'ws://127.0.0.1:1';
    const argv = ['connect', url, at('mine.csv'), '--token-file', at('acme.token'), '-o', at('shared.csv')];
    for (const [keep, says] of [
      [
        'City',
        'has no column "City". It has column 1 "Id", column 2 "2024", column 3 "Mobile", column 4 "Note",',
      ],
      ['7', 'has no column "7"'],
      ['NOTE', 'has 2 columns named "NOTE". Give the number of the one to use: 4 or 5.'],
      ['Id,1', 'column 1 "Id" of'],
      ['Id,,2', 'Give names or numbers of columns with a comma between them, or "all".'],
    ] as const) {
      const { status, stderr } = await cli([...argv, '--keep', keep]);
      expect(status).toBe(2);
      expect(stderr).toContain(says);
      expect(stderr).not.toMatch(/415|gold|only here/);
      expect(existsSync(at('shared.csv'))).toBe(false);
    }
    const none = await cli([...argv.slice(0, -2), '--keep', 'all']);
    expect(none).toMatchObject({ status: 2, stderr: expect.stringContaining('--output') });
  });
});

describe('--keep elsewhere', () => {
  it('stands beside the pseudonyms of both parties', async () => {
    const ids = ['--reveal', 'ids', '--keep', 'all', ...KNOWN()];
    server = await serveHere([
      ...[put('records.csv', 'phone,ward\n+14155550123,a\nn/a,b\n'), '--partners', at('partners.json')],
      ...[...ids, '--once', '-o', at('served.csv')],
    ]);
    const url = `ws://127.0.0.1:${server.port}`;
    const asked = ['connect', url, at('mine.csv'), '--token-file', at('acme.token'), ...ids];
    expect((await cli([...asked, '-o', at('asked.csv')])).status).toBe(0);
    await server.ended;
    const [head, first, ...rest] = readFileSync(at('served.csv'), 'utf8').split('\n');
    expect(head).toMatch(/^line,phone,\w+,ward$/);
    expect(first).toMatch(/^2,\+14155550123,[^,]+,a$/);
    expect(rest.at(-1)).toBe('');
    const asker = readFileSync(at('asked.csv'), 'utf8');
    expect(asker.split('\n')[0]).toMatch(/^line,phone,\w+,Id,2024,Note,note_2,column_6$/);
    expect(asker).toContain(first!.split(',')[2]);
  });

  it('is said at the last step of a run through files', async () => {
    const key = async (name: string): Promise<string> =>
      (await cli(['key', name, '-o', at(`${name}.key`)])).stdout;
    put('peers.txt', (await key('a')) + (await key('b')));
    put('state.key', 'ab'.repeat(32));
    const state = ['--state', at('state'), '--state-key-file', at('state.key')];
    const own = (name: string, peer: string): string[] => [
      ...['--reveal', 'intersection', '--key', at(`${name}.key`), '--peer', peer, '--peers', at('peers.txt')],
    ];
    const statuses = [
      await cli(['psi', 'request', at('mine.csv'), ...own('a', 'b'), ...state, '-o', at('0.vm')]),
      await cli([
        ...['psi', 'respond', at('0.vm'), at('theirs.csv'), ...own('b', 'a'), ...KNOWN(), '-o', at('1.vm')],
      ]),
      await cli(['psi', 'finish', at('1.vm'), ...state, '--keep', 'City', '-o', at('shared.csv')]),
      await cli(['psi', 'finish', at('1.vm'), ...state, '--keep', 'Id', '-o', at('shared.csv')]),
    ].map(({ status }) => status);
    // A name that there is not does not end the run.
    expect(statuses).toEqual([0, 0, 2, 0]);
    expect(readFileSync(at('shared.csv'), 'utf8')).toBe(
      'line,phone,Id\n2,+1 415 555 0123,7\n4,+1 415 555 0125,9\n',
    );
  });
});

describe('kept columns', () => {
  const names = (
    header: readonly string[],
    taken: readonly string[] = ['line', 'phone'],
  ): readonly string[] =>
    keptNames({ header, phone: [], email: [], country: undefined, keep: [...header.keys()] }, taken);

  it('have a name each, in any case', () => {
    expect(names(['Phone', 'a', 'A', 'a_2', '', 'x\u0007', '__proto__'])).toEqual([
      ...['Phone_2', 'a', 'A_2', 'a_2_2', 'column_5', 'column_6', '__proto__'],
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'A', 'a_2', 'a_3', '', 'column_2', 'line', '1')),
        (header) => {
          const found = names(header).map((name) => name.toLowerCase());
          expect(new Set([...found, 'line', 'phone']).size).toBe(header.length + 2);
        },
      ),
    );
  });

  it('are named in linear time', () => {
    expect(names(Array.from({ length: 100_000 }, () => 'a')).at(-1)).toBe('a_100000');
  });

  it('come with every row of a record, and empty with one that cannot be read', async () => {
    const list = await openList(put('two.csv', 'phone,mobile,id\n+14155550123,+14155550124,7\n1,2,3,4\n'), {
      columns: [
        { name: 'phone', field: 'phone' },
        { name: 'mobile', field: 'phone' },
      ],
      keep: 'all',
    });
    const rows = [];
    for await (const batch of list.rows()) rows.push(...batch.map(({ line, kept }) => [line, kept]));
    const whole = ['+14155550123', '+14155550124', '7'];
    // Of two columns of numbers each row has one.
    expect(rows).toEqual([
      [2, whole],
      [2, whole],
      [3, ['', '', '']],
    ]);
    await list.close();
  });

  it('are the same on disk and in memory, and when they went from one to the other', async () => {
    const cell = fc.oneof(
      fc.constantFrom('', ' a,"b" ', 'é\n', "it's", '\\x00'),
      fc.string({ unit: 'grapheme' }),
    );
    const table = fc
      .nat(4)
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width })));
    const written = async (
      rows: readonly string[][],
      spill: Spill,
      memoryBytes?: number,
    ): Promise<string> => {
      const output = temporary('shared.csv');
      const kept = new SharedRows(output, spill, memoryIo().io, memoryBytes);
      try {
        const lines = new Uint32List();
        for (const [i, cells] of rows.entries()) {
          lines.push(i + 2);
          await kept.add({ phone: [`${i}`], email: [''] }, [cells]);
        }
        const columns = { header: undefined, phone: [0], email: [], country: undefined };
        const keep = (rows[0] ?? []).map((_, i) => i + 1);
        const wanted = [...rows.keys()].filter((i) => i % 3 !== 1);
        const places = { lines, kinds: ['phone'] as const, columns: { ...columns, keep } };
        await withOutputs([output], [], io(), (file) => kept.write(file!, wanted, places));
        return readFileSync(output, 'utf8');
      } finally {
        await kept.close();
      }
    };
    const io = () => memoryIo().io;
    await fc.assert(
      fc.asyncProperty(table, fc.nat(200), async (rows, bytes) => {
        const inMemory = await written(rows, 'never');
        expect(await written(rows, 'always')).toBe(inMemory);
        expect(await written(rows, 'auto', bytes)).toBe(inMemory);
      }),
      { numRuns: times(15) },
    );
  });
});
