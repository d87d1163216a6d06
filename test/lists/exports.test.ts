// SPDX-License-Identifier: Apache-2.0
/** No row of a generated export ends under a wrong identifier, and every row that was not taken is named. */

import { describe, expect, it } from 'vitest';
import { VeilmatchError } from '../../src/errors.js';
import { parseRows } from '../../src/identifiers/parse-rows.js';
import type { PlacedRow } from '../../src/lists/record-rows.js';
import { CustomerList } from '../../src/lists/table.js';
import { memoryIo, readList } from '../cli/harness.js';
import { SLOW, times } from '../support/effort.js';
import { type Export, exportOf, SHAPES } from './exports.js';

/** What came of an export, in numbers, and what is wrong about it. */
interface Outcome {
  readonly counts: { rows: number; taken: number; ambiguous: number; rejected: number; refusedLists: number };
  readonly wrong: readonly string[];
}

async function readExport(seed: number, { shape, bytes, options, people }: Export): Promise<Outcome> {
  const counts = { rows: people.length, taken: 0, ambiguous: 0, rejected: 0, refusedLists: 0 };
  const wrong: string[] = [];
  const note = (what: string): void => void wrong.push(`${shape}, seed ${seed}: ${what}`);
  let placed: readonly PlacedRow[];
  let kinds: readonly string[];
  try {
    const list = await CustomerList.open('-', options, memoryIo({ stdin: bytes }).io);
    const batches: PlacedRow[] = [];
    for await (const batch of list.rows()) batches.push(...batch);
    await list.close();
    placed = batches;
    kinds = list.kinds;
  } catch (error) {
    // A list that is refused says why.
    if (!(error instanceof VeilmatchError)) throw error;
    counts.refusedLists = 1;
    counts.rejected = people.length;
    return { counts, wrong };
  }
  const lines = [...new Set(placed.map(({ line }) => line))];
  // A record that could not be read may be named line by line: who is behind which line is unknown then.
  const inStep = lines.length === people.length;
  if (!inStep && !placed.some(({ damaged }) => damaged))
    note(`${people.length} records became ${lines.length}`);
  const everybody = people.flatMap(({ phones, emails }) => [...phones, ...emails]);
  const columns = {
    phone: placed.map(({ row }) => row.phone ?? ''),
    email: placed.map(({ row }) => row.email ?? ''),
    country: placed.map(({ row }) => row.country ?? ''),
  };
  const parsed = parseRows(columns, {
    country: options.country,
    match: 'any',
    assigned: false,
    international: false,
    strict: false,
  });
  const notes = (values: Uint32Array, width: number): Set<string> =>
    new Set(
      Array.from(
        { length: values.length / width },
        (_, i) => `${values[width * i]} ${values[width * i + 1]}`,
      ),
    );
  const rejected = notes(parsed.rejected, 4);
  const ambiguous = notes(parsed.ambiguous, 3);
  const found = new Map<number, { readonly field: number; readonly identifier: string }[]>();
  const text = Buffer.from(parsed.bytes);
  for (const [i, row] of parsed.rows.entries()) {
    const canonical = text.subarray(parsed.offsets[i], parsed.offsets[i + 1]).toString();
    const identifier = canonical.slice(canonical.indexOf(':') + 1);
    found.set(row, [...(found.get(row) ?? []), { field: parsed.kinds[i]! + 1, identifier }]);
  }
  for (const [row, { line, row: cells, damaged }] of placed.entries()) {
    const person = people[lines.indexOf(line)];
    const truth = new Set(inStep ? [...(person?.phones ?? []), ...(person?.emails ?? [])] : everybody);
    const identifiers = found.get(row) ?? [];
    for (const { field, identifier } of identifiers) {
      if (truth.has(identifier)) counts.taken++;
      else if (ambiguous.has(`${row} ${field}`)) counts.ambiguous++;
      else
        note(
          `line ${line}: ${JSON.stringify(cells)} became ${identifier}, and is ${[...truth].join(', ') || 'nobody'}`,
        );
    }
    const named = (field: number): boolean =>
      damaged === true || rejected.has(`${row} ${field}`) || rejected.has(`${row} 0`);
    if (identifiers.length === 0) counts.rejected++;
    for (const [kind, field] of [
      ['phone', 1],
      ['email', 2],
    ] as const)
      if ((cells[kind] ?? '') !== '' && !identifiers.some((each) => each.field === field) && !named(field))
        note(`line ${line}: the ${kind} is lost in silence`);
    if (identifiers.length === 0 && !named(0) && !named(1) && !named(2))
      note(`line ${line} is lost in silence`);
  }
  if (people.some(({ emails }) => emails.length > 0) && !kinds.includes('email'))
    note('no column of addresses was found');
  return { counts, wrong };
}

/** Of seeds in a row: what came of each shape. */
async function report(from: number, count: number): Promise<{ text: string; wrong: string[] }> {
  const shapes = new Map(
    SHAPES.map(({ name }) => [
      name,
      { exports: 0, rows: 0, taken: 0, ambiguous: 0, rejected: 0, refusedLists: 0 },
    ]),
  );
  const wrong: string[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const made = exportOf(seed);
    const { counts, wrong: more } = await readExport(seed, made);
    const sum = shapes.get(made.shape)!;
    sum.exports++;
    for (const [name, value] of Object.entries(counts)) sum[name as keyof typeof counts] += value;
    wrong.push(...more);
  }
  const head = [
    'shape',
    'exports',
    'rows',
    'identifiers taken',
    'read in another of two ways, and said so',
    'rows without an identifier, all named',
    'lists refused',
  ];
  const lines = [...shapes].map(([name, { exports, rows, taken, ambiguous, rejected, refusedLists }]) =>
    [name, exports, rows, taken, ambiguous, rejected, refusedLists].join(' | '),
  );
  const text = [
    '# Generated exports',
    '',
    `${count.toLocaleString('en-US')} exports, seeds from ${from}; rows under a wrong identifier or lost in silence: ${wrong.length}. Written by \`SLOW=1 npx vitest run --project=unit test/lists/exports.test.ts -u\`.`,
    '',
    `| ${head.join(' | ')} |`,
    `|${' --- |'.repeat(head.length)}`,
    ...lines.map((line) => `| ${line} |`),
    '',
  ].join('\n');
  return { text, wrong };
}

describe('generated exports', () => {
  it('a sample of all shapes: nobody ends under a wrong identifier, nothing is lost in silence', async () => {
    expect(SHAPES.length).toBeGreaterThanOrEqual(12);
    const { wrong } = await report(1_000_000, times(400));
    expect(wrong.slice(0, 40)).toEqual([]);
  });

  it.skipIf(!SLOW)('a hundred thousand', { timeout: 7_200_000 }, async () => {
    const { text, wrong } = await report(1, Number(process.env.EXPORTS ?? 100_000));
    expect(wrong.slice(0, 200)).toEqual([]);
    await expect(text).toMatchFileSnapshot('exports-report.md');
  });
});

it('a column whose one address has a fullwidth sign is found by its name', async () => {
  const text =
    'customer_id|email|phone\n96288160636|n/a|+46915642679\n70955219962|x088＠example.com|+46421814766\n46887922535|ada@|555-555-5555\n';
  const list = await readList('-', { country: 'SE' }, memoryIo({ stdin: text }).io);
  expect(list.rows.map(({ email }) => email)).toEqual(['n/a', 'x088＠example.com', 'ada@']);
});
