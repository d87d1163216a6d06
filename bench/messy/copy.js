// SPDX-License-Identifier: Apache-2.0
/** Reads a list with the package's parser, and writes its records again: `copy.js LIST COPY`. */

import { open } from 'node:fs/promises';
import { fromDist } from './dist.js';

const [list, copy] = /** @type {[string, string]} */ (process.argv.slice(2, 4));
const { openRecords } = await fromDist('lists/records.js');
const { processIo } = await fromDist('lists/io.js');
const { CsvTable } = await fromDist('lists/text-output.js');

const source = await openRecords(list, {}, processIo());
const file = await open(copy, 'w');
const table = await CsvTable.begin(
  { write: (/** @type {string} */ text) => file.writeFile(text) },
  new Map(),
  {},
);
for await (const records of source.records([])) {
  await table.append(records.map((/** @type {{ fields: string[] }} */ { fields }) => fields));
}
await file.close();
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ cpu: (user + system) / 1e6, seconds: performance.now() / 1000 }));
