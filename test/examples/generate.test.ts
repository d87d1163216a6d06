// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../src/identifiers/identifier.js';
import {
  type Identifier,
  type IdentifiersFromRows,
  identifiersFromRows,
  type RejectedRow,
} from '../../src/identifiers/index.js';
import { memoryIo, readList, temporary, type WholeList } from '../cli/harness.js';

interface ListTruth {
  readonly rows: readonly Partial<Record<Identifier['kind'], string>>[];
  readonly rejected: readonly RejectedRow[];
}

interface Lists {
  readonly hospital: string;
  readonly network: string;
  readonly truth: {
    readonly hospital: ListTruth;
    readonly network: ListTruth;
    readonly matches: readonly number[];
    readonly sharedIdentifiers: number;
  };
}

const script = new URL('../../examples/compare/generate.js', import.meta.url);
const generateLists: (options?: { rows?: number; shared?: number; seed?: number }) => Lists = (
  await import(script.href)
).generateLists;

const NAMES = ['hospital', 'network'] as const;
const lists = generateLists({ seed: 20_181_123 });

type Read = WholeList & IdentifiersFromRows;
const readings = new Map<string, Promise<Read>>();

/** Each list is read once. */
function read(text: string): Promise<Read> {
  const reading = readings.get(text) ?? readAnew(text);
  readings.set(text, reading);
  return reading;
}

async function readAnew(text: string): Promise<Read> {
  const list = await readList('-', { country: 'US' }, memoryIo({ stdin: text }).io);
  return { ...list, ...(await identifiersFromRows(list.rows, { country: 'US', assigned: true })) };
}

describe('the generated lists', () => {
  it('are the same for the same seed, and others for another one', () => {
    expect(generateLists({ seed: 20_181_123 })).toEqual(lists);
    expect(generateLists({ seed: 1 }).network).not.toBe(lists.network);
  });

  it.each(NAMES)('%s holds exactly the identifiers and the damage that it is said to hold', async (name) => {
    const { rows, records, set, rejected } = await read(lists[name]);
    const truth = lists.truth[name];
    expect([records, rows.length, truth.rows.length]).toEqual([10_000, 10_000, 10_000]);
    expect(rejected).toEqual(truth.rejected);
    const found: string[][] = rows.map(() => []);
    for (let element = 0; element < set.size; element++) {
      for (const row of set.rowsOf([element])) found[row]!.push(textOf(set.elements.at(element)));
    }
    expect(found.map((texts) => texts.sort())).toEqual(truth.rows.map((row) => Object.values(row).sort()));
  });

  it('share what the truth says', async () => {
    const [hospital, network] = [await read(lists.hospital), await read(lists.network)];
    const known = new Set([...hospital.set.elements].map(textOf));
    const shared = [...network.set.elements].flatMap((bytes, element) =>
      known.has(textOf(bytes)) ? [element] : [],
    );
    expect(shared.length).toBe(lists.truth.sharedIdentifiers);
    expect(network.set.rowsOf(shared)).toEqual(lists.truth.matches);
    expect(lists.truth.matches.length).toBeGreaterThan(2800);
    expect(lists.truth.matches.length).toBeLessThan(3200);
  });

  it('are messy: duplicates, every way of rejecting, formats that differ between the lists', async () => {
    for (const name of NAMES) {
      const { set, rejected } = await read(lists[name]);
      const rowsWithPhone = lists.truth[name].rows.filter(({ phone }) => phone !== undefined).length;
      const phones = [...set.elements].filter((bytes) => textOf(bytes).startsWith('+')).length;
      expect(rowsWithPhone - phones).toBeGreaterThan(200);
      expect(new Set(rejected.map(({ code }) => code))).toEqual(
        new Set([
          'empty',
          'not-a-number',
          'spreadsheet-damage',
          'too-short',
          'too-long',
          'not-an-email',
          'bad-domain',
        ]),
      );
    }
    expect(lists.network).toMatch(/^\ufeffmember;telephone;mail\r\n/);
    expect(lists.hospital).toMatch(/^patient_id,Mobile phone,E-mail\n/);
  });

  it('hold numbers of San Francisco and addresses under reserved domains only', () => {
    for (const name of NAMES) {
      for (const { phone, email } of lists.truth[name].rows) {
        if (phone !== undefined) expect(phone).toMatch(/^\+1(?:415|628)[2-9](?!11)\d{6}$/);
        if (email !== undefined) expect(email).toMatch(/@example\.(?:com|org|net)$/);
      }
    }
  });

  it('come in any size', () => {
    for (const rows of [0, 1, 2, 50]) {
      const { truth } = generateLists({ rows });
      expect([truth.hospital.rows.length, truth.network.rows.length]).toEqual([rows, rows]);
    }
    expect(generateLists({ rows: 50, shared: 0 }).truth).toMatchObject({ matches: [], sharedIdentifiers: 0 });
    expect(() => generateLists({ rows: 10, shared: 11 })).toThrow('10 rows have room for');
  });

  it('are written to files by the script', () => {
    const folder = temporary('lists');
    const argv = [fileURLToPath(script), '--rows', '100', '--seed', '7', '--out', folder];
    const stdout = execFileSync(process.execPath, argv, { encoding: 'utf8' });
    const expected = generateLists({ rows: 100, seed: 7 });
    expect(stdout).toContain(`share ${expected.truth.sharedIdentifiers} identifiers`);
    for (const name of NAMES) expect(readFileSync(`${folder}/${name}.csv`, 'utf8')).toBe(expected[name]);
  });
});
