// SPDX-License-Identifier: Apache-2.0
/** Ten million identifiers a party through a dataset, on the command line, by the steps of the bench. SLOW=1 only. */

import { expect, it } from 'vitest';
import { SLOW } from '../support/effort.js';

const SIZE = Number(process.env.DATASET_SIZE ?? 1e7);

it.runIf(SLOW)(`${SIZE} identifiers meet as many under 1 GB a party`, { timeout: 14_400_000 }, async () => {
  const { runSteps } = await import(new URL('../../bench/datasets/steps.js', import.meta.url).href);
  const log = (line: string): void => console.error(line);
  // It checks that the rows are those of a join.
  const cells = await runSteps({ size: SIZE, limit: '1GB', program: process.execPath, log });
  expect(cells.map(({ of }: { of: { step: string } }) => of.step)).toEqual([
    'request',
    'respond',
    'finish',
    'exchange',
  ]);
  for (const { figures } of cells.slice(0, 3)) expect(figures.memoryMegabytes).toBeLessThan(1000);
});
