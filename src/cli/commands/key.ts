// SPDX-License-Identifier: Apache-2.0
/** `veilmatch key`: a new pair of keys by which a party signs its files. */

import { Option } from 'commander';
import { bytesToHex, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { checkOutputFiles, withOutputs } from '../../lists/output.js';
import { pathName } from '../../path-name.js';
import { secureRandom } from '../../random.js';
import { signingPublicKey } from '../../signing.js';
import { isPartnerName } from '../../transport/door/partners.js';
import { readIfThere, replaceFile } from '../../transport/files/files.js';
import type { Command } from '../command.js';

export const keyCommand: Command = {
  name: 'key',
  summary: 'make a key that signs the files of the psi commands, and directories',
  arguments: [{ name: '<name>', description: 'what partners are to call you' }],
  options: [
    new Option(
      '-o, --output <FILE>',
      'where the secret key goes, readable by you alone',
    ).makeOptionMandatory(),
  ],
  help: `
Standard output gets the line with the public key: give it to the partner on a way on which nobody can change it. The partner
keeps it in a file of such lines, which --peers names; a client of a directory names that file by --signer.

Example:
  veilmatch key acme -o acme.key > acme.pub
`,
  async run([name = ''], options, io) {
    const path = options.output as string;
    await checkOutputFiles({ '--output': path }, []);
    if (!isPartnerName(name)) {
      throw new VeilmatchError(
        'argument',
        'A name has up to 64 letters, digits, and . _ @ - and no spaces, and does not begin like a token.',
      );
    }
    if ((await readIfThere(path)) !== undefined) {
      throw new VeilmatchError(
        'argument',
        `${pathName(path)} exists. A key is not overwritten: take another name.`,
      );
    }
    const key = secureRandom(32);
    const line = `${name} ed25519:${bytesToHex(signingPublicKey(key))}\n`;
    await replaceFile(path, utf8(`${bytesToHex(key)}\n`));
    key.fill(0);
    await withOutputs([undefined], [], io, (output) => output.write(line));
    return 0;
  },
};
