// SPDX-License-Identifier: Apache-2.0
/** Candidates a second, SHA-256 of numbers of the United States, one thread, where nothing is found: `reverse.js {count, prefix}`. */

import { createHash } from 'node:crypto';
import { rangePlan, reverse } from 'veilmatch/attack';

/** @type {{ count: number, prefix: string }} */
const { count, prefix } = JSON.parse(process.argv[2] ?? '{}');
const targets = Array.from({ length: count }, (_, i) =>
  createHash('sha256').update(`no number ${i}`).digest('hex'),
);
const plan = rangePlan('US', [{ prefix, digits: 10 }]);
const search = () => reverse(targets, { plan, format: 'e164', accident: 'none', concurrency: 1 }).summary;
const { candidatesPerSecond, recovered } = await search();
if (recovered !== 0) throw new Error('It found what is not there.');
console.log(JSON.stringify({ candidatesPerSecond }));
