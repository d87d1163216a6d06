// SPDX-License-Identifier: Apache-2.0
/** Stored results have one shape, and what a run leaves out is kept, and marked. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const bench = new URL('../../bench/', import.meta.url);
const { asResults, problemsOf, recordOf } = await import(new URL('record.js', bench).href);
const { exponentOf } = await import(new URL('fit.js', bench).href);
const { median, ratios, spread } = await import(new URL('rounds.js', bench).href);

const origin = {
  name: 'some',
  machine: { cpu: 'a processor', cores: 2, memory: '8 GiB' },
  node: 'v24.0.0',
  commit: '0123456789ab',
  date: '2026-01-01T00:00:00.000Z',
};

describe('bench/results', () => {
  const files = readdirSync(new URL('results/', bench)).filter((file) => file.endsWith('.json'));

  it.each(files)('%s has the shape of them all', (file) => {
    const record = JSON.parse(readFileSync(new URL(`results/${file}`, bench), 'utf8'));
    expect(problemsOf(record)).toEqual([]);
    expect(`${record.name}.json`).toBe(file);
  });
});

describe('a record', () => {
  it('holds nested figures as cells, with their place and their texts as labels', () => {
    const returned = { runs: [{ kind: 'a', seconds: 1, by: { x: 2 } }], limit: 3 };
    const { cells, results } = asResults(returned);
    expect(results).toBe(returned);
    expect(cells).toEqual([
      { of: { part: '' }, figures: { limit: 3 } },
      { of: { part: 'runs/0', kind: 'a' }, figures: { seconds: 1 } },
      { of: { part: 'runs/0/by' }, figures: { x: 2 } },
    ]);
  });

  it('keeps what was not run this time, with the run that it is from', () => {
    const cell = (size: number, seconds: number) => ({ of: { size }, figures: { seconds } });
    const first = recordOf(origin, { cells: [cell(1, 1), cell(2, 2)] }, undefined);
    const second = recordOf({ ...origin, commit: 'later', node: 'v24.1.0' }, { cells: [cell(1, 3)] }, first);
    const { name: _, ...from } = origin;
    expect(second.cells).toEqual([cell(1, 3), { ...cell(2, 2), stored: from }]);
    const third = recordOf({ ...origin, commit: 'last' }, { cells: [cell(1, 4)] }, second);
    expect(third.cells[1].stored).toEqual(from);
    for (const record of [first, second, third]) expect(problemsOf(record)).toEqual([]);
  });

  it.each([
    ['no version of Node', { ...origin, node: '24' }, { cells: [] }],
    ['two with the same labels', origin, { cells: [1, 2].map((x) => ({ of: { a: 1 }, figures: { x } })) }],
    ['empty', origin, { cells: [{ of: { a: 1 }, figures: {} }] }],
    ['what is no figure', origin, { cells: [{ of: { a: 1 }, figures: { x: [1] } }] }],
    ['no ratio', origin, { cells: [], ratios: [{ of: { a: 1 }, times: 'many' }] }],
  ])('is refused with %s', (problem, from, results) => {
    expect(problemsOf(recordOf(from, results, undefined)).join()).toContain(problem);
  });
});

describe('statistics', () => {
  it('median and percentiles by nearest rank', () => {
    const values = [10, 1, 9, 2, 8, 3, 7, 4, 6, 5];
    expect(median(values)).toBe(5.5);
    expect(spread(values)).toEqual({ median: 5.5, low: 1, high: 9, rounds: 10 });
  });

  it('ratios are taken within rounds', () => {
    expect(ratios([1, 2, 4], [10, 20, 40])).toEqual({ median: 10, low: 10, high: 10, rounds: 3 });
  });

  it.each([0.5, 1, 2])('finds the exponent %s', (exponent) => {
    const points = [10, 100, 1000].map((n) => ({ n, y: 7 * n ** exponent }));
    expect(exponentOf(points)).toBeCloseTo(exponent, 9);
  });
});
