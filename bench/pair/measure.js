// SPDX-License-Identifier: Apache-2.0
/** The steps of PAIR beside the Go program of Optable: the same lines and keys on one core each, in turns, and the same results. */

import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { createBackend } from 'veilmatch/group';
import { identifiersFromRows } from 'veilmatch/identifiers';
import {
  createPairKey,
  createPairSalt,
  decryptPairIds,
  encryptMatchKeys,
  pairIdsFromTexts,
  pairIdsToTexts,
  pairMatchKeys,
  reencryptPairIds,
} from 'veilmatch/pair';
import { numbers } from '../lists.js';
import { ratios, spread } from '../rounds.js';
import { pairProgram, pairStep } from './program.js';

/** @type {{ size: number, rounds: number }} */
const { size, rounds } = JSON.parse(process.argv[2] ?? '{}');
const program = pairProgram();
if (!('path' in program)) {
  process.send?.({
    cells: [{ of: { work: 'pair', name: 'Optable pkg/pair' }, figures: {}, failure: program.missing }],
  });
  process.disconnect?.();
  process.exit();
}
const { path } = program;
const backend = await createBackend({ concurrency: 1 });
const { set } = await identifiersFromRows(numbers(size, 2_000_000).map((phone) => ({ phone })));
const keys = await pairMatchKeys(set);
const [salt, own, other] = [createPairSalt(), createPairKey(), createPairKey()];
const base64 = (/** @type {{ bytes: Uint8Array }} */ { bytes }) => Buffer.from(bytes).toString('base64');
const secrets = { salt: base64(salt), key: base64(own) };
const encrypted = pairIdsToTexts(await encryptMatchKeys(keys, salt, other, { backend }));
const hex = Array.from({ length: size }, (_, i) =>
  Buffer.from(keys.subarray(32 * i, 32 * i + 32)).toString('hex'),
);
const sorted = (/** @type {string[]} */ lines) => lines.toSorted().join();

/** @type {Record<'encrypt' | 'reencrypt' | 'decrypt', { readonly lines: string[], run(): Promise<string[]> }>} */
const STEPS = {
  encrypt: {
    lines: hex,
    run: async () => pairIdsToTexts(await encryptMatchKeys(keys, salt, own, { backend })),
  },
  reencrypt: {
    lines: encrypted,
    run: async () => pairIdsToTexts(await reencryptPairIds(pairIdsFromTexts(encrypted), own, { backend })),
  },
  decrypt: {
    lines: encrypted,
    run: async () => pairIdsToTexts(await decryptPairIds(pairIdsFromTexts(encrypted), own, { backend })),
  },
};

/** @type {Required<Pick<import('../record.js').Results, 'cells' | 'ratios'>>} */
const results = { cells: [], ratios: [] };
for (const [name, { lines, run }] of Object.entries(STEPS)) {
  const step = /** @type {keyof typeof STEPS} */ (name);
  await run();
  /** @type {{ veilmatch: number[], go: number[] }} */
  const seconds = { veilmatch: [], go: [] };
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const ours = await run();
    seconds.veilmatch.push((performance.now() - started) / 1000);
    const theirs = pairStep(path, step, secrets, lines);
    seconds.go.push(theirs.seconds);
    if (sorted(ours) !== sorted(theirs.lines)) throw new Error('The results differ.');
  }
  const of = { work: 'pair', step, size, threads: 1 };
  results.cells.push(
    { of: { ...of, name: 'veilmatch' }, figures: { seconds: spread(seconds.veilmatch) } },
    { of: { ...of, name: 'Optable pkg/pair' }, figures: { seconds: spread(seconds.go) } },
  );
  results.ratios.push({
    of: { ...of, fast: 'veilmatch', slow: 'Optable pkg/pair' },
    times: ratios(seconds.veilmatch, seconds.go),
  });
}
await backend.dispose();
rmSync(dirname(path), { recursive: true, force: true });
process.send?.(results);
process.disconnect?.();
process.exit();
