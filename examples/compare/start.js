// SPDX-License-Identifier: Apache-2.0
// What `npm start` runs: a social network wants to know which of its members are patients of a hospital. Two messy
// lists are generated, every protocol matches them, and every run is attacked.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { writeLists } from './generate.js';

const lists = fileURLToPath(new URL('lists/', import.meta.url));
const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const { network, hospital } = await writeLists(lists);
const args = ['compare', network, hospital, '--country', 'US', '--area-codes', '415,628'];
process.stderr.write(
  [
    'A social network asks a hospital in San Francisco which of its members are patients there. Every protocol gives',
    'the answer; what else each gives away is found out by attacking it. This takes a minute or two.',
    '',
    `$ veilmatch ${args.map((arg) => arg.replace(lists, 'examples/compare/lists/')).join(' ')}`,
    '',
    '',
  ].join('\n'),
);
const child = spawn(process.execPath, [command, ...args, ...process.argv.slice(2)], { stdio: 'inherit' });
child.on('exit', (status) => {
  process.exitCode = status ?? 1;
});
