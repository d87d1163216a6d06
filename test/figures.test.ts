// SPDX-License-Identifier: Apache-2.0
/** Figures in the documents are those of the stored results. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import lookup from '../bench/results/lookup.json' with { type: 'json' };
import timing from '../bench/results/timing.json' with { type: 'json' };

it("the threat model's table of t values is that of bench/results/timing.json", () => {
  const text = readFileSync(new URL('../docs/threat-model.md', import.meta.url), 'utf8');
  const rows = text.match(/^ *\| (?:fma|integer|noble) \|.*\|$/gm) ?? [];
  expect(rows.map((row) => row.trim())).toEqual(
    timing.results.results.map(
      ({ backend, samples, tFixedAgainstRandomScalars, tFixedAgainstRandomPoints }) =>
        `| ${backend} | ${samples} | ${tFixedAgainstRandomScalars} | ${tFixedAgainstRandomPoints} |`,
    ),
  );
});

it('the row on look-ups in docs/reversal.md is that of bench/results/lookup.json', () => {
  const text = readFileSync(new URL('../docs/reversal.md', import.meta.url), 'utf8');
  const { numbers, table, enumeration } = lookup.results;
  const seconds = enumeration.map(({ cpuSeconds }) => `${cpuSeconds} s`).join(' | ');
  expect(enumeration.map(({ targets }) => targets)).toEqual([1, 2000]);
  expect(text).toContain(
    `| ${numbers.toLocaleString('en-US')} | ${table.bytesAnEntry} | ${table.buildCpuSeconds} s | ${table.lookUpMicroseconds} µs | ${seconds} |\n`,
  );
});
