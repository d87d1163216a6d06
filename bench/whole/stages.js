// SPDX-License-Identifier: Apache-2.0
// What each stage of the whole way takes, on one thread, both parties in this process: seconds of a processor. It goes the way of
// `connect` and `serve`, with the clock of the processor between the stages.

import { createBackend } from 'veilmatch/group';
import { intersection, otIntersection, runBoth } from 'veilmatch/psi';
import { fromDist } from '../messy/dist.js';

/** @type {{ receiver: string, sender: string, output: string, protocol: string }} */
const { receiver, sender, output, protocol } = JSON.parse(process.argv[2] ?? '{}');
const { readText } = await fromDist('lists/records.js');
const { CustomerList } = await fromDist('lists/table.js');
const { SharedRows } = await fromDist('lists/shared-rows.js');
const { Uint32List } = await fromDist('lists/uint32-list.js');
const { withOutputs } = await fromDist('lists/output.js');
const { parseRows, mergeRows } = await fromDist('identifiers/parse-rows.js');
const { SetBuilder } = await fromDist('identifiers/set.js');

const io = { stdin: process.stdin, stdout: process.stderr, stderr: { write: () => true } };
const HOW = { country: 'US', match: 'any', assigned: false, international: false, strict: false };
/** As many as the reader of rows takes at once. */
const CHUNK = 4000;

const took = { reading: 0, parsing: 0, normalising: 0, tables: 0, psi: 0, writing: 0 };

/**
 * @template T
 * @param {keyof typeof took} stage
 * @param {() => T | Promise<T>} action
 * @returns {Promise<T>}
 */
async function timed(stage, action) {
  const before = process.cpuUsage();
  const result = await action();
  const { user, system } = process.cpuUsage(before);
  took[stage] += (user + system) / 1e6;
  return result;
}

/** @param {string} path @param {any} [kept] */
async function setOf(path, kept) {
  // The text alone, once more, so that it can be told from what becomes of it.
  const before = took.reading;
  await timed('reading', async () => {
    for await (const _ of readText(path, io));
  });
  const reading = took.reading - before;
  const list = await timed('parsing', () => CustomerList.open(path, { country: 'US' }, io));
  const [builder, notes, lines] = [new SetBuilder(), { rejected: [], ambiguous: [] }, new Uint32List()];
  const chunks = list.placedColumns(CHUNK);
  for (;;) {
    const { done, value: chunk } = await timed('parsing', () => chunks.next());
    if (done) break;
    await timed('parsing', () => {
      for (const line of chunk.lines) lines.push(line);
    });
    if (kept !== undefined) await timed('writing', () => kept.add(chunk.columns));
    const parsed = await timed('normalising', () => parseRows(chunk.columns, HOW));
    await timed('tables', () => mergeRows(parsed, builder, notes));
  }
  took.parsing -= reading;
  const set = await timed('tables', () => builder.build());
  await list.close();
  return { set, lines, kinds: list.kinds, columns: list.columns };
}

const kept = new SharedRows(output, 'auto', io);
const backend = await createBackend({ concurrency: 1 });
const mine = await setOf(receiver, kept);
const theirs = await setOf(sender);
const way = /** @type {typeof intersection} */ (protocol === 'ot' ? otIntersection : intersection);
const { receiver: told } = await timed('psi', () =>
  runBoth(way, { receiver: { set: mine.set }, sender: { set: theirs.set } }, { backend }),
);
await timed('writing', () =>
  withOutputs([output], [receiver], /** @type {any} */ (io), (file) => kept.write(file, told.matches, mine)),
);
await kept.close();
await backend.dispose();
process.send?.({ ...took, shared: told.size });
process.disconnect?.();
