// SPDX-License-Identifier: Apache-2.0
/** What the parts of `veilmatch normalize` take, on one thread: `parts.js LIST`. Seconds of a processor. */

import { fromDist } from './dist.js';

const [list] = /** @type {[string]} */ (process.argv.slice(2));
const { openRecords, readText } = await fromDist('lists/records.js');
const { CustomerList } = await fromDist('lists/table.js');
const { processIo } = await fromDist('lists/io.js');
const { CsvTable } = await fromDist('lists/text-output.js');
const { rowTexts } = await fromDist('identifiers/row-texts.js');

const io = processIo();
const WAY = { country: 'US', match: 'any', assigned: false, international: false, strict: false };
const ROWS = 4000;

/** @param {() => unknown} action */
async function took(action) {
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function drainText() {
  for await (const _ of readText(list, io));
}

async function drainRecords() {
  const source = await openRecords(list, {}, io);
  await source.sample(500);
  for await (const _ of source.records([]));
}

/** @type {any} */
let customers;
async function openList() {
  customers = await CustomerList.open(list, { country: 'US' }, io);
}

async function drainColumns() {
  for await (const _ of customers.placedColumns(ROWS));
}

/** @param {any} texts @param {readonly number[]} lines */
const rowsOf = (texts, lines) =>
  lines.flatMap((line, row) =>
    texts.phone[row] || texts.email[row] ? [[line, texts.phone[row], texts.email[row]]] : [],
  );

let [normalising, writing] = [0, 0];
async function readAndWrite() {
  const output = { write: async (/** @type {string} */ text) => Buffer.from(text) };
  const table = await CsvTable.begin(output, new Map(), {});
  for await (const { columns, lines } of customers.placedColumns(ROWS)) {
    /** @type {any} */
    let texts;
    normalising += await took(() => {
      texts = rowTexts(columns, WAY);
    });
    writing += await took(() => table.append(rowsOf(texts, lines)));
  }
}

// Once without a look at the clock: what is compiled is compiled.
await drainRecords();
const reading = await took(drainText);
const splitting = (await took(drainRecords)) - reading;
const opening = await took(openList);
const choosing = (await took(drainColumns)) - splitting - reading;
await openList();
await readAndWrite();
console.log(
  JSON.stringify({ reading, splitting, deciding: opening + Math.max(0, choosing), normalising, writing }),
);
