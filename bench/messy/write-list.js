// SPDX-License-Identifier: Apache-2.0
/** The messy list as a file. */

import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { messyRows } from '../messy-rows.js';

const NAMES = ['Ada Lovelace', 'Grace Hopper', 'Knuth, Donald', 'Radia Perlman'];

const cell = (/** @type {string} */ text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * @param {number} rows
 * @param {string} list - the file
 * @param {{ first?: number, numbers?: string }} [options] - `first`: the rows before it are left out; `numbers`: another file, for its
 *   telephone numbers with the country of each, for those who read nothing else
 */
export async function writeList(rows, list, { first = 0, numbers } = {}) {
  const whole = createWriteStream(list);
  const alone = numbers === undefined ? undefined : createWriteStream(numbers);
  let [lines, cells, id] = ['id,name,phone,email,country\n', '', 0];
  const write = async () => {
    await Promise.all([
      new Promise((resolve) => void whole.write(lines, resolve)),
      alone && new Promise((resolve) => void alone.write(cells, resolve)),
    ]);
    [lines, cells] = ['', ''];
  };
  for (const { phone, email, country } of messyRows(first + rows)) {
    id++;
    if (id <= first) continue;
    lines += `${[`${id}`, NAMES[id % NAMES.length] ?? '', phone ?? '', email ?? '', country ?? ''].map(cell).join(',')}\n`;
    if (phone) cells += `${country ?? 'US'}\t${phone}\n`;
    if (lines.length > 1_000_000) await write();
  }
  await write();
  whole.end();
  alone?.end();
  await Promise.all([finished(whole), alone && finished(alone)]);
}
