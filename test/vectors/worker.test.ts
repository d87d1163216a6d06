// SPDX-License-Identifier: Apache-2.0
/** The vectors of `veilmatch-worker-v1`, which test/interop/worker passes, too. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { OP, workerVectorText } from '../suites/worker.js';

const PATH = fileURLToPath(new URL('veilmatch-worker-v1.json', import.meta.url));

it('the vectors of workers are what the generator makes', async () => {
  await expect(await workerVectorText()).toMatchFileSnapshot(PATH);
});

it('the vectors of workers have every operation, and no error', () => {
  const { sessions } = JSON.parse(readFileSync(PATH, 'utf8'));
  const answered = sessions.flatMap(({ exchanges }: { exchanges: { answer: { operation: number } }[] }) =>
    exchanges.map(({ answer }) => answer.operation),
  );
  expect([...new Set(answered)].sort()).toEqual(
    Object.values(OP).filter((operation) => operation !== OP.error),
  );
});
