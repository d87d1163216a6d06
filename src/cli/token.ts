// SPDX-License-Identifier: Apache-2.0
/** `veilmatch token`: a new token for a partner, and the line by which it is known again. */

import { Option } from 'commander';
import { VeilmatchError } from '../errors.js';
import { createToken } from '../transport/index.js';
import type { Command } from './command.js';
import { isPeerName, parseTokenList, tokenEntry } from './credentials.js';
import { withOutputs } from './output.js';
import { existingText } from './secrets.js';

interface TokenFlags {
  readonly add?: string;
}

export const tokenCommand: Command = {
  name: 'token',
  summary: 'print a new token of 256 bits for a partner',
  arguments: [{ name: '[name]', description: 'what logs and budgets call the partner (default: partner)' }],
  options: [
    new Option(
      '--add <FILE>',
      'add the line for `veilmatch serve --token-file` to this file; it is printed on standard error otherwise',
    ),
  ],
  help: `
Standard output gets the token alone: give it to the partner on a way that nobody else reads, and keep no copy. The
file for serve holds its SHA-256 only, which is enough to know it again and no help to whoever steals the file.

Examples:
  veilmatch token acme --add tokens.txt > for-acme.token
  veilmatch serve customers.csv --token-file tokens.txt ...
`,
  async run([name = 'partner'], options, io) {
    const { add } = options as TokenFlags;
    if (!isPeerName(name)) {
      throw new VeilmatchError('argument', 'A name has up to 64 letters, digits, and . _ @ - and no spaces.');
    }
    const token = createToken();
    const entry = tokenEntry(name, token);
    if (add === undefined) {
      io.stderr.write(`for the token file of serve: ${entry}`);
      await withOutputs([undefined], [], io, (output) => output.write(`${token}\n`));
      return 0;
    }
    const before = await existingText(add, io);
    if (parseTokenList(before, add).some((known) => known.name === name)) {
      throw new VeilmatchError(
        'argument',
        `${add} has a token for ${name} already. Remove its line first, or take another name.`,
      );
    }
    await withOutputs([undefined, add], [], io, async (output, list) => {
      await list!.write(before === '' || before.endsWith('\n') ? before : `${before}\n`);
      await list!.write(entry);
      await output!.write(`${token}\n`);
    });
    return 0;
  },
};
