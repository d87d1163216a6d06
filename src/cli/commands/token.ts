// SPDX-License-Identifier: Apache-2.0
/** `veilmatch token`: a new token for a partner, and the hash by which it is known again. */

import { Option } from 'commander';
import { bytesToHex } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { Io } from '../../lists/io.js';
import { checkOutputFiles, PRIVATE_MODE, withOutputs } from '../../lists/output.js';
import { pathName } from '../../path-name.js';
import { isPartnerName } from '../../transport/door/partners.js';
import { MAX_PARTNERS_BYTES, withoutMark } from '../../transport/door/partners-file.js';
import { createToken, hashToken } from '../../transport/door/tokens.js';
import { lockFile } from '../../transport/files/file-lock.js';
import { readIfThere } from '../../transport/files/files.js';
import type { Command } from '../command.js';
import { partnersOf } from '../secrets/credentials.js';
import { existingText } from '../secrets/secrets.js';

interface TokenFlags {
  readonly add?: string;
  readonly output?: string;
}

/** How long this waits for another command that adds to the same file. */
const PATIENCE = 10_000;

export const tokenCommand: Command = {
  name: 'token',
  summary: 'make a new token of 256 bits for a partner',
  arguments: [{ name: '[name]', description: 'what logs and budgets call the partner (default: partner)' }],
  options: [
    new Option(
      '--add <FILE>',
      'add the hash to this partner in the partners file of `veilmatch serve`, which is made where there is none; it is printed ' +
        'on standard error otherwise',
    ),
    new Option(
      '-o, --output <FILE>',
      'write the token to this file, readable by you alone (default: standard output)',
    ),
  ],
  help: `
Give the token to the partner on a way that nobody else reads, and keep no copy. The file for serve holds its SHA-256 only,
which is enough to know it again and no help to whoever steals the file. A partner can have several tokens at a time: they
share one budget. To withdraw a token, take its hash out of the file and start serve again.

Examples:
  veilmatch token acme --add partners.json -o acme.token
  veilmatch serve customers.csv --partners partners.json ...
`,
  async run([name = 'partner'], options, io) {
    const { add, output } = options as TokenFlags;
    if (!isPartnerName(name)) {
      throw new VeilmatchError(
        'argument',
        'A name has up to 64 letters, digits, and . _ @ - and no spaces, and does not begin like a token.',
      );
    }
    await checkOutputFiles({ '--output': output, '--add': add }, []);
    if (output !== undefined && (await readIfThere(output)) !== undefined) {
      throw new VeilmatchError(
        'argument',
        `${pathName(output)} exists. A token is not overwritten: take another name.`,
      );
    }
    const token = createToken();
    const hash = `sha256:${bytesToHex(hashToken(token))}`;
    if (add === undefined) {
      io.stderr.write(`for the tokens of ${name} in the partners file of serve: "${hash}"\n`);
      await withOutputs([output], [], io, (file) => file.write(`${token}\n`), PRIVATE_MODE);
      return 0;
    }
    const lock = await lockFile(`${add}.lock`, PATIENCE);
    try {
      const { text, tokens } = await withHash(name, hash, add, io);
      await withOutputs([output], [], io, async (file) => {
        // The hash comes to its place first: a token that nobody knows is of no use, and the other way round of no harm.
        await withOutputs([add], [], io, (list) => list.write(text));
        await file.write(`${token}\n`);
      });
      if (tokens > 1) {
        io.stderr.write(
          `${name} has ${tokens} tokens in ${add} now; take the old ones out when it uses the new one\n`,
        );
      }
    } finally {
      await lock.release();
    }
    return 0;
  },
};

/**
 * The partners' file with one hash more, and all else as it is.
 * @throws {VeilmatchError} `io`; `bad-file` for what is no file of partners
 */
async function withHash(
  name: string,
  hash: string,
  path: string,
  io: Io,
): Promise<{ readonly text: string; readonly tokens: number }> {
  const before = (await existingText(path, io, MAX_PARTNERS_BYTES)) || '{"partners": []}';
  await partnersOf(before, path, io);
  const content: { partners: { name: string; tokens?: string[] }[] } = JSON.parse(withoutMark(before));
  let partner = content.partners.find((entry) => entry.name === name);
  if (partner === undefined) {
    partner = { name };
    content.partners.push(partner);
  }
  partner.tokens = [...(partner.tokens ?? []), hash];
  return { text: `${JSON.stringify(content, null, 2)}\n`, tokens: partner.tokens.length };
}
